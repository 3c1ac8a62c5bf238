"""Cuts the runs of one series into stretches of one failure rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from results.analysis.history import History, Outcome, RunTable, SeriesTable, counts_of
from results.analysis.segmentation import Segment, cumulated, segments
from results.status import Status

_OUTCOMES: Final = {Status.PASS: Outcome.PASSED, Status.FAIL: Outcome.FAILED}
_AXES: Final = (
    "kind", "path", "suite", "origin", "lab", "platform", "architecture", "config", "compiler",
)  # fmt: skip


def stretches(runs: Sequence[tuple[int, Status, float]], positions: int) -> list[Segment]:
    """Return the stretches, oldest first; each run is a position, a status and a start in seconds."""
    position, status, start = zip(*runs, strict=True)
    one = np.zeros(1, np.int64)
    table = RunTable(
        series=np.zeros(len(runs), np.int64),
        position=np.array(position),
        outcome=np.array([_OUTCOMES.get(each, Outcome.SKIPPED) for each in status]),
        order=np.array(start),
        excused=np.zeros(len(runs), bool),
    )
    counts = counts_of(History(np.arange(positions), SeriesTable(**dict.fromkeys(_AXES, one)), table))
    totals = cumulated(counts.tries[0], counts.failures[0], counts.retries[0], counts.retry_failures[0])
    return segments(totals)
