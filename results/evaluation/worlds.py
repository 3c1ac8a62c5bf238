"""Worlds with a known truth: who ran what, what really broke, and what the results then say.

Nothing here is shared with the analysis: a world is plain arrays. Everything follows from the
seed. The simple world has regressions, flaky tests, lab outages and dead devices; the hard one
adds bursts of flakiness, partial outages, decaying devices, labs with a platform nobody else has,
regressions that are reverted and come back, renamed tests, late results and reruns of old commits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Flags = npt.NDArray[np.bool_]

PASS: Final = 0
FAIL: Final = 1
ERROR: Final = 2
SKIP: Final = 3

TRUE_PASS: Final = 0
TRUE_REGRESSION: Final = 1
TRUE_FLAKE: Final = 2
TRUE_INFRA: Final = 3
TRUE_PERSISTENT: Final = 4
"""Why a run did not pass; the truth of every run."""

BURST: Final = 5
"""Mean length of a burst, in runs."""
BURST_RATE: Final = 0.9
"""How often a run fails inside a burst."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is."""

    positions: int = 150
    labs: int = 6
    devices: int = 5
    tests: int = 120
    share: float = 0.23
    """The share of suites that a device runs, in each of its variants."""
    regressions: int = 40


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that happened to the code: a regression, or a test that became flaky."""

    is_regression: bool
    scope: str
    commit: int
    first: int
    """The first position that contains ``commit``."""
    end: int
    """The position of the fix, or the number of positions."""
    rate: float
    series: Flags
    hidden: bool = False
    """Whether the platform is one lab's only: whether it is a regression shows late."""


@dataclass(slots=True)
class Layout:
    """The series of a world, one row each."""

    path: Integers
    suite: Integers
    lab: Integers
    platform: Integers
    architecture: Integers
    config: Integers
    compiler: Integers
    lives_from: Integers
    lives_until: Integers
    renamed: Flags

    def __len__(self) -> int:
        return len(self.path)

    def device(self) -> Integers:
        """One number per device (a platform in a lab)."""
        device: Integers = self.lab * 1000 + self.platform
        return device


@dataclass(slots=True)
class Weather:
    """What disturbs the results of every series (row) at every position (column)."""

    outage: Floats
    """Probability that infrastructure spoils a run."""
    outage_says_error: Flags
    """Whether such a run says ERROR (or FAIL)."""
    blocked: Flags
    """Whether the build was broken, so that nothing ran."""
    outages: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class World:
    """Runs, one row each, with the truth about them, and what caused it all."""

    commits: Integers
    layout: Layout
    series: Integers
    position: Integers
    outcome: Integers
    order: Floats
    day: Integers
    """When the result arrived: after the tests of which position."""
    truth: Integers
    cause: Integers
    """The index in ``causes`` that made the run fail, or -1."""
    causes: tuple[Cause, ...]
    flake_rate: Floats
    """How often a try of a series fails without cause (0 … 1), at the end of history."""
    steady: Flags
    """Whether that rate held since the beginning and nothing else is wrong with the series."""


def build_world(seed: int, *, hard: bool, size: Size | None = None) -> World:
    """Return the world of a seed."""
    from results.evaluation.runs import simulate

    rng = np.random.default_rng([seed, int(hard)])
    size = size or (Size(share=0.36) if hard else Size())
    commits = np.cumsum(1 + rng.lognormal(1.5, 1.0, size.positions).astype(int))
    layout = _layout(rng, size, hard)
    weather = _weather(rng, size, layout, hard)
    causes = _causes(rng, size, layout, commits, hard)
    return simulate(rng, commits, layout, weather, causes, hard=hard)


