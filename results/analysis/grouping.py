"""One cause, one event: joins the changes of many series that one commit made.

Changes that were judged together stay together. Units whose ranges overlap by more than 40 % of
the narrower one belong to one event when they concern the same test, suite or board, or fail with the
same signature; the narrowest range is the base.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from results.analysis.changes import ALONE, Change
from results.analysis.confinement import Confinement, confinements, is_lab_specific
from results.analysis.history import Counts, FloatArray, IntArray, SeriesTable
from results.analysis.segmentation import ChangeRange, change_weights, cumulated, position_range

OVERLAP: Final = 0.4
REGRESSION_RATE: Final = 0.475
"""Failure rate from which a change is a regression; below it made a test flaky."""
STRAY: Final = 0.05
"""Probability that a series says nothing about when its event began."""
TELLING_TRIES: Final = 5
TELLING_SERIES: Final = 4
"""So many series with so many tries each: then their median rate is the event's."""
FEW_TRIES: Final = 3
"""Tries per series under which the passes of its sisters tell more."""
SPARED_TRIES: Final = 4
"""A sister that passed so often is not concerned."""
ALIKE: Final = 0.3
"""How much the failure rates of two units of one event may differ."""
LOOK_BACK: Final = 25
"""Positions before the first failure in which the change may lie."""


class EventKind(Enum):
    """What an event did to its series."""

    REGRESSION = "regression"
    NEW_FLAKE = "new flake"


@dataclass(frozen=True, slots=True)
class Member:
    """One series in an event, in positions."""

    series: int
    last_good: int
    """The last position before ``first_bad`` that passed without a failure; -1: none kept."""
    first_bad: int
    found: int
    fixed: int | None
    """The first position that passed after the fix."""
    last_bad: int
    """The last failing position before ``fixed``, or of all."""
    fix_found: int | None
    tries: int
    failures: int


@dataclass(frozen=True, slots=True)
class Event:
    """One cause and everything it broke."""

    kind: EventKind
    members: tuple[Member, ...]
    range: ChangeRange
    """Where the change is with 99 % probability."""
    last_good: int
    first_bad: int
    found: int
    fixed: ChangeRange | None
    """Where the fix is; None while anything still fails."""
    rate: float
    """How often the affected series fail."""
    confidence: float
    """Probability that something changed at all, 0 … 1."""
    axes: Mapping[str, Confinement]
    lab_specific: bool
    """Only one lab shows it, though another ran the same tests on the same platform."""

    @property
    def series(self) -> frozenset[int]:
        """The affected series."""
        return frozenset(member.series for member in self.members)


@dataclass(slots=True)
class _Unit:
    """Changes that belong together for sure, and when they may have begun."""

    changes: list[Change]
    weights: FloatArray
    """ln P of every position being the first with the change."""
    low: int
    high: int
    paths: frozenset[int]
    suites: frozenset[int]
    boards: frozenset[int]
    signatures: frozenset[int]
    rate: float


def group_changes(
    series: SeriesTable,
    counts: Counts,
    commits: IntArray,
    changes: Sequence[Change],
    signatures: Mapping[int, int] | None = None,
    *,
    as_seen: bool = False,
) -> list[Event]:
    """Return the events, oldest first.

    ``counts`` are without infrastructure failures; ``signatures`` maps a series to a code of how
    it fails, where that is known. ``as_seen``: a change lies where it was seen, between a pass and the
    failure after it, for series that say too little to look further back.
    """
    grouper = _Grouper(series, counts, commits, signatures or {}, as_seen=as_seen)
    events = [grouper.event(units) for units in grouper.joined(changes)]
    return sorted(events, key=lambda event: (event.first_bad, min(event.series)))


