"""Where a measured series changed, by how much, and whether that is good or bad.

Candidates come from kernel change-point detection; a candidate is kept when the values on its two
sides differ in rank beyond chance and by more than their noise. Magnitudes are Hodges-Lehmann
shifts: the median of all differences between a value after and a value before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import numpy as np
import ruptures  # type: ignore[import-untyped]
from scipy.stats import false_discovery_control, mannwhitneyu, spearmanr  # type: ignore[import-untyped]

from results.analysis.history import FloatArray, IntArray

PENALTY: Final = 3.0
MIN_SIZE: Final = 2
WINDOW: Final = 60
"""Values looked at on each side of a change."""
P_LIMIT: Final = 1e-4
ROBUST: Final = 1.4826
"""Makes a median absolute deviation comparable with a standard deviation."""
EXACT: Final = 3
"""Equal values needed on each side of an exact step."""
CONFIRMED: Final = 5
SUSPECTED: Final = 3
LONGEST: Final = 2000
"""Newest values looked at; detection needs the square of it."""


class Direction(Enum):
    """What a change means."""

    REGRESSION = "regression"
    IMPROVEMENT = "improvement"
    CHANGED = "changed"


class Noise(Enum):
    """How the values of a series scatter."""

    OK = "ok"
    OUTLIERS = "outliers"
    BIMODAL = "bimodal"
    DRIFTING = "drifting"
    QUANTISED = "quantised"


LOWER_IS_BETTER: Final = frozenset(
    (
        "s",
        "sec",
        "second",
        "seconds",
        "ms",
        "us",
        "ns",
        "min",
        "minutes",
        "byte",
        "bytes",
        "b",
        "kb",
        "mb",
        "gb",
        "kib",
        "mib",
        "gib",
        "fault",
        "faults",
        "joule",
        "j",
        "w",
    )
)
HIGHER_IS_BETTER: Final = frozenset(
    (
        "ops/s",
        "op/s",
        "b/s",
        "kb/s",
        "mb/s",
        "gb/s",
        "kib/s",
        "mib/s",
        "gib/s",
        "bytes/s",
        "iops",
        "score",
        "fps",
        "req/s",
        "requests/s",
        "tps",
        "mbps",
        "gbps",
        "kbps",
        "bits/s",
        "mbit/s",
        "gbit/s",
        "transactions/s",
        "events/s",
    )
)


@dataclass(frozen=True, slots=True)
class MeasurementRules:
    """The least change worth telling, per metric."""

    effect: float = 2.0
    """In robust standard deviations."""
    relative: float = 0.0
    """As a share of the old value; for mail 0.02."""
    absolute: float = 0.0
    lower_is_better: bool | None = None
    """None: by the unit."""


DEFAULT_RULES: Final = MeasurementRules()


@dataclass(frozen=True, slots=True)
class MeasurementChange:
    """The values changed at ``index``, the first value after the change."""

    index: int
    before: float
    after: float
    """Medians."""
    shift: float
    low: float
    high: float
    """The Hodges-Lehmann shift and its 95 % interval."""
    relative: float
    """Shift as a share of the value before; nan when that is zero."""
    effect: float
    p_value: float
    direction: Direction
    confirmed: bool
    """Whether both sides hold enough values; else it is a suspicion."""


def measurement_changes(
    values: FloatArray, *, unit: str = "", rules: MeasurementRules = DEFAULT_RULES
) -> list[MeasurementChange]:
    """Return the changes of a series of measurements in order of history, oldest first.

    Values are one per position (the mean of replicates); not-a-number and infinite ones must be
    left out by the caller.
    """
    offset = max(0, len(values) - LONGEST)
    values = np.asarray(values[offset:], np.float64)
    candidates = _candidates(values)
    if not candidates:
        return []
    kept = _filtered(values, candidates, _doubled_when_noisy(values, rules))
    changes = [_described(values, kept, index, unit, rules) for index in range(len(kept))]
    return [replace(change, index=change.index + offset) for change in changes]


def _candidates(values: FloatArray) -> list[int]:
    if len(values) < 2 * SUSPECTED or np.ptp(values) == 0:
        return []
    scaled = (values - np.median(values)) / np.std(values)
    # The newest change may be followed by few values: an exact step is looked for separately.
    found = ruptures.KernelCPD(kernel="rbf", min_size=MIN_SIZE).fit(scaled[:, None]).predict(pen=PENALTY)
    return sorted({*(int(cut) for cut in found[:-1]), *_exact_steps(values)})


def _exact_steps(values: FloatArray) -> list[int]:
    """Return where constant values are followed by other constant ones."""
    steps = (np.flatnonzero(np.diff(values)) + 1).tolist()
    starts, ends = [0, *steps], [*steps, len(values)]
    return [
        step
        for step, before, after in zip(steps, starts[:-1], ends[1:], strict=True)
        if step - before >= EXACT and after - step >= EXACT
    ]


def _filtered(values: FloatArray, cuts: list[int], rules: MeasurementRules) -> list[int]:
    """Return the cuts that hold; the weakest is dropped first, because that widens its neighbours."""
    while cuts:
        judged = [_strength(*_sides(values, cuts, index), rules) for index in range(len(cuts))]
        weakest = int(np.argmin(judged))
        if judged[weakest] > 0:
            break
        cuts = cuts[:weakest] + cuts[weakest + 1 :]
    return cuts


def _sides(values: FloatArray, cuts: Sequence[int], index: int) -> tuple[FloatArray, FloatArray]:
    bounds = [0, *cuts, len(values)]
    before, after = values[bounds[index] : bounds[index + 1]], values[bounds[index + 1] : bounds[index + 2]]
    return before[-WINDOW:], after[:WINDOW]


def _strength(before: FloatArray, after: FloatArray, rules: MeasurementRules) -> float:
    """Return how far a change is beyond its limits, 0 or less when it is not."""
    if min(len(before), len(after)) < SUSPECTED:
        return -np.inf
    size = abs(float(np.median(after) - np.median(before)))
    base = abs(float(np.median(before)))
    if size == 0 or size < rules.absolute or size < rules.relative * base:
        return -1.0
    effect = _effect(before, after)
    if np.isinf(effect):
        return 1e9
    p_value = _p_value(before, after)
    small = min(len(before), len(after)) < CONFIRMED
    # Too few values can never reach the limit: then only the effect counts, twice as large.
    limit = (rules.effect * 2, 0.05) if small else (rules.effect, P_LIMIT)
    return min(effect / limit[0] - 1, float(np.log(limit[1] / max(p_value, 1e-300))))


def _effect(before: FloatArray, after: FloatArray) -> float:
    """Return the difference of the medians in robust standard deviations."""
    deviations = np.concatenate((before - np.median(before), after - np.median(after)))
    noise = ROBUST * float(np.median(np.abs(deviations)))
    size = abs(float(np.median(after) - np.median(before)))
    if noise == 0:
        # More than half of the values are equal: exact if all are, else take the usual deviation.
        noise = float(np.std(deviations))
    return size / noise if noise else np.inf


def _p_value(before: FloatArray, after: FloatArray) -> float:
    return float(mannwhitneyu(before, after, alternative="two-sided").pvalue)


def _described(
    values: FloatArray, cuts: Sequence[int], index: int, unit: str, rules: MeasurementRules
) -> MeasurementChange:
    before, after = _sides(values, cuts, index)
    shift, low, high = hodges_lehmann(before, after)
    base = float(np.median(before))
    return MeasurementChange(
        index=cuts[index],
        before=base,
        after=float(np.median(after)),
        shift=shift,
        low=low,
        high=high,
        relative=shift / abs(base) if base else float("nan"),
        effect=_effect(before, after),
        p_value=_p_value(before, after),
        direction=direction_of(shift, unit, rules.lower_is_better),
        confirmed=min(len(before), len(after)) >= CONFIRMED,
    )


def hodges_lehmann(before: FloatArray, after: FloatArray, rounds: int = 300) -> tuple[float, float, float]:
    """Return the shift from before to after and its 95 % bootstrap interval; the same on every call."""
    rng = np.random.default_rng(0)
    shift = float(np.median(after[:, None] - before[None, :]))
    old = rng.choice(before, (rounds, len(before)))
    new = rng.choice(after, (rounds, len(after)))
    shifts = np.median((new[:, :, None] - old[:, None, :]).reshape(rounds, -1), axis=1)
    low, high = np.quantile(shifts, (0.025, 0.975))
    return shift, float(min(low, shift)), float(max(high, shift))


def direction_of(shift: float, unit: str, lower_is_better: bool | None = None) -> Direction:
    """Return whether a change is good or bad, by the metric's setting or else by its unit."""
    if lower_is_better is None:
        name = unit.strip().lower()
        if name in LOWER_IS_BETTER:
            lower_is_better = True
        elif name in HIGHER_IS_BETTER:
            lower_is_better = False
        else:
            return Direction.CHANGED
    return Direction.REGRESSION if (shift > 0) == lower_is_better else Direction.IMPROVEMENT