def _layout(rng: np.random.Generator, size: Size, hard: bool) -> Layout:
    """Return the series: every device runs some of the suites, built in one or two ways."""
    platforms = 2 * size.devices + 2
    architecture_of = rng.integers(0, 4, platforms + 2)
    suite_of = np.sort(rng.integers(0, max(2, size.tests // 6), size.tests))
    rows = []
    for lab in range(size.labs):
        own = rng.choice(platforms, size.devices, replace=False)
        if hard and lab >= size.labs - 2:
            own = np.array([platforms + lab - size.labs + 2])  # the trap: one platform, nowhere else
        for platform in own:
            for variant in rng.choice(4, rng.integers(1, 3), replace=False):
                wanted = rng.random(suite_of.max() + 1) < size.share
                for path in np.flatnonzero(wanted[suite_of]):
                    board = lab, platform, architecture_of[platform]
                    rows.append((path, suite_of[path], *board, variant // 2, variant % 2))
    path, suite, in_lab, on, architecture, config, compiler = np.array(rows).T
    layout = Layout(
        path,
        suite,
        in_lab,
        on,
        architecture,
        config,
        compiler,
        lives_from=np.zeros(len(rows), int),
        lives_until=np.full(len(rows), size.positions),
        renamed=np.zeros(len(rows), bool),
    )
    _vanish(rng, size, layout, hard)
    return layout


def _vanish(rng: np.random.Generator, size: Size, layout: Layout, hard: bool) -> None:
    """Remove 2 % of the tests; in the hard world rename 1 % (at least one) and close a lab."""
    middle = (size.positions // 3, size.positions - 20)
    for path in rng.choice(size.tests, max(1, size.tests // 50), replace=False):
        layout.lives_until[layout.path == path] = rng.integers(*middle)
    if not hard:
        return
    closed = layout.lab == 0
    layout.lives_until[closed] = np.minimum(layout.lives_until[closed], rng.integers(*middle))
    for path in rng.choice(size.tests, max(1, size.tests // 100), replace=False):
        old = np.flatnonzero((layout.path == path) & (layout.lives_until == size.positions))
        when = rng.integers(*middle)
        for name in ("suite", "lab", "platform", "architecture", "config", "compiler", "lives_until"):
            column = getattr(layout, name)
            setattr(layout, name, np.concatenate((column, column[old])))
        layout.path = np.concatenate((layout.path, np.full(len(old), size.tests + path)))
        layout.lives_from = np.concatenate((layout.lives_from, np.full(len(old), when)))
        layout.renamed = np.concatenate((layout.renamed, np.zeros(len(old), bool)))
        layout.lives_until[old] = when
        layout.renamed[old] = True


def _weather(rng: np.random.Generator, size: Size, layout: Layout, hard: bool) -> Weather:
    """Return the disturbances: in a world of the usual size 10 lab outages, 20 dead devices, 5 decaying."""
    shape = (len(layout), size.positions)
    weather = Weather(np.zeros(shape), np.zeros(shape, bool), np.zeros(shape, bool))
    devices = np.unique(layout.device())
    scale = size.positions * size.labs * size.devices / (150 * 6 * 5)
    spells = [
        (layout.lab == rng.integers(size.labs), rng.integers(1, 4), "lab") for _ in range(round(10 * scale))
    ]
    spells += [
        (layout.device() == rng.choice(devices), rng.integers(1, 7), "device")
        for _ in range(round(20 * scale))
    ]
    for rows, length, kind in spells:
        start = int(rng.integers(5, size.positions - 7))
        cover = rng.uniform(0.4, 0.95) if hard and kind == "lab" else 0.95
        span = slice(start, start + int(length))
        weather.outage[rows, span] = cover
        weather.outage_says_error[rows, span] = rng.random() < 0.6
        weather.outages.append((kind, start, start + int(length)))
    for _ in range(round(5 * scale) if hard else 0):
        rows, start = layout.device() == rng.choice(devices), int(rng.integers(20, size.positions - 30))
        decay = np.linspace(0, 0.8, 20)
        weather.outage[rows, start : start + 20] = np.maximum(weather.outage[rows, start : start + 20], decay)
        weather.outages.append(("decay", start, start + 20))
    variant = layout.architecture * 100 + layout.config
    for position in np.flatnonzero(rng.random(size.positions) < 0.02):
        weather.blocked[variant == rng.choice(variant), position] = True
    return weather


def _scope(rng: np.random.Generator, layout: Layout) -> tuple[str, Flags]:
    """Return where a problem shows: all devices 50 %, a lab or architecture 20 %, one device 30 %."""
    draw = rng.random()
    if draw < 0.5:
        return "all", np.ones(len(layout), bool)
    if draw < 0.6:
        return "lab", layout.lab == rng.choice(layout.lab)
    if draw < 0.7:
        return "architecture", layout.architecture == rng.choice(layout.architecture)
    return "device", layout.device() == rng.choice(layout.device())


def _causes(
    rng: np.random.Generator, size: Size, layout: Layout, commits: Integers, hard: bool
) -> tuple[Cause, ...]:
    """Return the regressions, and a quarter as many tests that become flaky."""
    causes: list[Cause] = []
    for number in range(size.regressions + size.regressions // 4):
        is_regression = number < size.regressions
        scope, rows = _scope(rng, layout)
        if rng.random() < 0.1:
            rows = rows & (layout.suite == rng.choice(layout.suite))
        else:
            # A renamed test is the same code under another name.
            rows = rows & (layout.path % size.tests == rng.integers(size.tests))
        rate = 1.0 if rng.random() < 0.75 else rng.uniform(0.4, 0.9)
        if not is_regression:
            rate = rng.uniform(0.05, 0.4)
        commit = int(rng.integers(commits[8], commits[-5]))
        first = int(np.searchsorted(commits, commit))
        end = size.positions if rng.random() < 0.25 else first + 2 + int(rng.geometric(1 / 20))
        causes.append(Cause(is_regression, scope, commit, first, min(end, size.positions), rate, rows))
        if hard and is_regression and rng.random() < 0.05 and end + 6 < size.positions:
            again = min(end + int(rng.integers(2, 10)), size.positions - 4)
            commit = int(rng.integers(commits[again - 1] + 1, commits[again] + 1))
            causes.append(Cause(True, scope, commit, again, size.positions, rate, rows))
    if hard:
        causes.append(_trap(rng, size, layout, commits))
    return tuple(causes)


def _trap(rng: np.random.Generator, size: Size, layout: Layout, commits: Integers) -> Cause:
    """Return a real regression that fails everything in a lab with a platform of its own."""
    rows = layout.lab == size.labs - 1
    first = int(rng.integers(20, size.positions - 25))
    commit = int(rng.integers(commits[first - 1] + 1, commits[first] + 1))
    return Cause(True, "lab", commit, first, first + 20, 1.0, rows, hidden=True)
