"""Evidence of sister series: the same test on other machines, the same machine in other tests.

One failure on one board proves little; the same first failure on five boards at once is no
accident. A change at position c that concerns a *scope* (all machines, one lab, one architecture …)
reaches each series in it with probability ``reach``; a series that keeps passing speaks against
it, a series that was flaky before says little either way. So the scope's gain is the sum of
ln(1 - reach + reach·e^gain) over its series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from results.analysis.history import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a change is confined: ``axis`` "" is everywhere, else the value of one column."""

    axis: str
    value: int


@dataclass(frozen=True, slots=True)
class PooledChange:
    """The best supported change of a group of series."""

    scope: Scope
    split: int
    """Column of the gains: which split it is."""
    gain: float
    """Nats above the cost of assuming the change."""
    members: BoolArray
    """The series in the scope that show the change themselves."""


def shared_gains(gains: FloatArray, reach: float) -> FloatArray:
    """Return what each series (row) adds to a common change at each split (column)."""
    answer: FloatArray = np.logaddexp(np.log1p(-reach), np.log(reach) + gains)
    return answer


def membership(gain: FloatArray, reach: float) -> FloatArray:
    """Return the probability that a series takes part in a change of its scope."""
    odds = np.exp(np.minimum(gain, 50.0)) * reach / (1 - reach)
    answer: FloatArray = odds / (1 + odds)
    return answer


def best_scope(
    gains: FloatArray, axes: dict[str, IntArray], *, prior: float, reach: float
) -> PooledChange | None:
    """Return the change that explains a group best, or None when no scope has enough evidence.

    ``gains`` has a row per series and a column per split; ``axes`` holds a column of codes per
    axis. A scope of a single series is never pooled evidence.
    """
    shares = shared_gains(gains, reach)
    cost = float(np.log(prior))
    # No scope can gain more than those series together that speak for a change.
    if np.maximum(shares, 0).sum(axis=0).max() + cost <= 0:
        return None
    best: tuple[float, Scope, int] | None = None
    candidates = [("", np.zeros(len(gains), np.int64)), *axes.items()]
    for axis, codes in candidates:
        values, index = np.unique(codes, return_inverse=True)
        totals = np.zeros((len(values), gains.shape[1]))
        np.add.at(totals, index, shares)
        row, column = divmod(int(totals.argmax()), totals.shape[1])
        # Among equals the wider scope is the simpler explanation: the first one stays.
        if best is None or totals[row, column] > best[0] + 1e-9:
            best = float(totals[row, column]), Scope(axis, int(values[row])), column
    if best is None or best[0] + cost <= 0:
        return None
    gain, scope, split = best
    inside = np.ones(len(gains), bool) if scope.axis == "" else axes[scope.axis] == scope.value
    members = inside & (membership(gains[:, split], reach) > 0.5) & (gains[:, split] > 0)
    if np.count_nonzero(members) < 2:
        return None
    return PooledChange(scope, split, gain + cost, members)
