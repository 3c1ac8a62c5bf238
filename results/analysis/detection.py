"""Replays a history position by position and notes when a series broke and when it was fixed.

Deciding at the position where the evidence is complete, and keeping the decision, finds more than
one look back: a short regression that was fixed would vanish in the long passing history around
it. The replay follows positions, not times of arrival, so its outcome depends on the data alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from results.analysis.history import AXES, BoolArray, Counts, FloatArray, IntArray, SeriesTable, combined
from results.analysis.pooling import PooledChange, Scope, best_scope, membership
from results.analysis.segmentation import TRY_PRIOR, cumulated, explained

ALONE: Final = -1
"""The group of a change that one series shows by itself."""


@dataclass(frozen=True, slots=True)
class DetectionRules:
    """How much evidence a change needs."""

    alone: float = 1e-4
    """Prior of a change in a single series."""
    heals: float = 2e-5
    """How many streaks of failures as long as this one may have ended by themselves, per series
    and position of this tree: else it may be a burst of flakiness."""
    pooled: float = 1e-7
    """Prior of a change that sister series share."""
    on_board: float = 1e-9
    """Prior of a change that tests of one suite share on one device: mostly the device is to blame."""
    reach: float = 0.6
    """The share of the series in a scope that a change reaches."""
    joins: float = 0.9
    """Probability from which a failing series joins a change its sisters already show."""
    slack: float = 3.0
    """How much better (nats) another moment may explain a series that joins."""
    rise: float = 0.3
    """Smallest change of the failure rate that counts."""
    memory: int = 60
    """How many positions back a single series' change may begin."""
    pooled_memory: int = 12
    hint: float = 0.5
    """Gain from which a failing series is worth comparing with its sisters."""
    fix_doubt: float = 1e-5
    """Probability of the passes after a failure, were it not fixed."""
    relapse: int = 10
    """Positions within which a new failure continues an old change."""
    intermittent: float = 0.9
    """Failure rate below which a silence may be luck."""
    brief: int = 8
    """A single series' trouble of fewer positions stays in its history: it may be a burst."""


@dataclass(slots=True)
class Change:
    """One series' failure rate rose at ``start``; ``end`` is the first position after the fix."""

    series: int
    start: int
    found: int
    """The position at which the evidence sufficed."""
    gain: float
    group: int
    """The same for series that were judged together; ``ALONE`` for one by itself."""
    scope: Scope | None
    end: int | None = None
    fix_found: int | None = None


@dataclass(slots=True)
class _Group:
    """A change several series share, open for more of them."""

    number: int
    rows: IntArray
    """The series its scope covers."""
    scope: Scope
    split: int
    gain: float
    members: list[Change] = field(default_factory=list)
    fixed: int | None = None
    """Since when nobody fails any more."""


def find_changes(series: SeriesTable, counts: Counts, rules: DetectionRules = DetectionRules()) -> list[Change]:
    """Return the rises of failure rates; ``counts`` are without infrastructure failures."""
    concerned = _concerned(series, counts.failed)
    if not len(concerned):
        return []
    part = Counts(**{name: getattr(counts, name)[concerned] for name in Counts.__slots__})
    changes = _Replay(series.rows(concerned), part, rules).run()
    for change in changes:
        change.series = int(concerned[change.series])
    return changes


def _concerned(series: SeriesTable, failed: BoolArray) -> IntArray:
    """Return the series that failed at least once, and their sisters: nothing else can matter."""
    ever = failed.any(axis=1)
    path, board = combined(series.path, series.kind), _boards(series)
    matter = np.bincount(path, ever)[path] > 0
    matter |= np.bincount(board, ever)[board] > 1
    return np.flatnonzero(matter)


def _boards(series: SeriesTable) -> IntArray:
    """Return a code of suite, device and variant: tests that break together on one machine."""
    return combined(series.suite, series.lab, series.platform, series.variant())


