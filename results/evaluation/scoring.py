"""Compares what was said about a world with what is true in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from results.evaluation.worlds import FAIL, PASS, TRUE_PERSISTENT, TRUE_REGRESSION, Cause, Integers, World

EARLY = 1
"""Positions that an alarm may name before the true one."""
LATE = 3
"""Positions after the first failure that the cause made."""

Pair = tuple[int, int]
"""A cause and a series it broke."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A claim: this series broke at this position; several alerts of one ``event`` share a cause."""

    series: int
    first_bad: int
    event: int = -1
    good: int | None = None
    """The change lies after this position …"""
    bad: int | None = None
    """… and at the latest in this one."""


@dataclass(slots=True)
class Truth:
    """The regressions of a world, series by series."""

    first_failure: dict[Pair, int] = field(default_factory=dict)
    """The first position where a cause made a series fail."""
    unobservable: set[Pair] = field(default_factory=set)
    """Nobody could tell: the series never passed before, or something else had broken it already."""
    by_series: dict[int, list[Pair]] = field(default_factory=lambda: defaultdict(list))

    @property
    def observable(self) -> set[Pair]:
        """What should be found."""
        return set(self.first_failure) - self.unobservable


def truth_of(world: World) -> Truth:
    """Return the true regressions of a world."""
    truth = Truth()
    rows = np.flatnonzero(world.truth == TRUE_REGRESSION)
    columns = (world.cause[rows], world.series[rows], world.position[rows])
    for cause, series, position in zip(*columns, strict=True):
        pair = int(cause), int(series)
        truth.first_failure[pair] = min(truth.first_failure.get(pair, position), int(position))
    first_pass: dict[int, int] = {}
    passed = world.outcome == PASS
    for series, position in zip(world.series[passed], world.position[passed], strict=True):
        first_pass[int(series)] = min(first_pass.get(int(series), position), int(position))
    persistent = set(world.series[world.truth == TRUE_PERSISTENT].tolist())
    for pair in truth.first_failure:
        truth.by_series[pair[1]].append(pair)
        never_good = first_pass.get(pair[1], world.causes[pair[0]].first) >= world.causes[pair[0]].first
        if pair[1] in persistent or never_good or _covered(world.causes, pair, truth.first_failure[pair]):
            truth.unobservable.add(pair)
    return truth


def _covered(causes: Sequence[Cause], pair: Pair, first_failure: int) -> bool:
    """Return whether another regression was at work when this one began."""
    cause, series = causes[pair[0]], pair[1]
    return any(
        other.first <= first_failure and other.end >= cause.first - 1
        for other in causes
        if other is not cause and other.is_regression and other.series[series]
    )


@dataclass(slots=True)
class Matching:
    """Which alert found which regression."""

    hits: dict[Pair, Alert] = field(default_factory=dict)
    false: list[Alert] = field(default_factory=list)
    cause_of: dict[Alert, int] = field(default_factory=dict)
    """The cause of every alert that has one, observable or not."""


def match(world: World, truth: Truth, alerts: Iterable[Alert]) -> Matching:
    """Return the matching; the first alert in the window is the hit, every other one is false."""
    matching = Matching()
    for alert in sorted(alerts, key=lambda a: (a.series, a.first_bad, a.event)):
        pairs = [
            pair
            for pair in truth.by_series.get(alert.series, ())
            if world.causes[pair[0]].first - EARLY <= alert.first_bad <= truth.first_failure[pair] + LATE
        ]
        free = [pair for pair in pairs if pair not in matching.hits]
        if free:
            pair = max(free, key=lambda p: (p not in truth.unobservable, world.causes[p[0]].first))
            matching.hits[pair] = alert
            matching.cause_of[alert] = pair[0]
        else:
            matching.false.append(alert)
    for pair in truth.unobservable:
        matching.hits.pop(pair, None)
    return matching


