"""Series that stopped running, and why: nobody sees the failure of a test that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from results.analysis.history import BoolArray, Counts, FloatArray, IntArray, Kind, SeriesTable, combined

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
        self.device, self.variant = series.device(), series.variant()
        self.built = combined(self.device, self.variant)
        failed, kind = counts.failed, series.kind[:, None]
        self.unbuilt = _by(self.variant, failed & (kind == Kind.BUILD))
        self.unbooted = _by(self.built, failed & (kind == Kind.BOOT))
        self.last, self.first = _last(self.ran), self.ran.argmax(axis=1)

    def found(self) -> Iterator[Missing]:
        silent = (self.last >= 0) & (self.last < self.ran.shape[1] - LEAST_SILENCE)
        rows = np.flatnonzero(silent & (self.series.kind != Kind.BUILD))
        built, lab = self.built, combined(self.series.lab)
        job = combined(built, self.series.suite)
        levels = [
            self._lost(rows, code, whole) for code, whole in ((job, built), (built, lab), (lab, lab * 0))
        ]
        gone = _is_silent(_record(self.ran[rows], _by(job, self.ran)[job[rows]], self.last[rows]))
        for index, row in enumerate(rows.tolist()):
            reason = self._reason(row, bool(gone[index]), [bool(lost[index]) for lost in levels])
            if reason is not None:
                successor = self._successor(row) if reason is MissingReason.REMOVED else None
                reason = MissingReason.RENAMED if successor is not None else reason
                yield Missing(row, int(self.last[row]), reason, successor)

    def _reason(self, row: int, gone: bool, lost: list[bool]) -> MissingReason | None:
        """Return the nearest level at which something stopped: the test, its suite, the device, the lab."""
        if gone:
            return MissingReason.REMOVED
        with_job, with_device, with_lab = lost
        if with_job:
            return MissingReason.JOB_GONE
        if with_device:
            return self._blocked(row) or MissingReason.DEVICE_GONE
        return (self._blocked(row) or MissingReason.LAB_GONE) if with_lab else None

    def _lost(self, rows: IntArray, code: IntArray, whole: IntArray) -> BoolArray:
        """Return which of some series ran until what they are a part of stopped: they did not go before.

        One test that runs now and then tells little by its silence; all of a job, a device or a lab
        together tell much. ``code`` is what that is, ``whole`` what it is a part of.
        """
        together = _by(code, self.ran)
        member = np.unique(code, return_index=True)[1]
        around = _by(whole, self.ran)[whole[member]]
        last = _last(together)
        stopped = _is_silent(_record(together, around, last))[code[rows]]
        # Later than that no series of it had a chance.
        chances = together & (np.arange(self.ran.shape[1]) <= last[:, None])
        record = _record(self.ran[rows], chances[code[rows]], self.last[rows])
        answer: BoolArray = stopped & (record.runs >= LEAST_RUNS) & (record.doubt >= CHANCE)
        return answer

    def _blocked(self, row: int) -> MissingReason | None:
        """Return whether a build, or a boot on this device, failed since."""
        after = slice(int(self.last[row]) + 1, None)
        if self.unbuilt[self.variant[row], after].any():
            return MissingReason.BLOCKED_BY_BUILD
        return MissingReason.BLOCKED_BY_BOOT if self.unbooted[self.built[row], after].any() else None

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


@dataclass(frozen=True, slots=True)
class _Record:
    """How often each row ran in its last chances until it ran last, and how many it let pass since."""

    runs: IntArray
    seen: IntArray
    passed: IntArray

    @property
    def doubt(self) -> FloatArray:
        """The probability of so long a silence by chance."""
        seen = np.maximum(self.seen, 1)
        # One of the chances seen is the last run itself.
        answer: FloatArray = np.maximum(1 - self.runs / seen, 0.5 / seen) ** self.passed
        return answer


def _record(ran: BoolArray, chances: BoolArray, last: IntArray) -> _Record:
    known = np.cumsum(chances, axis=1)
    then = known[np.arange(len(last)), last]
    window = chances & (known > then[:, None] - WINDOW) & (np.arange(ran.shape[1]) <= last[:, None])
    return _Record((ran & window).sum(axis=1), window.sum(axis=1), known[:, -1] - then)


def _is_silent(record: _Record) -> BoolArray:
    """Return which rows usually ran and let pass more chances than they can by accident."""
    usual = (record.runs >= LEAST_RUNS) & (record.runs >= USUAL_SHARE * record.seen)
    answer: BoolArray = usual & (record.passed >= LEAST_SILENCE) & (record.doubt < CHANCE)
    return answer


def _last(ran: BoolArray) -> IntArray:
    """Return the last position at which each row ran, -1 for none."""
    return np.where(ran.any(axis=1), ran.shape[1] - 1 - ran[:, ::-1].argmax(axis=1), -1)


def _by(code: IntArray, ran: BoolArray) -> BoolArray:
    """Return for every code whether anything with it ran at each position."""
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    answer: BoolArray = np.logical_or.reduceat(ran[order], starts, axis=0)
    return answer
