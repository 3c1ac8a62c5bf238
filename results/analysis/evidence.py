"""The counts of all series, asked for the evidence of a change."""

from __future__ import annotations

import numpy as np

from results.analysis.changes import Change, Group
from results.analysis.history import Counts, FloatArray, IntArray
from results.analysis.segmentation import TRY_PRIOR, cumulated, explained


class Evidence:
    """What is known of every series, as running totals; repaired stretches can be forgotten."""

    def __init__(self, counts: Counts) -> None:
        self.totals = cumulated(counts.tries, counts.failures, counts.retries, counts.retry_failures)
        self.complete = self.totals.copy()
        """The totals with nothing forgotten."""
        self.tested, self.failed = counts.tested, counts.failed

    def gains(self, rows: IntArray, splits: IntArray, end: int) -> FloatArray:
        """Return the evidence (nats) for a rise of each row's rate at each split; 0 if untested after it."""
        first = self.totals[rows, 0][:, None]
        inner = self.totals[rows[:, None], splits[None, :]]
        last = self.totals[rows, end][:, None]
        left, right = inner - first, last - inner
        gain = explained(left) + explained(right) - explained(last - first)
        higher = (_mean(right) > _mean(left)) & (left[..., 0] > 0)
        gain = np.where(higher, gain, np.minimum(gain, 0) - 1.0)
        return np.where(right[..., 0] > 0, gain, 0.0)

    def rise(self, row: int, split: int, position: int) -> float:
        """Return by how much a series fails more often from ``split`` to ``position``."""
        before, after = self.totals[row, split], self.totals[row, position + 1] - self.totals[row, split]
        return float(_mean(after) - _mean(before))

    def first_bad(self, row: int, split: int) -> int:
        """Return the first position from ``split`` on where a series failed."""
        return split + int(self.failed[row, split:].argmax())

    def recovery(self, change: Change, group: Group | None, position: int) -> tuple[int, int, float]:
        """Return the position of the last failure, the passes since, the failure rate until then."""
        row = change.series
        last = change.start + int(np.flatnonzero(self.failed[row, change.start : position + 1])[-1])
        tries, failures = (self.complete[row, last + 1] - self.complete[row, change.start])[:2]
        passes = int(self.complete[row, position + 1, 0] - self.complete[row, last + 1, 0])
        usual = 0.9 if group is None else self.rate(group, position)
        # Two imagined tries at the usual rate: a few failures do not prove that every try fails.
        return last, passes, float((failures + 2 * usual) / (tries + 2))

    def rate(self, group: Group, position: int) -> float:
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

    def forget(self, row: int, start: int, end: int) -> None:
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
