"""What to say about every series now, and about every failure in its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final

import numpy as np
from scipy.stats import beta  # type: ignore[import-untyped]

from results.analysis.grouping import Event, EventKind
from results.analysis.history import BoolArray, Counts, FloatArray, IntArray
from results.analysis.outages import Infrastructure
from results.analysis.segmentation import TRY_PRIOR
from results.analysis.suspicions import trailing_failures

PERSISTENT_RATE: Final = 0.8
PERSISTENT_TRIES: Final = 5


class Verdict(Enum):
    """The state of a series at the newest position it ran."""

    PASSING = "passing"
    REGRESSION = "regression"
    SUSPECTED = "suspected regression"
    FIXED = "fixed"
    NEW_FLAKE = "new flake"
    FLAKY = "flaky"
    FLAKY_SUSPECTED = "perhaps flaky"
    PERSISTENT = "always failing"
    INFRASTRUCTURE = "infrastructure"
    UNKNOWN = "unknown"


class FailureClass(IntEnum):
    """Why a cell (series and position) failed."""

    NONE = 0
    REGRESSION = 1
    FLAKE = 2
    INFRASTRUCTURE = 3
    PERSISTENT = 4


@dataclass(frozen=True, slots=True)
class Flakiness:
    """How often each series fails although nothing changed; one row per series.

    ``low`` and ``high`` bound the 95 % interval. Failures that come in bursts count as fewer
    independent tries, so the interval is wider.
    """

    score: FloatArray
    low: FloatArray
    high: FloatArray
    tries: IntArray
    failures: IntArray
    flips: IntArray
    """Changes between passing and failing positions."""
    mixed: IntArray
    """Positions that both passed and failed."""
    per_position: FloatArray
    """Failures caused per position: what ranks flaky tests."""


@dataclass(frozen=True, slots=True)
class SeriesVerdicts:
    """The verdict on every series, and its event (an index, -1: none)."""

    verdict: tuple[Verdict, ...]
    event: IntArray
    since: IntArray
    """The first failing position of a regression, suspected or not; -1 for other verdicts."""


def current_stretch(counts: Counts, events: Sequence[Event]) -> BoolArray:
    """Return the cells that tell how a series behaves when nothing is broken, or as it now is.

    That is its history without the stretches between a regression and its fix; for a series
    that is broken now, or became flaky, the time since.
    """
    cells = np.ones(counts.tries.shape, bool)
    for event in events:
        for member in event.members:
            if member.fixed is None:
                cells[member.series, : member.first_bad] = False
            else:
                cells[member.series, member.first_bad : member.fixed] = False
    return cells


def flakiness(counts: Counts, cells: BoolArray) -> Flakiness:
    """Return the flakiness of every series over the given cells.

    Only tries count, not retries: those are made of failures, and would see bursts more often.
    """
    tries, failures = counts.tries * cells, counts.failures * cells
    n, x = tries.sum(axis=1), failures.sum(axis=1)
    passed = (tries > failures) | (counts.retries > counts.retry_failures)
    mixed = (failures > 0) & passed
    flips, after_failure, again = _transitions(tries > 0, failures > 0)
    a, b = TRY_PRIOR
    rate = (x + a) / (n + a + b)
    # How much more often a failure follows a failure, shrunk to what is usual in the tree.
    surplus, room = again - after_failure * rate, 1 - rate
    usual = np.clip(surplus.sum() / max((after_failure * room).sum(), 1), 0, 0.9)
    memory = np.clip((surplus / room + 2 * usual) / (after_failure + 2), 0, 0.95)
    share = (1 - memory) / (1 + memory)
    low, high = beta.ppf((0.025, 0.975), *(each[:, None] for each in (x * share + a, (n - x) * share + b))).T
    positions = np.maximum((tries > 0).sum(axis=1), 1)
    return Flakiness(rate, low, high, n, x, flips, mixed.sum(axis=1), x / positions)


def _transitions(tested: BoolArray, failed: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return per series: flips, results that followed a failure, and how many of them failed again."""
    count = len(tested)
    row, column = np.nonzero(tested)
    value = failed[row, column]
    same = row[1:] == row[:-1]
    before, after = value[:-1] & same, value[1:] & same
    sums = [
        np.bincount(row[1:], weights=each, minlength=count).astype(np.int64)
        for each in (same & (before != after), before, before & after)
    ]
    return sums[0], sums[1], sums[2]


