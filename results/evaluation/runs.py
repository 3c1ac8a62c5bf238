"""From what is true to what is seen: the runs of a world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from results.evaluation.worlds import (
    BURST,
    BURST_RATE,
    ERROR,
    FAIL,
    PASS,
    SKIP,
    TRUE_FLAKE,
    TRUE_INFRA,
    TRUE_PASS,
    TRUE_PERSISTENT,
    TRUE_REGRESSION,
    Cause,
    Flags,
    Floats,
    Integers,
    Layout,
    Weather,
    World,
)

RERUN = 5
"""The attempt number of a rerun of an old commit."""


@dataclass(slots=True)
class _Nature:
    """What a series is like by itself."""

    flake: Floats
    bursty: Flags
    persistent: Flags
    skips: Flags


@dataclass(slots=True)
class _State:
    """The moving parts of the simulation at one position."""

    position: int
    in_burst: Flags
    hard_failure: Floats
    """Rate of the worst cause that is active, per series."""
    hard_cause: Integers
    soft_failure: Floats
    """Rate of the worst active new flake, per series."""
    soft_cause: Integers


def simulate(
    rng: np.random.Generator,
    commits: Integers,
    layout: Layout,
    weather: Weather,
    causes: Sequence[Cause],
    *,
    hard: bool,
) -> World:
    """Return the world in which all this happened."""
    count, positions = weather.outage.shape
    nature = _nature(rng, layout, hard)
    in_burst = np.zeros(count, bool)
    found: list[tuple[Integers, ...]] = []
    for now in range(positions):
        covered = _covered(rng, layout, weather, now)
        in_burst = _next_burst(rng, nature, in_burst, covered)
        state = _state(count, now, in_burst, causes)
        first = np.flatnonzero(covered)
        found.append(_runs(rng, first, state, nature, weather, 0, np.full(len(first), -1)))
        _retry(rng, found, state, nature, weather, layout)
        if hard:
            found.append(_reruns(rng, first, state, nature, weather))
    return _world(rng, commits, layout, causes, nature, found, hard=hard)


def _world(
    rng: np.random.Generator,
    commits: Integers,
    layout: Layout,
    causes: Sequence[Cause],
    nature: _Nature,
    found: list[tuple[Integers, ...]],
    *,
    hard: bool,
) -> World:
    """Return the world of the runs, and say when their results arrived."""
    columns = [np.concatenate(parts) for parts in zip(*found, strict=True)]
    series, position, outcome, order, truth, cause = columns
    late = rng.integers(1, 4, len(series)) * (rng.random(len(series)) < (0.15 if hard else 0))
    late[order % 10 == RERUN] = rng.integers(3, 30, np.count_nonzero(order % 10 == RERUN))
    troubled = np.zeros(len(layout), bool)
    for one in causes:
        troubled |= one.series
    return World(
        commits,
        layout,
        series,
        position,
        outcome,
        order + rng.random(len(order)) * 0.5,
        np.minimum(position + late, len(commits) - 1),
        truth,
        cause,
        tuple(causes),
        nature.flake,
        ~troubled & ~nature.persistent,
    )


def _nature(rng: np.random.Generator, layout: Layout, hard: bool) -> _Nature:
    """Return flake rates (80 % of series none), a third of them bursty when hard; 3 % always fail."""
    count = len(layout)

    def rates(size: int) -> Floats:
        kind = rng.choice(4, size, p=(0.80, 0.12, 0.06, 0.02))
        low, high = np.array([0, 0.002, 0.02, 0.15]), np.array([0, 0.02, 0.15, 0.5])
        return rng.uniform(low[kind], high[kind])

    test = layout.path % 1_000
    per_test, shared = rates(int(test.max()) + 1), rng.random(int(test.max()) + 1) < 0.5
    flake = np.where(shared[test], per_test[test], rates(count))
    return _Nature(
        flake,
        (flake > 0) & (rng.random(count) < (1 / 3 if hard else 0)),
        rng.random(count) < 0.03,
        rng.random(count) < 0.10,
    )


def _covered(rng: np.random.Generator, layout: Layout, weather: Weather, position: int) -> Flags:
    """Return the series that run at a position: 85 % of the devices, 80 % of their tests."""
    device = np.unique(layout.device(), return_inverse=True)[1]
    up = rng.random(int(device.max()) + 1) < 0.85
    alive = (layout.lives_from <= position) & (position < layout.lives_until)
    covered: Flags = alive & up[device] & (rng.random(len(layout)) < 0.8) & ~weather.blocked[:, position]
    return covered


def _next_burst(rng: np.random.Generator, nature: _Nature, in_burst: Flags, covered: Flags) -> Flags:
    """Return who is in a burst after one more run; the share of runs in bursts gives the flake rate."""
    inside = np.minimum(nature.flake / BURST_RATE, 0.9)
    enter = inside / (1 - inside) / BURST
    chance = rng.random(len(in_burst))
    moved = np.where(in_burst, chance >= 1 / BURST, chance < enter)
    answer: Flags = np.where(covered & nature.bursty, moved, in_burst)
    return answer


def _state(count: int, position: int, in_burst: Flags, causes: Sequence[Cause]) -> _State:
    """Return which causes act on which series."""
    state = _State(
        position, in_burst, np.zeros(count), np.full(count, -1), np.zeros(count), np.full(count, -1)
    )
    for number, cause in enumerate(causes):
        if not cause.first <= position < cause.end:
            continue
        rate, which = (
            (state.hard_failure, state.hard_cause)
            if cause.is_regression
            else (state.soft_failure, state.soft_cause)
        )
        worse = cause.series & (cause.rate > rate)
        rate[worse], which[worse] = cause.rate, number
    return state


def _runs(
    rng: np.random.Generator,
    rows: Integers,
    state: _State,
    nature: _Nature,
    weather: Weather,
    attempt: int,
    earlier: Integers,
) -> tuple[Integers, ...]:
    """Return one run of every row: series, position, outcome, order, truth, cause.

    ``earlier`` is the truth of the run that is retried (-1: none): broken infrastructure stays so.
    """
    spoil = np.where(earlier == TRUE_INFRA, 0.95, weather.outage[rows, state.position])
    infra = rng.random(len(rows)) < spoil
    broken = rng.random(len(rows)) < state.hard_failure[rows]
    base = np.where(nature.bursty, BURST_RATE * state.in_burst, nature.flake)[rows]
    drawn = rng.random(len(rows))
    by_flake = drawn < np.maximum(base, state.soft_failure[rows])
    persistent = nature.persistent[rows]
    truth = np.select(
        [infra, persistent, broken, by_flake],
        [TRUE_INFRA, TRUE_PERSISTENT, TRUE_REGRESSION, TRUE_FLAKE],
        TRUE_PASS,
    )
    skipped = nature.skips[rows] & (rng.random(len(rows)) < 0.5)
    says_error = infra & weather.outage_says_error[rows, state.position]
    outcome = np.select([skipped & ~infra, says_error, truth > TRUE_PASS], [SKIP, ERROR, FAIL], PASS)
    truth = np.where(outcome == SKIP, TRUE_PASS, truth)
    cause = np.select(
        [truth == TRUE_REGRESSION, (truth == TRUE_FLAKE) & (drawn >= base)],
        [state.hard_cause[rows], state.soft_cause[rows]],
        -1,
    )
    order = np.full(len(rows), state.position * 10.0 + attempt)
    return rows, np.full(len(rows), state.position), outcome, order, truth, cause


def _retry(
    rng: np.random.Generator,
    found: list[tuple[Integers, ...]],
    state: _State,
    nature: _Nature,
    weather: Weather,
    layout: Layout,
) -> None:
    """Append the retries: 70 % of failures once on the same device, 20 % on a sister device."""
    rows, _, outcome, _, truth, _ = found[-1]
    failed = (outcome == FAIL) | (outcome == ERROR)
    again = failed & (rng.random(len(rows)) < 0.7)
    found.append(_runs(rng, rows[again], state, nature, weather, 1, truth[again]))
    sisters = [
        rng.choice(others)
        for row in rows[failed & (rng.random(len(rows)) < 0.2)]
        if len(others := _sisters(layout, row, state.position))
    ]
    chosen = np.array(sisters, int)
    found.append(_runs(rng, chosen, state, nature, weather, 2, np.full(len(chosen), -1)))


def _sisters(layout: Layout, row: int, position: int) -> Integers:
    """Return the same test on other devices, alive at the position."""
    same = (layout.path == layout.path[row]) & (layout.device() != layout.device()[row])
    return np.flatnonzero(same & (layout.lives_from <= position) & (position < layout.lives_until))


def _reruns(
    rng: np.random.Generator, rows: Integers, state: _State, nature: _Nature, weather: Weather
) -> tuple[Integers, ...]:
    """Return second runs of 2 % of a position's tests, which somebody makes much later."""
    chosen = rows[rng.random(len(rows)) < 0.02]
    return _runs(rng, chosen, state, nature, weather, RERUN, np.full(len(chosen), -1))
