"""Where a pass/fail history changed its failure rate: beta-binomial change points.

A stretch of history is explained by two rates: how often a try fails, and how often a retry fails
again. Both are unknown with a Beta prior, so the probability of the counts has a closed form, and
a history is better explained by two stretches than by one when the *gain* (in nats) exceeds the
cost of assuming a change, -ln(prior).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import lgamma
from typing import Final

import numpy as np

from results.analysis.history import FloatArray, IntArray

TRY_PRIOR: Final = (0.3, 0.5)
RETRY_PRIOR: Final = (0.5, 0.5)
CHANGE_PRIOR: Final = 1e-4
"""How likely a change is taken to be, before looking at the results."""


class LogMarginal:
    """ln P(x failures in a given sequence of n) under a Beta(a, b) rate, from growing tables."""

    def __init__(self, a: float, b: float) -> None:
        self.a, self.b = a, b
        self._offset = lgamma(a + b) - lgamma(a) - lgamma(b)
        self._grow(1024)

    def _grow(self, size: int) -> None:
        self._failed = _log_gammas(self.a, size) + self._offset
        self._passed = _log_gammas(self.b, size)
        self._all = _log_gammas(self.a + self.b, size)

    def __call__(self, x: IntArray, n: IntArray) -> FloatArray:
        """Return the logarithm for every pair of ``x`` and ``n`` (0 ≤ x ≤ n)."""
        largest = int(n.max(initial=0))
        if largest >= len(self._all):
            self._grow(2 * largest)
        answer: FloatArray = self._failed[x] + self._passed[n - x] - self._all[n]
        return answer


def _log_gammas(first: float, size: int) -> FloatArray:
    """Return ln Γ of ``first``, ``first`` + 1, … (scipy's costs a web worker 40 MB)."""
    return np.array([lgamma(first + number) for number in range(size)])


@lru_cache(maxsize=16)
def log_marginal(a: float, b: float) -> LogMarginal:
    """Return the shared table of a prior."""
    return LogMarginal(a, b)


def explained(counts: IntArray, prior: tuple[float, float] = TRY_PRIOR) -> FloatArray:
    """Return ln P of stretches of history.

    The last axis of ``counts`` holds tries, failures, retries and failed retries.
    """
    tries = log_marginal(*prior)(counts[..., 1], counts[..., 0])
    return tries + log_marginal(*RETRY_PRIOR)(counts[..., 3], counts[..., 2])


@dataclass(frozen=True, slots=True)
class Segment:
    """Positions ``start`` to ``end`` (excluded) share one failure rate."""

    start: int
    end: int
    tries: int
    failures: int
    gain: float
    """Evidence for the change at ``start`` in nats, less the cost of assuming one; 0 for the first."""

    @property
    def rate(self) -> float:
        """The expected failure rate of a try."""
        a, b = TRY_PRIOR
        return (self.failures + a) / (self.tries + a + b)


def cumulated(tries: IntArray, failures: IntArray, retries: IntArray, retry_failures: IntArray) -> IntArray:
    """Return the running totals [..., position, 4] before every position, and at the end."""
    stacked = np.stack((tries, failures, retries, retry_failures), axis=-1)
    totals = np.zeros((*stacked.shape[:-2], stacked.shape[-2] + 1, 4), np.int32)
    np.cumsum(stacked, axis=-2, out=totals[..., 1:, :])
    return totals


def segments(totals: IntArray, prior: float = CHANGE_PRIOR) -> list[Segment]:
    """Return the segments of one series, oldest first: the cuts with the highest total evidence.

    All positions are looked at together, so that a short breakage in a long good history is cut
    out at both ends although neither cut alone would pay.
    """
    end = len(totals) - 1
    # A series that never failed, or always did, has nothing to cut.
    if not 0 < totals[end, 1] < totals[end, 0]:
        return [_segment(totals, 0, end, 0.0)]
    # A new stretch begins at a tested position; untested ones before it belong to the old.
    starts = np.flatnonzero(np.diff(totals[:, 0]))
    bounds = np.concatenate(([0], starts[1:], [end]))
    cost = float(np.log(prior))
    best, came_from = np.zeros(len(bounds)), np.zeros(len(bounds), np.int64)
    best[0] = -cost
    for last in range(1, len(bounds)):
        scores = best[:last] + cost + explained(totals[bounds[last]] - totals[bounds[:last]])
        came_from[last] = int(scores.argmax())
        best[last] = scores[came_from[last]]
    cuts = [len(bounds) - 1]
    while cuts[-1]:
        cuts.append(int(came_from[cuts[-1]]))
    edges = [int(bounds[cut]) for cut in reversed(cuts)]
    gains = [0.0, *(_gain(totals, *edges[i : i + 3]) + cost for i in range(len(edges) - 2))]
    return [
        _segment(totals, left, right, gain)
        for left, right, gain in zip(edges[:-1], edges[1:], gains, strict=True)
    ]


def _gain(totals: IntArray, start: int, cut: int, end: int) -> float:
    """Return how much better two stretches explain the counts than one, in nats."""
    left, right = totals[cut] - totals[start], totals[end] - totals[cut]
    return float(explained(left) + explained(right) - explained(left + right))


def _segment(totals: IntArray, start: int, end: int, gain: float) -> Segment:
    tries, failures = (totals[end] - totals[start])[:2]
    return Segment(start, end, int(tries), int(failures), gain)


@dataclass(frozen=True, slots=True)
class ChangeRange:
    """Where a change lies: after position and commit ``good``, at the latest in ``bad``.

    ``good`` is -1 when the change may be older than the history.
    """

    good: int
    bad: int
    good_commit: int
    bad_commit: int

    @property
    def commits(self) -> int:
        """How many commits may have made the change."""
        return self.bad_commit - self.good_commit


def position_range(log_weights: FloatArray, commits: IntArray, first: int, mass: float = 0.99) -> ChangeRange:
    """Return the shortest central range that holds the change with probability ``mass``.

    ``log_weights[i]`` is ln P(data | the change is first tested at position ``first + i``). Every
    commit is as likely as another beforehand, so a position stands for its own commit and the
    untested ones just before it.
    """
    positions = first + np.arange(len(log_weights))
    # The oldest position has no known predecessor: it stands for its own commit only.
    width = np.diff(commits, prepend=commits[0] - 1)[positions]
    weight = np.exp(log_weights - log_weights.max()) * width
    cumulative = np.cumsum(weight / weight.sum())
    tail = (1 - mass) / 2
    low = int(positions[np.searchsorted(cumulative, tail, side="right")])
    high = int(positions[min(int(np.searchsorted(cumulative, 1 - tail)), len(positions) - 1)])
    good_commit = int(commits[low - 1]) if low else int(commits[0]) - 1
    return ChangeRange(low - 1, high, good_commit, int(commits[high]))


def change_weights(totals: IntArray, start: int, end: int) -> FloatArray:
    """Return ln P(data | the change is first tested at position start+1 … end-1), up to a constant."""
    splits = np.arange(start + 1, end)
    inner = totals[splits]
    return explained(inner - totals[start]) + explained(totals[end] - inner)


def joint_range(all_totals: Sequence[tuple[IntArray, int, int]], commits: IntArray) -> ChangeRange:
    """Return the 99 % range of one change that several series show.

    Each item is a series' running totals and the bounds of its two segments around the change.
    """
    low = max(start for _, start, _ in all_totals)
    high = min(end for _, _, end in all_totals)
    if high - low < 2:
        low, high = min(s for _, s, _ in all_totals), max(e for _, _, e in all_totals)
    weights = np.zeros(high - low - 1)
    for totals, start, end in all_totals:
        splits = np.clip(np.arange(low + 1, high), start, end)
        inner = totals[splits]
        weights += explained(inner - totals[start]) + explained(totals[end] - inner)
    return position_range(weights, commits, low + 1)