class _Replay:
    """The state of every series while positions pass."""

    def __init__(self, series: SeriesTable, counts: Counts, rules: DetectionRules) -> None:
        self.rules = rules
        self.totals = cumulated(counts.tries, counts.failures, counts.retries, counts.retry_failures)
        self.complete = self.totals.copy()
        self.tested, self.failed = counts.tested, counts.failed
        self.streak = np.zeros(len(series), np.int64)
        self.healed = np.zeros(counts.tested.shape[1] + 1, np.int64)
        """How many streaks of each length ended, of those that no sister shared."""
        self.latest: dict[int, Change] = {}
        self.path, self.board = combined(series.path, series.kind), _boards(series)
        self.by_path, self.by_board = _rows_by_code(self.path), _rows_by_code(self.board)
        self.axes = {axis: getattr(series, axis) for axis in AXES} | {"device": series.device(), "variant": series.variant()}
        self.broken: dict[int, Change] = {}
        self.is_broken = np.zeros(len(series), bool)
        self.groups: list[_Group] = []
        self.open_groups: dict[int, list[_Group]] = {}
        self.changes: list[Change] = []

    def run(self) -> list[Change]:
        for position in range(1, self.tested.shape[1]):
            failed, tested = self.failed[:, position], self.tested[:, position]
            self._count_streaks(tested, failed)
            failing = np.flatnonzero(failed & ~self.is_broken)
            failing = self._join(self._relapse(failing, position), position)
            if len(failing):
                self._judge(failing, position)
            self._fix(np.flatnonzero(self.is_broken & tested & ~failed), position)
        return self.changes

    def _count_streaks(self, tested: BoolArray, failed: BoolArray) -> None:
        ended = tested & ~failed & (self.streak > 0)
        shared = [row for row, change in self.broken.items() if change.group != ALONE]
        self.streak[shared] = 0
        np.add.at(self.healed, self.streak[ended & (self.streak > 0)], 1)
        self.streak[tested & ~failed] = 0
        self.streak[failed] += 1

    def _outlasts(self, row: int, position: int) -> bool:
        """Return whether a lone series has failed for longer than what heals by itself in this tree."""
        healed = int(self.healed[self.streak[row] :].sum())
        return healed <= self.rules.heals * len(self.streak) * (position + 1)

    def gains(self, rows: IntArray, splits: IntArray, end: int) -> FloatArray:
        """Return the evidence (nats) for a rise of each row's rate at each split; 0 where untested after it."""
        first = self.totals[rows, 0][:, None]
        inner = self.totals[rows[:, None], splits[None, :]]
        last = self.totals[rows, end][:, None]
        left, right = inner - first, last - inner
        gain = explained(left) + explained(right) - explained(last - first)
        higher = (_mean(right) > _mean(left)) & (left[..., 0] > 0)
        gain = np.where(higher, gain, np.minimum(gain, 0) - 1.0)
        return np.where(right[..., 0] > 0, gain, 0.0)

    def _judge(self, failing: IntArray, position: int) -> None:
        """Look for changes that explain the failures at a position: shared ones first."""
        if not len(failing):
            return
        first = max(1, position - self.rules.memory)
        splits = np.arange(first, position + 1)
        gains = self.gains(failing, splits, position + 1)
        best = gains.max(axis=1)
        hinted = failing[best > self.rules.hint]
        views = (
            (self.path, self.by_path, self.axes, self.rules.pooled),
            (self.board, self.by_board, {}, self.rules.on_board),
        )
        for codes, members, axes, prior in views:
            hinted = hinted[~self.is_broken[hinted]]
            values, crowd = np.unique(codes[hinted], return_counts=True)
            for value in values[crowd > 1]:
                self._pool(members[value], axes, prior, position)
        alone = ~self.is_broken[failing] & (best + np.log(self.rules.alone) > 0)
        for row, series_gains in zip(failing[alone], gains[alone], strict=True):
            split = int(splits[series_gains.argmax()])
            if self._rise(row, split, position) >= self.rules.rise and self._outlasts(int(row), position):
                gain = float(series_gains.max() + np.log(self.rules.alone))
                self._break(Change(int(row), split, position, gain, ALONE, None))

    def _rise(self, row: int, split: int, position: int) -> float:
        before, after = self.totals[row, split], self.totals[row, position + 1] - self.totals[row, split]
        return float(_mean(after) - _mean(before))

    def _pool(self, rows: IntArray, axes: dict[str, IntArray], prior: float, position: int) -> None:
        """Judge sister series together, again and again while changes are found."""
        splits = np.arange(max(1, position - self.rules.pooled_memory), position + 1)
        while True:
            rows = rows[~self.is_broken[rows]]
            rows = rows[self.totals[rows, position + 1, 0] > self.totals[rows, splits[0], 0]]
            if len(rows) < 2:
                return
            gains = self.gains(rows, splits, position + 1)
            chosen = {axis: codes[rows] for axis, codes in axes.items()}
            change = best_scope(gains, chosen, prior=prior, reach=self.rules.reach)
            if change is None or not self._found(rows, change, int(splits[change.split]), position):
                return

    def _found(self, rows: IntArray, change: PooledChange, split: int, position: int) -> bool:
        """Note a shared change. Return whether any series shows it at this very moment."""
        shown = [row for row in rows[change.members] if self._rise(row, split, position) >= self.rules.rise]
        if len(shown) < 2:
            return False
        scope = change.scope
        codes = self.axes.get(scope.axis)
        family = self.by_path[self.path[shown[0]]] if len(set(self.path[shown])) == 1 else self.by_board[self.board[shown[0]]]
        covered = family if codes is None else family[codes[family] == scope.value]
        group = _Group(len(self.groups), covered, scope, split, change.gain)
        self.groups.append(group)
        for row in covered:
            self.open_groups.setdefault(int(row), []).append(group)
        for row in shown:
            member = Change(int(row), self._first_bad(row, split), position, change.gain, group.number, scope)
            group.members.append(member)
            self._break(member)
        return True

    def _first_bad(self, row: int, split: int) -> int:
        """Return the first position from ``split`` on where a series failed."""
        return split + int(self.failed[row, split:].argmax())

    def _relapse(self, failing: IntArray, position: int) -> IntArray:
        """Reopen changes that were taken for fixed too early; return the other series."""
        rest = []
        for row in failing:
            change = self.latest.get(int(row))
            if change is None or change.end is None or not self._again(change, position):
                rest.append(row)
                continue
            change.end = change.fix_found = None
            self.broken[int(row)] = change
            self.is_broken[row] = True
        return np.array(rest, np.int64)

    def _again(self, change: Change, position: int) -> bool:
        assert change.end is not None
        if change.group != ALONE:
            group = self.groups[change.group]
            if group.fixed is not None and position - change.end < self.rules.relapse:
                # An intermittent failure was silent for a while by luck.
                if self._rate(group, group.fixed) < self.rules.intermittent:
                    group.fixed = None
            return self._alive(group, position)
        return position - change.end < self.rules.relapse

    def _join(self, failing: IntArray, position: int) -> IntArray:
        """Let failing series join changes that their sisters show; return the others."""
        rest = []
        for row in failing:
            group = self._fitting(int(row), position)
            if group is None:
                rest.append(row)
                continue
            start = self._first_bad(int(row), group.split)
            member = Change(int(row), start, position, group.gain, group.number, group.scope)
            group.members.append(member)
            self._break(member)
        return np.array(rest, np.int64)

    def _fitting(self, row: int, position: int) -> _Group | None:
        """Return the shared change that explains a failure as well as any other moment would."""
        for group in self.open_groups.get(row, ()):
            if not self._alive(group, position):
                continue
            splits = np.arange(group.split, position + 1)
            gains = self.gains(np.array([row]), splits, position + 1)[0]
            likely = membership(gains[:1], self.rules.reach)[0] >= self.rules.joins
            if likely and gains[0] >= gains.max() - self.rules.slack:
                return group
        return None

    def _alive(self, group: _Group, position: int) -> bool:
        """Return whether a shared change still makes tests fail."""
        if group.fixed is not None:
            return False
        rows = [member.series for member in group.members]
        return bool(self.failed[rows, max(0, position - self.rules.relapse) : position].any())

    def _break(self, change: Change) -> None:
        self.changes.append(change)
        self.latest[change.series] = self.broken[change.series] = change
        self.is_broken[change.series] = True

    def _fix(self, passing: IntArray, position: int) -> None:
        """Close the changes of series that pass more often than their failure rate allows."""
        for number in {self.broken[int(row)].group for row in passing} - {ALONE}:
            self._fix_group(self.groups[number], position)
        for row in passing:
            change = self.broken[int(row)]
            group = None if change.group == ALONE else self.groups[change.group]
            last, passes, rate = self._recovery(change, position)
            together = group is not None and group.fixed is not None and last < group.fixed
            if together or (passes >= 2 and (1 - rate) ** passes < self.rules.fix_doubt):
                self._repair(change, last + 1, position)

    def _fix_group(self, group: _Group, position: int) -> None:
        """Decide whether a shared change is fixed, from the passes of all its series."""
        rows = np.array([member.series for member in group.members])
        last = int(np.flatnonzero(self.failed[rows, : position + 1].any(axis=0))[-1])
        if group.fixed is not None:
            return
        passes = int((self.complete[rows, position + 1, 0] - self.complete[rows, last + 1, 0]).sum())
        if passes >= 3 and (1 - self._rate(group, position)) ** passes < self.rules.fix_doubt:
            group.fixed = last + 1

    def _recovery(self, change: Change, position: int) -> tuple[int, int, float]:
        """Return the position of the last failure, the passes since, the failure rate until then."""
        row = change.series
        last = change.start + int(np.flatnonzero(self.failed[row, change.start : position + 1])[-1])
        tries, failures = (self.complete[row, last + 1] - self.complete[row, change.start])[:2]
        passes = int(self.complete[row, position + 1, 0] - self.complete[row, last + 1, 0])
        usual = 0.9 if change.group == ALONE else self._rate(self.groups[change.group], position)
        # Two imagined tries at the usual rate: a few failures do not prove that every try fails.
        return last, passes, float((failures + 2 * usual) / (tries + 2))

    def _rate(self, group: _Group, position: int) -> float:
        """Return how often the members of a group failed, each up to its own last failure."""
        rows = np.array([member.series for member in group.members])
        starts = np.array([member.start for member in group.members])
        ends = np.array([member.end if member.end is not None else position + 1 for member in group.members])
        columns = np.arange(position + 1)
        inside = (columns >= starts[:, None]) & (columns < ends[:, None])
        failed = self.failed[rows, : position + 1] & inside
        last = position - failed[:, ::-1].argmax(axis=1)
        counts = (self.complete[rows, last + 1] - self.complete[rows, starts])[failed.any(axis=1)].sum(axis=0)
        return float((counts[1] + 0.9) / (counts[0] + 1))

    def _repair(self, change: Change, since: int, position: int) -> None:
        row = change.series
        change.end = since + int(self.tested[row, since:].argmax())
        change.fix_found = position
        self.broken.pop(row)
        self.is_broken[row] = False
        if change.group != ALONE or change.end - change.start >= self.rules.brief:
            self._forget(row, change.start, change.end)

    def _forget(self, row: int, start: int, end: int) -> None:
        """Take a repaired stretch out of a series' history: it says nothing about its usual rate."""
        totals = self.totals[row]
        stretch = totals[end] - totals[start]
        totals[start:end] = totals[start]
        totals[end:] -= stretch


def _mean(counts: IntArray) -> FloatArray:
    """Return the expected failure rate."""
    a, b = TRY_PRIOR
    answer: FloatArray = (counts[..., 1] + a) / (counts[..., 0] + a + b)
    return answer


def _rows_by_code(codes: IntArray) -> list[IntArray]:
    """Return the rows of every code."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes))[:-1])


def trailing_failures(counts: Counts) -> Iterator[tuple[int, int]]:
    """Yield every series whose newest result is a failure, and since which position without a pass."""
    newest = counts.tested.shape[1] - 1 - counts.tested[:, ::-1].argmax(axis=1)
    ends = counts.tested.any(axis=1) & counts.failed[np.arange(len(newest)), newest]
    for row in np.flatnonzero(ends):
        passed = np.flatnonzero(counts.tested[row] & ~counts.failed[row])
        after = int(passed[-1]) + 1 if len(passed) else 0
        yield int(row), after + int(counts.failed[row, after:].argmax())