def failure_classes(counts: Counts, infra: Infrastructure, events: Sequence[Event]) -> IntArray:
    """Return a ``FailureClass`` per cell; ``counts`` are all results, infrastructure included."""
    failed = counts.failures + counts.retry_failures > 0
    classes = np.where(failed, FailureClass.FLAKE, FailureClass.NONE).astype(np.int8)
    usual = np.ones(failed.shape, bool)
    for event in events:
        for member in event.members:
            span = slice(member.first_bad, member.fixed)
            usual[member.series, span] = False
            if event.kind is EventKind.REGRESSION:
                classes[member.series, span][failed[member.series, span]] = FailureClass.REGRESSION
    persistent = _persistent(counts.without(infra.masked), usual)
    classes[failed & usual & persistent[:, None]] = FailureClass.PERSISTENT
    spoiled = infra.masked | (infra.spoiled & failed)
    classes[spoiled | ((counts.broken > 0) & ~failed)] = FailureClass.INFRASTRUCTURE
    return classes


def _persistent(counts: Counts, cells: BoolArray) -> BoolArray:
    """Return the series that (nearly) always fail in the given cells."""
    n, x = (counts.tries * cells).sum(axis=1), (counts.failures * cells).sum(axis=1)
    often = (n >= PERSISTENT_TRIES) & (x >= PERSISTENT_RATE * n)
    answer: BoolArray = often & (beta.ppf(0.025, x + 0.5, n - x + 0.5) >= 0.5)
    return answer


def series_verdicts(
    counts: Counts, infra: Infrastructure, events: Sequence[Event], flaky: Flakiness
) -> SeriesVerdicts:
    """Return the verdict on every series; ``counts`` are all results."""
    clean = counts.without(infra.masked)
    verdicts = _base_verdicts(clean, flaky, current_stretch(clean, events))
    event_of = np.full(len(verdicts), -1)
    since = np.full(len(verdicts), -1)
    for row, position in trailing_failures(clean):
        if verdicts[row] in (Verdict.PASSING, Verdict.UNKNOWN):
            verdicts[row], since[row] = Verdict.SUSPECTED, position
    for number, event in enumerate(events):
        for member in event.members:
            row = member.series
            if event.kind is EventKind.NEW_FLAKE:
                verdict = Verdict.NEW_FLAKE if member.fixed is None else verdicts[row]
            elif member.fixed is None:
                verdict, since[row] = Verdict.REGRESSION, member.first_bad
            else:
                verdict = Verdict.FIXED if verdicts[row] is Verdict.PASSING else verdicts[row]
            verdicts[row], event_of[row] = verdict, number
    spoiled = infra.masked | (counts.broken > 0)
    for row in np.flatnonzero(_newest(spoiled, clean)).tolist():
        verdicts[row] = Verdict.INFRASTRUCTURE
    return SeriesVerdicts(tuple(verdicts), event_of, since)


def _newest(spoiled: BoolArray, clean: Counts) -> BoolArray:
    """Return the series whose newest result is spoiled and holds no valid one."""
    ran = clean.tested | spoiled
    newest = ran.shape[1] - 1 - ran[:, ::-1].argmax(axis=1)
    rows = np.arange(len(newest))
    answer: BoolArray = spoiled[rows, newest] & ~clean.tested[rows, newest]
    return answer


def _base_verdicts(clean: Counts, flaky: Flakiness, cells: BoolArray) -> list[Verdict]:
    """Return the verdicts that need no event."""
    verdicts = np.full(len(flaky.score), Verdict.UNKNOWN, object)
    verdicts[flaky.tries > 0] = Verdict.PASSING
    both = (flaky.failures > 0) & (flaky.failures < flaky.tries)
    evident = (flaky.mixed >= 1) | (flaky.flips >= 3)
    verdicts[both & (flaky.mixed >= 1)] = Verdict.FLAKY_SUSPECTED
    verdicts[both & evident & (flaky.low >= 0.01) & (flaky.high <= 0.9)] = Verdict.FLAKY
    verdicts[_persistent(clean, cells)] = Verdict.PERSISTENT
    return list(verdicts)