@dataclass(frozen=True, slots=True)
class Detection:
    """How well regressions were found in one world."""

    hits: int
    false: int
    missed: int
    series: int
    positions: int

    @property
    def precision(self) -> float:
        """The share of alerts that are right."""
        return self.hits / max(self.hits + self.false, 1)

    @property
    def recall(self) -> float:
        """The share of regressions, series by series, that were found."""
        return self.hits / max(self.hits + self.missed, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.hits / max(2 * self.hits + self.false + self.missed, 1)

    @property
    def false_alarms(self) -> float:
        """False alarms per 1,000 series per 100 revisions."""
        return self.false / self.series * 1000 / self.positions * 100


def detection(world: World, truth: Truth, matching: Matching) -> Detection:
    """Return the score of a matching."""
    missed = len(truth.observable) - len(matching.hits)
    return Detection(len(matching.hits), len(matching.false), missed, len(world.layout), len(world.commits))


def range_coverage(world: World, matching: Matching) -> float:
    """Return the share of hits whose range holds the true first position."""
    inside = [
        alert.good < world.causes[pair[0]].first <= alert.bad
        for pair, alert in matching.hits.items()
        if alert.good is not None and alert.bad is not None
    ]
    return float(np.mean(inside)) if inside else float("nan")


def purity(matching: Matching, alerts: Iterable[Alert]) -> float:
    """Return the share of alerts that have the main cause of their event."""
    causes: dict[int, Counter[int]] = defaultdict(Counter)
    for alert in alerts:
        causes[alert.event][matching.cause_of.get(alert, -1)] += 1
    main = sum(max((n for cause, n in c.items() if cause >= 0), default=0) for c in causes.values())
    return main / max(sum(c.total() for c in causes.values()), 1)


def completeness(matching: Matching) -> float:
    """Return the share of hits that stand in the main event of their cause."""
    events: dict[int, Counter[int]] = defaultdict(Counter)
    for (cause, _), alert in matching.hits.items():
        events[cause][alert.event] += 1
    return sum(max(c.values()) for c in events.values()) / max(sum(c.total() for c in events.values()), 1)


def confusion(world: World, classes: Integers) -> Integers:
    """Return a 5 by 5 table, true class by said class, of all results that say FAIL.

    ``classes`` holds what was said per series and position, in the numbers of ``TRUE_…``. Results
    that say MISS or ERROR are left out: everybody gets those right.
    """
    failed = world.outcome == FAIL
    said = classes[world.series[failed], world.position[failed]]
    table = np.zeros((5, 5), np.int64)
    np.add.at(table, (world.truth[failed], said), 1)
    return table


def macro_f1(table: Integers) -> float:
    """Return the mean F1 of the four classes."""
    table = table[1:, :]
    scores = [
        2 * table[true, true + 1] / max(table[true].sum() + table[:, true + 1].sum(), 1) for true in range(4)
    ]
    return float(np.mean(scores))


def missing_scores(world: World, said: set[int]) -> tuple[float, float]:
    """Return precision and recall of the series said to have stopped running.

    Those that stopped in the last ten positions, or ran fewer than twenty times, are left out: it
    is too early, or they are too rare, to tell.
    """
    end = len(world.commits)
    runs = np.bincount(world.series, minlength=len(world.layout))
    until = world.layout.lives_until
    gone = set(np.flatnonzero((until <= end - 10) & (runs >= 20)).tolist())
    unclear = set(np.flatnonzero(((until > end - 10) & (until < end)) | (runs < 20)).tolist())
    said = said - unclear
    right = len(said & gone)
    return right / max(len(said), 1), right / max(len(gone), 1)


def delays(world: World, truth: Truth, fired: Mapping[Pair, int], scope: str) -> list[int]:
    """Return, per hard regression of a scope, the positions from its first failure to its first alarm.

    ``fired`` holds the day when each hit was first reported. Regressions that were never reported
    count as if they were at the end of history.
    """
    first: dict[int, int] = {}
    alarm: dict[int, int] = {}
    for pair in truth.observable:
        cause = world.causes[pair[0]]
        if cause.scope != scope or cause.rate < 1 or cause.hidden:
            continue
        first[pair[0]] = min(first.get(pair[0], len(world.commits)), truth.first_failure[pair])
        alarm[pair[0]] = min(alarm.get(pair[0], len(world.commits)), fired.get(pair, len(world.commits)))
    return [alarm[cause] - first[cause] for cause in first]
