"""The whole analysis of one tree: infrastructure, changes, events and verdicts, in that order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from results.analysis.changes import DetectionRules
from results.analysis.detection import find_changes
from results.analysis.grouping import Event, group_changes
from results.analysis.history import Counts, History, IntArray, SeriesTable, counts_of
from results.analysis.outages import Infrastructure, OutageRules, infrastructure
from results.analysis.suspicions import suspected_changes
from results.analysis.verdicts import (
    Flakiness,
    SeriesVerdicts,
    Verdict,
    current_stretch,
    failure_classes,
    flakiness,
    series_verdicts,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of the analysis of a tree."""

    outages: OutageRules = field(default_factory=OutageRules)
    detection: DetectionRules = field(default_factory=DetectionRules)


DEFAULT_RULES: Final = Rules()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a tree's results mean."""

    counts: Counts
    infrastructure: Infrastructure
    events: tuple[Event, ...]
    classes: IntArray
    """A ``FailureClass`` per series and position."""
    flakiness: Flakiness
    verdicts: SeriesVerdicts
    suspicions: tuple[Event, ...]
    """What may become events: series that began to fail, grouped like events; never an alarm."""


def judge(
    history: History, rules: Rules = DEFAULT_RULES, signatures: Mapping[int, int] | None = None
) -> Judgement:
    """Return the judgement of a history. It depends on the history only, not on the order of its rows."""
    return judge_counts(history.series, counts_of(history), history.commits, rules, signatures)


def judge_counts(
    series: SeriesTable,
    counts: Counts,
    commits: IntArray,
    rules: Rules = DEFAULT_RULES,
    signatures: Mapping[int, int] | None = None,
) -> Judgement:
    """Return the judgement of a history that was counted; ``commits`` as in ``History``."""
    infra = infrastructure(series, counts, rules.outages)
    clean = counts.without(infra.masked)
    changes = find_changes(series, clean, rules.detection)
    events = tuple(group_changes(series, clean, commits, changes, signatures))
    flaky = flakiness(clean, current_stretch(clean, events))
    verdicts = series_verdicts(counts, infra, events, flaky)
    suspected = [row for row, verdict in enumerate(verdicts.verdict) if verdict is Verdict.SUSPECTED]
    beginnings = suspected_changes(clean, suspected, rules.detection)
    return Judgement(
        counts=counts,
        infrastructure=infra,
        events=events,
        classes=failure_classes(counts, infra, events),
        flakiness=flaky,
        verdicts=verdicts,
        suspicions=tuple(group_changes(series, clean, commits, beginnings, signatures, as_seen=True)),
    )
