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
        self.last, self.first = _last(self.ran), self.ran.argmax(axis=1)
        whole = np.zeros(len(series), np.int64)
        built = combined(self.device, self.variant)
        job = combined(built, series.suite)
        self.job, self.on_device, self.in_lab = (
            _Level(job, built, self),
            _Level(built, series.lab, self),
            (_Level(combined(series.lab), whole, self)),
        )
        self.job_ran = _by(job, self.ran)[job]

    def found(self) -> Iterator[Missing]:
        silent = (self.last >= 0) & (self.last < self.ran.shape[1] - LEAST_SILENCE)
        silent &= self.series.kind != Kind.BUILD
        for row in np.flatnonzero(silent).tolist():
            if (reason := self._reason(row)) is not None:
                successor = self._successor(row) if reason is MissingReason.REMOVED else None
                reason = MissingReason.RENAMED if successor is not None else reason
                yield Missing(row, int(self.last[row]), reason, successor)

    def _reason(self, row: int) -> MissingReason | None:
        """Return the nearest level at which something stopped: the test, its suite, the device, the lab."""
        if _silent(self.ran[row], self.job_ran[row]):
            return MissingReason.REMOVED
        if self.job.has_lost(row):
            return MissingReason.JOB_GONE
        if self.on_device.has_lost(row):
            return self._blocked(row) or MissingReason.DEVICE_GONE
        if self.in_lab.has_lost(row):
            return self._blocked(row) or MissingReason.LAB_GONE
        return None

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


class _Level:
    """What runs together (a job, a device, a lab) within what it is a part of, and whether it stopped.

    One test that runs now and then tells little by its silence; all of them together tell much.
    """

    def __init__(self, code: IntArray, whole: IntArray, search: _Search) -> None:
        self.code, self.search = code, search
        self.ran = _by(code, search.ran)
        around = _by(combined(whole), search.ran)
        member = np.unique(code, return_index=True)[1]
        self.silent = [
            _silent(ran, chances)
            for ran, chances in zip(self.ran, around[combined(whole)[member]], strict=True)
        ]
        self.last = _last(self.ran)

    def has_lost(self, row: int) -> bool:
        """Return whether a series ran until this stopped: it did not go before."""
        unit = self.code[row]
        if not self.silent[unit]:
            return False
        ran, last = self.search.ran[row], int(self.search.last[row])
        chances = self.ran[unit, : self.last[unit] + 1]
        before = np.flatnonzero(chances[: last + 1])[-WINDOW:]
        runs = int(np.count_nonzero(ran[before]))
        miss = max(1 - runs / len(before), 0.5 / len(before))
        return runs >= LEAST_RUNS and bool(miss ** np.count_nonzero(chances[last + 1 :]) >= CHANCE)


def _silent(ran: BoolArray, chances: BoolArray) -> bool:
    """Return whether what ran usually let pass more chances than it can by accident."""
    places = np.flatnonzero(ran)
    if not len(places):
        return False
    last = int(places[-1])
    before = np.flatnonzero(chances[: last + 1])[-WINDOW:]
    runs, passed = int(np.count_nonzero(ran[before])), int(np.count_nonzero(chances[last + 1 :]))
    if runs < LEAST_RUNS or runs < USUAL_SHARE * len(before) or passed < LEAST_SILENCE:
        return False
    # One of the chances seen is the last run itself.
    miss = max(1 - runs / len(before), 0.5 / len(before))
    return float(miss**passed) < CHANCE


def _last(ran: BoolArray) -> IntArray:
    """Return the last position at which each row ran, -1 for none."""
    return np.where(ran.any(axis=1), ran.shape[1] - 1 - ran[:, ::-1].argmax(axis=1), -1)


def _by(code: IntArray, ran: BoolArray) -> BoolArray:
    """Return for every code whether anything with it ran at each position."""
    together = np.zeros((int(code.max(initial=-1)) + 1, ran.shape[1]), bool)
    np.logical_or.at(together, code, ran)
    return together