def noise_profile(values: FloatArray) -> Noise:
    """Return how the values of one segment scatter."""
    if len(values) < 10 or np.ptp(values) == 0:
        return Noise.OK
    if len(np.unique(values)) <= max(3, len(values) // 10):
        return Noise.QUANTISED
    middle = np.median(values)
    spread = ROBUST * np.median(np.abs(values - middle))
    trend = spearmanr(np.arange(len(values)), values)
    if abs(trend.statistic) > 0.6 and trend.pvalue < 1e-3:
        return Noise.DRIFTING
    if _two_clusters(values):
        return Noise.BIMODAL
    if spread and np.mean(np.abs(values - middle) > 5 * spread) > 0.02:
        return Noise.OUTLIERS
    return Noise.OK


def _two_clusters(values: FloatArray) -> bool:
    """Return whether cutting the sorted values in two explains nearly all of their variance."""
    ordered = np.sort(values)
    count = len(ordered)
    sizes = np.arange(1, count)
    left = np.cumsum(ordered)[:-1] / sizes
    right = (ordered.sum() - np.cumsum(ordered)[:-1]) / (count - sizes)
    between = sizes * (count - sizes) / count**2 * (right - left) ** 2
    best = int(between.argmax())
    even = 0.15 * count <= sizes[best] <= 0.85 * count
    return bool(even and between[best] > 0.87 * np.var(ordered))


def _doubled_when_noisy(values: FloatArray, rules: MeasurementRules) -> MeasurementRules:
    """Return the rules with doubled minima where values jump or drift by themselves."""
    newest = values[-WINDOW:]
    if _alternates(newest) and noise_profile(newest) is Noise.BIMODAL:
        doubled = {name: 2 * getattr(rules, name) for name in ("effect", "relative", "absolute")}
        return replace(rules, **doubled)
    return rules


def _alternates(values: FloatArray) -> bool:
    """Return whether values change sides often: two modes, not one step."""
    above = values > (values.min() + values.max()) / 2
    return int(np.count_nonzero(above[1:] != above[:-1])) > 4


def confidences(p_values: Sequence[float]) -> FloatArray:
    """Return 1 - p for each change after correcting for how many series were looked at."""
    if not len(p_values):
        return np.zeros(0)
    answer: FloatArray = 1 - false_discovery_control(np.clip(p_values, 0, 1))
    return answer


def per_position(positions: IntArray, values: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the positions with finite values, in order, and the mean of the values at each."""
    finite = np.isfinite(values)
    where, index = np.unique(positions[finite], return_inverse=True)
    sums = np.bincount(index, weights=values[finite], minlength=len(where))
    return where, sums / np.maximum(np.bincount(index, minlength=len(where)), 1)
