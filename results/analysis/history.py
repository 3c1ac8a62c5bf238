"""The input of the analysis: one tree's series, runs and revisions as arrays.

A *position* is the index of a tested revision in its tree's history (0 is the oldest kept), a
*series* is the index of a row of ``SeriesTable``. Codes are any integers that are equal when the
names are equal, -1 for none; database ids will do.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.integer[Any]]
FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]


class Outcome(IntEnum):
    """What one run says about the code. ``BROKEN`` (MISS, ERROR) and ``SKIPPED`` say nothing."""

    PASSED = 0
    FAILED = 1
    BROKEN = 2
    SKIPPED = 3


class Kind(IntEnum):
    """What a series is a history of."""

    TEST = 0
    BOOT = 1
    BUILD = 2


@dataclass(frozen=True, slots=True)
class SeriesTable:
    """One row per series, a column of codes per axis. Builds have no path, lab or platform."""

    kind: IntArray
    path: IntArray
    suite: IntArray
    origin: IntArray
    lab: IntArray
    platform: IntArray
    architecture: IntArray
    config: IntArray
    compiler: IntArray

    def __len__(self) -> int:
        return len(self.path)

    def device(self) -> IntArray:
        """Return a code of lab and platform together: the nearest there is to one board."""
        return combined(self.lab, self.platform)

    def variant(self) -> IntArray:
        """Return a code of architecture, config and compiler together: how it was built."""
        return combined(self.architecture, self.config, self.compiler)

    def rows(self, chosen: IntArray) -> SeriesTable:
        """Return the table of the chosen rows only."""
        return SeriesTable(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


AXES: Final = ("lab", "platform", "architecture", "config", "compiler", "origin")
"""The columns along which a problem may be confined."""


@dataclass(frozen=True, slots=True)
class RunTable:
    """One row per run. ``order`` sorts the runs of one series and position (a start time).

    ``excused`` marks failures attached to an incident whose issue blames the harness.
    """

    series: IntArray
    position: IntArray
    outcome: IntArray
    order: IntArray | FloatArray
    excused: BoolArray

    def __len__(self) -> int:
        return len(self.series)


@dataclass(frozen=True, slots=True)
class History:
    """Everything the analysis of one tree reads.

    ``commits`` is the number of each position's commit on the tree's first-parent line, strictly
    increasing, so that commits nobody tested have a place between two positions; without a git
    history it is 0, 1, 2, …
    """

    commits: IntArray
    series: SeriesTable
    runs: RunTable

    @property
    def positions(self) -> int:
        """How many revisions there are."""
        return len(self.commits)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted at every series (row) and position (column).

    A *retry* is a run right after a failed run of the same series and position; every other
    valid run is a *try*. ``broken`` and ``skipped`` runs are neither.
    """

    tries: IntArray
    failures: IntArray
    retries: IntArray
    retry_failures: IntArray
    broken: IntArray
    skipped: IntArray

    @property
    def tested(self) -> BoolArray:
        """Where there is any valid run."""
        return self.tries > 0

    @property
    def failed(self) -> BoolArray:
        """Where there is any valid failure."""
        return self.failures > 0

    def without(self, masked: BoolArray) -> Counts:
        """Return the counts with the failures of the masked cells taken out of the evidence."""
        keep = ~masked
        passes = self.tries - self.failures
        return Counts(
            tries=np.where(keep, self.tries, passes),
            failures=self.failures * keep,
            retries=self.retries * keep,
            retry_failures=self.retry_failures * keep,
            broken=self.broken,
            skipped=self.skipped,
        )


def combined(*columns: IntArray) -> IntArray:
    """Return one code per distinct combination of the columns' values, from 0 on."""
    code: IntArray = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, compact = np.unique(column, return_inverse=True)
        code = np.unique(code * len(values) + compact, return_inverse=True)[1]
    return code


def counts_of(history: History) -> Counts:
    """Return the counts of a history; the order of its rows does not matter."""
    runs = history.runs
    shape = (len(history.series), history.positions)
    cell = runs.series.astype(np.int64) * history.positions + runs.position
    flat = counted(cell, runs.outcome, runs.order, runs.excused, size=shape[0] * shape[1])
    return Counts(**{name: getattr(flat, name).reshape(shape) for name in Counts.__slots__})


def counted(
    cell: IntArray, outcome: IntArray, order: IntArray | FloatArray, excused: BoolArray, *, size: int
) -> Counts:
    """Return what was counted in each of ``size`` cells, from runs in any order."""
    outcome = np.where(excused & (outcome == Outcome.FAILED), Outcome.BROKEN, outcome)

    def table(chosen: BoolArray) -> IntArray:
        return np.bincount(cell[chosen], minlength=size).astype(np.int32)

    valid = outcome <= Outcome.FAILED
    retry = _retries(cell, outcome, order, valid)
    failed = outcome == Outcome.FAILED
    return Counts(
        tries=table(valid & ~retry),
        failures=table(failed & ~retry),
        retries=table(retry),
        retry_failures=table(failed & retry),
        broken=table(outcome == Outcome.BROKEN),
        skipped=table(outcome == Outcome.SKIPPED),
    )


def _retries(cell: IntArray, outcome: IntArray, order: IntArray | FloatArray, valid: BoolArray) -> BoolArray:
    """Return which runs came right after a failed one; only crowded cells need sorting."""
    retry = np.zeros(len(cell), bool)
    if not len(cell):
        return retry
    crowd = np.bincount(cell[valid], minlength=int(cell.max()) + 1)
    rows = np.flatnonzero(valid & (crowd[cell] > 1))
    # Equal times: the failure first, so that the answer does not depend on the order of loading.
    rows = rows[np.lexsort((-outcome[rows], order[rows], cell[rows]))]
    after = (cell[rows][1:] == cell[rows][:-1]) & (outcome[rows][:-1] == Outcome.FAILED)
    retry[rows[1:][after]] = True
    return retry
