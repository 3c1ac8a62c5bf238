"""Counts that ought to stay where they are: warnings and errors of builds."""

from __future__ import annotations

from typing import Final

import numpy as np

from results.analysis.history import FloatArray
from results.analysis.measurements import Direction, MeasurementChange

LEAST_BEFORE: Final = 3
"""Counts that tell what is usual."""
LOOK_BACK: Final = 10


def raised_counts(values: FloatArray) -> list[MeasurementChange]:
    """Return where a count rose above all of the last ones, or fell below them, and stayed there.

    The newest count may be the first of its kind: then the change is not confirmed. ``values`` are
    one per position, in order.
    """
    changes = []
    begin = 0
    for index in range(1, len(values)):
        before = values[max(begin, index - LOOK_BACK) : index]
        if len(before) < LEAST_BEFORE:
            continue
        value, following = values[index], values[index + 1 : index + 2]
        rose, fell = value > before.max(), value < before.min()
        limit = float(before.max() if rose else before.min())
        stays = not len(following) or bool((following[0] > limit) if rose else (following[0] < limit))
        if (rose or fell) and stays:
            changes.append(_change(index, before, float(value), limit, confirmed=bool(len(following))))
            begin = index
    return changes


def _change(
    index: int, before: FloatArray, after: float, limit: float, *, confirmed: bool
) -> MeasurementChange:
    usual = float(np.median(before))
    bounds = sorted((after - usual, after - limit))
    return MeasurementChange(
        index=index,
        before=usual,
        after=after,
        shift=after - usual,
        low=bounds[0],
        high=bounds[1],
        relative=(after - usual) / usual if usual else float("nan"),
        effect=float("inf"),
        # Among equals each one is as likely to be the largest.
        p_value=1 / (len(before) + 1) ** (1 + confirmed),
        direction=Direction.REGRESSION if after > usual else Direction.IMPROVEMENT,
        confirmed=confirmed,
    )