class _Grouper:
    def __init__(
        self,
        series: SeriesTable,
        counts: Counts,
        commits: IntArray,
        signatures: Mapping[int, int],
        *,
        as_seen: bool,
    ) -> None:
        self.as_seen = as_seen
        self.series, self.counts, self.commits, self.signatures = series, counts, commits, signatures
        self.tested, self.failed = counts.tested, counts.failed
        self.device = series.device()
        self.healthy_from: dict[int, int] = {}
        """Where the history of each change begins: after the fix of the one before (by ``id``)."""

    def joined(self, changes: Sequence[Change]) -> list[list[_Unit]]:
        """Return the units of every event."""
        fixed: dict[int, int] = {}
        for change in sorted(changes, key=lambda change: change.start):
            self.healthy_from[id(change)] = fixed.get(change.series, 0)
            fixed[change.series] = change.end if change.end is not None else change.start
        units: dict[int, list[Change]] = {}
        for number, change in enumerate(changes):
            units.setdefault(change.group if change.group != ALONE else -1 - number, []).append(change)
        narrow_first = sorted(
            (self._unit(members) for members in units.values()),
            key=lambda unit: (unit.high - unit.low, unit.low, unit.changes[0].series),
        )
        events: list[list[_Unit]] = []
        for unit in narrow_first:
            for event in events:
                if any(self._same_cause(other, unit) for other in event):
                    event.append(unit)
                    break
            else:
                events.append([unit])
        return events

    def _unit(self, changes: list[Change]) -> _Unit:
        rows = [change.series for change in changes]
        weights = self._weights(changes)
        found = position_range(weights, self.commits, 0, mass=0.9)
        return _Unit(
            changes,
            weights,
            found.good + 1,
            found.bad,
            frozenset(self.series.path[rows].tolist()),
            frozenset(self.series.suite[rows].tolist()),
            frozenset(self.device[rows].tolist()),
            frozenset(self.signatures[row] for row in rows if row in self.signatures),
            self._rate([self._member(change, 0) for change in changes], changes),
        )

    def _weights(self, changes: Iterable[Change]) -> FloatArray:
        """Return ln P(data | the change is first tested at a position) for all positions."""
        weights = np.zeros(len(self.commits))
        for change in changes:
            low = max(change.start - LOOK_BACK, min(self.healthy_from[id(change)], change.start - 1), 0)
            own = np.full(len(weights), -np.inf)
            high = change.end if change.end is not None else len(weights)
            if self.as_seen:
                low = self._last_pass(change)
                own[low + 1 : change.start + 1] = 0.0
            elif high - low > 1:
                own[low + 1 : high] = change_weights(self._totals(change.series), low, high)
            if low == 0:
                own[0] = own[1] if high > 1 else 0.0
            own = np.exp(own - own.max())
            weights += np.log((1 - STRAY) * own / own.sum() + STRAY / len(weights))
        return weights

    def _last_pass(self, change: Change) -> int:
        passed = self.tested[change.series, : change.start] & ~self.failed[change.series, : change.start]
        return int(np.flatnonzero(passed)[-1]) if passed.any() else 0

    def _totals(self, row: int) -> IntArray:
        counts = self.counts
        return cumulated(
            counts.tries[row], counts.failures[row], counts.retries[row], counts.retry_failures[row]
        )

    def _same_cause(self, one: _Unit, other: _Unit) -> bool:
        overlap = min(one.high, other.high) - max(one.low, other.low) + 1
        narrower = min(one.high - one.low, other.high - other.low) + 1
        if overlap <= OVERLAP * narrower or abs(one.rate - other.rate) > ALIKE:
            return False
        return bool(
            one.paths & other.paths
            or one.suites & other.suites
            or one.signatures & other.signatures
            # Everything on one board: no test of it is to blame.
            or (one.boards == other.boards and len(one.boards) == 1)
        )

    def event(self, units: list[_Unit]) -> Event:
        """Return the event of its units."""
        changes: dict[int, Change] = {}
        for change in sorted((c for unit in units for c in unit.changes), key=lambda c: c.start):
            changes.setdefault(change.series, change)
        found = position_range(np.sum([unit.weights for unit in units], axis=0), self.commits, 0)
        members = tuple(self._member(changes[row], found.good + 1) for row in sorted(changes))
        rate = self._rate(members, changes.values())
        gain = max(change.gain for change in changes.values())
        first, last = min(m.first_bad for m in members), max(m.last_bad for m in members)
        where = (self.series, self.tested, np.array(sorted(changes)), first, last)
        return Event(
            kind=EventKind.REGRESSION if rate >= REGRESSION_RATE else EventKind.NEW_FLAKE,
            members=members,
            range=found,
            last_good=max((m.last_good for m in members if m.last_good < found.bad), default=-1),
            first_bad=first,
            found=min(m.found for m in members),
            fixed=self._fix_range(members),
            rate=rate,
            confidence=float(1 / (1 + np.exp(-min(gain, 50.0)))),
            axes=confinements(*where),
            lab_specific=is_lab_specific(*where),
        )

    def _member(self, change: Change, earliest: int) -> Member:
        """Return a member; its sisters may know better since when it can have been broken."""
        row, counts = change.series, self.counts
        tested, failed = self.tested[row], self.failed[row]
        end = change.end if change.end is not None else len(tested)
        bad = change.start + np.flatnonzero(failed[change.start : end])
        bad = bad[bad >= earliest] if (bad >= earliest).any() else bad
        first, last = int(bad[0]), int(bad[-1])
        good = np.flatnonzero(tested[:first] & ~failed[:first])
        inside = slice(first, change.end)
        return Member(
            series=row,
            last_good=int(good[-1]) if len(good) else -1,
            first_bad=first,
            found=change.found,
            fixed=change.end,
            last_bad=last,
            fix_found=change.fix_found,
            tries=int(counts.tries[row, inside].sum()),
            failures=int(counts.failures[row, inside].sum()),
        )

    def _rate(self, members: Sequence[Member], changes: Iterable[Change]) -> float:
        """Return how often the members fail between their first failure and the usual last one.

        Each one's first failure made us look: it does not say how often it fails. Where many
        series tell, the median is taken, since something else may have broken a few of them.
        """
        usual_last = int(np.percentile([m.last_bad for m in members], 75, method="lower"))
        tries, failures = np.zeros((2, len(members)))
        for index, member in enumerate(members):
            # What was fixed before its sisters passes since then.
            mended = member.fixed is not None and member.last_bad < usual_last
            span = slice(member.first_bad + 1, member.last_bad if mended else usual_last + 1)
            tries[index] = self.counts.tries[member.series, span].sum()
            failures[index] = self.counts.failures[member.series, span].sum()
        telling = tries >= TELLING_TRIES
        if np.count_nonzero(telling) >= max(TELLING_SERIES, len(members) / 2):
            return float(np.median(failures[telling] / tries[telling]))
        if tries.sum() >= FEW_TRIES * len(members):
            return float((failures.sum() + 0.7) / (tries.sum() + 1))
        return self._rate_of_all(members, changes, usual_last)

    def _rate_of_all(self, members: Sequence[Member], changes: Iterable[Change], last: int) -> float:
        """Return how often all the sisters failed meanwhile: a brief cluster of flakes passes elsewhere."""
        rows = {member.series for member in members}.union(*(change.sisters for change in changes))
        span = slice(min(member.first_bad for member in members), last + 1)
        tries = self.counts.tries[sorted(rows), span].sum(axis=1)
        failures = self.counts.failures[sorted(rows), span].sum(axis=1)
        concerned = (failures > 0) | (tries < SPARED_TRIES)
        return float((failures.sum() - 0.3) / max(tries[concerned].sum(), 1))

    def _fix_range(self, members: tuple[Member, ...]) -> ChangeRange | None:
        ends = [member.fixed for member in members if member.fixed is not None]
        if len(ends) < len(members):
            return None
        bad = max(member.last_bad for member in members)
        good = min((end for end in ends if end > bad), default=max(ends))
        return ChangeRange(bad, good, int(self.commits[bad]), int(self.commits[good]))
