"""Replays a history position by position and notes when a series broke and when it was fixed.

Deciding at the position where the evidence is complete, and keeping the decision, finds more than
one look back: a short regression that was fixed would vanish in the long passing history around
it. The replay follows positions, not times of arrival, so its outcome depends on the data alone.
"""

from __future__ import annotations

import numpy as np

from results.analysis.changes import ALONE, Change, DetectionRules, Group
from results.analysis.evidence import Evidence
from results.analysis.history import AXES, BoolArray, Counts, IntArray, SeriesTable, combined
from results.analysis.pooling import PooledChange, best_scope, membership

DEFAULT_RULES = DetectionRules()


def find_changes(series: SeriesTable, counts: Counts, rules: DetectionRules = DEFAULT_RULES) -> list[Change]:
    """Return the rises of failure rates; ``counts`` are without infrastructure failures."""
    concerned = _concerned(series, counts.failed)
    if not len(concerned):
        return []
    part = Counts(**{name: getattr(counts, name)[concerned] for name in Counts.__slots__})
    changes = _Replay(series.rows(concerned), part, rules, len(series)).run()
    for change in changes:
        change.series = int(concerned[change.series])
        change.sisters = tuple(concerned[list(change.sisters)].tolist())
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

    def __init__(self, series: SeriesTable, counts: Counts, rules: DetectionRules, population: int) -> None:
        self.rules, self.population = rules, population
        self.evidence = Evidence(counts)
        self.tested, self.failed = counts.tested, counts.failed
        self.streak = np.zeros(len(series), np.int64)
        self.healed = np.zeros(counts.tested.shape[1] + 1, np.int64)
        """How many streaks of each length ended, of those that no sister shared."""
        self.longest = np.zeros(len(series), np.int64)
        """The longest of them in every series."""
        self.latest: dict[int, Change] = {}
        self.path, self.board = combined(series.path, series.kind), _boards(series)
        self.by_path, self.by_board = _rows_by_code(self.path), _rows_by_code(self.board)
        self.axes = {axis: getattr(series, axis) for axis in AXES}
        self.axes |= {"device": series.device(), "variant": series.variant()}
        self.broken: dict[int, Change] = {}
        self.is_broken = np.zeros(len(series), bool)
        self.groups: list[Group] = []
        self.open_groups: dict[int, list[Group]] = {}
        self.changes: list[Change] = []

    def run(self) -> list[Change]:
        for position in range(1, self.tested.shape[1]):
            failed, tested = self.failed[:, position], self.tested[:, position]
            self._count_streaks(tested, failed)
            failing: IntArray = np.flatnonzero(failed & ~self.is_broken)
            failing = self._join(self._relapse(failing, position), position)
            if len(failing):
                self._judge(failing, position)
            self._fix(np.flatnonzero(self.is_broken & tested & ~failed), position)
        return self.changes

    def _count_streaks(self, tested: BoolArray, failed: BoolArray) -> None:
        ended = tested & ~failed & (self.streak > 0)
        shared = [row for row, change in self.broken.items() if change.group != ALONE]
        self.streak[shared] = 0
        ended &= self.streak > 0
        np.add.at(self.healed, self.streak[ended], 1)
        self.longest[ended] = np.maximum(self.longest[ended], self.streak[ended])
        self.streak[tested & ~failed] = 0
        self.streak[failed] += 1

    def _outlasts(self, row: int, position: int) -> bool:
        """Return whether a lone series has failed for longer than what heals by itself in this tree."""
        if self.streak[row] < self.rules.own_record * self.longest[row]:
            return False
        healed = int(self.healed[self.streak[row] :].sum())
        return healed <= self.rules.heals * self.population * (position + 1)

    def _judge(self, failing: IntArray, position: int) -> None:
        """Look for changes that explain the failures at a position: shared ones first."""
        if not len(failing):
            return
        first = max(1, position - self.rules.memory)
        splits = np.arange(first, position + 1)
        gains = self.evidence.gains(failing, splits, position + 1)
        best = gains.max(axis=1)
        hinted = failing[best > self.rules.hint]
        views: tuple[tuple[IntArray, list[IntArray], dict[str, IntArray], float], ...] = (
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
            rise = self.evidence.rise(row, split, position)
            if rise >= self.rules.rise and self._outlasts(int(row), position):
                gain = float(series_gains.max() + np.log(self.rules.alone))
                self._break(Change(int(row), split, position, gain, ALONE, None))

    def _pool(self, rows: IntArray, axes: dict[str, IntArray], prior: float, position: int) -> None:
        """Judge sister series together, again and again while changes are found."""
        splits = np.arange(max(1, position - self.rules.pooled_memory), position + 1)
        while True:
            rows = rows[~self.is_broken[rows]]
            totals = self.evidence.totals[rows, :, 0]
            rows = rows[totals[:, position + 1] > totals[:, splits[0]]]
            if len(rows) < 2:
                return
            gains = self.evidence.gains(rows, splits, position + 1)
            bursty = (self.longest[rows] >= self.rules.burst) & (self.streak[rows] <= self.longest[rows])
            gains[bursty] = np.minimum(gains[bursty], self.rules.hint)
            chosen = {axis: codes[rows] for axis, codes in axes.items()}
            change = best_scope(gains, chosen, prior=prior, reach=self.rules.reach)
            if change is None or not self._found(rows, change, int(splits[change.split]), position):
                return

    def _found(self, rows: IntArray, change: PooledChange, split: int, position: int) -> bool:
        """Note a shared change. Return whether any series shows it at this very moment."""
        rises = {row: self.evidence.rise(row, split, position) for row in rows[change.members].tolist()}
        shown = [row for row, rise in rises.items() if rise >= self.rules.rise]
        if len(shown) < 2:
            return False
        scope = change.scope
        codes = self.axes.get(scope.axis)
        one_test = len(set(self.path[shown])) == 1
        family = self.by_path[self.path[shown[0]]] if one_test else self.by_board[self.board[shown[0]]]
        covered = family if codes is None else family[codes[family] == scope.value]
        group = Group(len(self.groups), covered, scope, split, change.gain)
        self.groups.append(group)
        for row in covered:
            self.open_groups.setdefault(int(row), []).append(group)
        for row in shown:
            self._enter(group, row, position)
        return True

    def _enter(self, group: Group, row: int, position: int) -> None:
        """Note that a series shows the change of its group."""
        start = self.evidence.first_bad(row, group.split)
        sisters = tuple(group.rows.tolist())
        member = Change(row, start, position, group.gain, group.number, group.scope, sisters)
        group.members.append(member)
        self._break(member)

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
            soon = group.fixed is not None and position - change.end < self.rules.relapse
            if soon and self.evidence.rate(group, change.end) < self.rules.intermittent:
                # An intermittent failure was silent for a while by luck.
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
            else:
                self._enter(group, int(row), position)
        return np.array(rest, np.int64)

    def _fitting(self, row: int, position: int) -> Group | None:
        """Return the shared change that explains a failure as well as any other moment would."""
        for group in self.open_groups.get(row, ()):
            if not self._alive(group, position):
                continue
            splits = np.arange(group.split, position + 1)
            gains = self.evidence.gains(np.array([row]), splits, position + 1)[0]
            likely = membership(gains[:1], self.rules.reach)[0] >= self.rules.joins
            if likely and gains[0] >= gains.max() - self.rules.slack:
                return group
        return None

    def _alive(self, group: Group, position: int) -> bool:
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
            last, passes, rate = self.evidence.recovery(change, group, position)
            together = group is not None and group.fixed is not None and last < group.fixed
            if together or (passes >= 2 and (1 - rate) ** passes < self.rules.fix_doubt):
                self._repair(change, last + 1, position)

    def _fix_group(self, group: Group, position: int) -> None:
        """Decide whether a shared change is fixed, from the passes of all its series."""
        rows = np.array([member.series for member in group.members])
        last = int(np.flatnonzero(self.failed[rows, : position + 1].any(axis=0))[-1])
        if group.fixed is not None:
            return
        passes = int(
            (self.evidence.complete[rows, position + 1, 0] - self.evidence.complete[rows, last + 1, 0]).sum()
        )
        if passes >= 3 and (1 - self.evidence.rate(group, position)) ** passes < self.rules.fix_doubt:
            group.fixed = last + 1

    def _repair(self, change: Change, since: int, position: int) -> None:
        row = change.series
        change.end = since + int(self.tested[row, since:].argmax())
        change.fix_found = position
        self.broken.pop(row)
        self.is_broken[row] = False
        if change.group != ALONE or change.end - change.start >= self.rules.brief:
            self.evidence.forget(row, change.start, change.end)


def _rows_by_code(codes: IntArray) -> list[IntArray]:
    """Return the rows of every code."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes))[:-1])
