"""Series that stopped running, and why: nobody sees the failure of a test that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from results.analysis.history import BoolArray, Counts, IntArray, Kind, SeriesTable, combined

WINDOW: Final = 20
USUAL_SHARE: Final = 0.6
LEAST_RUNS: Final = 8
LEAST_SILENCE: Final = 3
CHANCE: Final = 1e-5
"""Probability of the silence by chance, under which a series is missing."""
NEARBY: Final = 3
"""Positions around the last run in which a renamed test appears."""


class MissingReason(Enum):
    """Why a series is missing."""

    BLOCKED_BY_BUILD = "build failed"
    BLOCKED_BY_BOOT = "boot failed"
    LAB_GONE = "lab gone"
    DEVICE_GONE = "device gone"
    JOB_GONE = "suite not run"
    RENAMED = "perhaps renamed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Missing:
    """A series that used to run and does not any more."""

    series: int
    last: int
    """The last position it ran at."""
    reason: MissingReason
    successor: int | None = None
    """The series that may be the same test under a new name."""


def missing_series(series: SeriesTable, counts: Counts, leaf: IntArray | None = None) -> list[Missing]:
    """Return the missing series, by row.

    ``leaf`` is a code of the last component of each path, for recognising renamed tests.
    """
    return list(_Search(series, counts, leaf).found())


class _Search:
    def __init__(self, series: SeriesTable, counts: Counts, leaf: IntArray | None) -> None:
        self.series, self.leaf = series, leaf
        self.ran = (counts.tries + counts.retries + counts.broken + counts.skipped) > 0
        self.failed = counts.failed
        self.device, self.variant = series.device(), series.variant()
        job = combined(self.device, self.variant, series.suite)
        self.any_ran: BoolArray = np.asarray(self.ran.any(axis=0))
        self.lab_ran = _by(combined(series.lab), self.ran)
        self.device_ran = _by(combined(self.device, self.variant), self.ran)
        self.job_ran = _by(job, self.ran)
        width = self.ran.shape[1]
        self.last = np.where(self.ran.any(axis=1), width - 1 - self.ran[:, ::-1].argmax(axis=1), -1)
        self.first = self.ran.argmax(axis=1)

    def found(self) -> Iterator[Missing]:
        silent = (self.last >= 0) & (self.last < self.ran.shape[1] - LEAST_SILENCE)
        silent &= self.series.kind != Kind.BUILD
        for row in np.flatnonzero(silent):
            if (reason := self._reason(int(row))) is not None:
                successor = self._successor(int(row)) if reason is MissingReason.REMOVED else None
                reason = MissingReason.RENAMED if successor is not None else reason
                yield Missing(int(row), int(self.last[row]), reason, successor)

    def _reason(self, row: int) -> MissingReason | None:
        """Return the nearest level at which something stopped: the job, the device, the lab."""
        if self._silent(row, self.job_ran[row]):
            return MissingReason.REMOVED
        if self._silent(row, self.device_ran[row]):
            return MissingReason.JOB_GONE
        if self._silent(row, self.lab_ran[row]):
            return self._blocked(row) or MissingReason.DEVICE_GONE
        if self._silent(row, self.any_ran):
            return self._blocked(row) or MissingReason.LAB_GONE
        return None

    def _silent(self, row: int, chances: BoolArray) -> bool:
        """Return whether the series let pass more chances than it can by accident."""
        last = int(self.last[row])
        before = np.flatnonzero(chances[: last + 1])[-WINDOW:]
        runs = int(self.ran[row, before].sum())
        passed = int(np.count_nonzero(chances[last + 1 :]))
        if runs < LEAST_RUNS or runs < USUAL_SHARE * len(before) or passed < LEAST_SILENCE:
            return False
        # One of the chances seen is the last run itself.
        miss = max(1 - runs / len(before), 0.5 / len(before))
        return float(miss**passed) < CHANCE

    def _blocked(self, row: int) -> MissingReason | None:
        """Return whether the newest build, or boot on this device, failed."""
        after = slice(int(self.last[row]) + 1, None)
        same_build = self.variant == self.variant[row]
        builds = same_build & (self.series.kind == Kind.BUILD)
        boots = same_build & (self.device == self.device[row]) & (self.series.kind == Kind.BOOT)
        if self.failed[builds, after].any():
            return MissingReason.BLOCKED_BY_BUILD
        return MissingReason.BLOCKED_BY_BOOT if self.failed[boots, after].any() else None

    def _successor(self, row: int) -> int | None:
        """Return a series of the same job and leaf that began when this one ended."""
        if self.leaf is None:
            return None
        last = self.last[row]
        fits = (self.leaf == self.leaf[row]) & (self.first > self.first[row])
        fits &= (self.device == self.device[row]) & (self.variant == self.variant[row])
        fits &= (self.first > last - NEARBY) & (self.first <= last + 2 * NEARBY)
        rows = np.flatnonzero(fits)
        return int(rows[0]) if len(rows) else None


def _by(code: IntArray, ran: BoolArray) -> BoolArray:
    """Return for every series whether anything with its code ran at each position."""
    together = np.zeros((int(code.max(initial=0)) + 1, ran.shape[1]), bool)
    np.logical_or.at(together, code, ran)
    return together[code]
