"""What usually becomes of the cases of a suite on a platform: skipped, failing, flaky, measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ingest.demo.hardware import Platform
from ingest.demo.plan import Spec
from ingest.demo.suites import BOOT, Suite

FLAKES = ((0.12, 0.002, 0.02), (0.06, 0.02, 0.15), (0.02, 0.15, 0.5))
"""Share of the cases, and the range of their failure rate."""
BURSTY = 1 / 3
BURST = 5
"""Mean length of a burst of failures, in runs."""
BURST_RATE = 0.8
TAMER = {"ltp": 0.4, "boot": 0.5}
"""Kinds of suites that are less flaky than others."""


@dataclass(frozen=True, slots=True)
class Flake:
    """A case that fails at a rate by itself, in bursts or evenly, here or on ``all_devices``."""

    case: int
    rate: float
    bursty: bool
    all_devices: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """The usual statuses of a suite's cases in one place, and the irregular ones among them."""

    statuses: Sequence[str]
    flakes: Sequence[Flake]
    values: Sequence[float]
    """The typical value of every metric of the suite."""


class Profiles:
    """All profiles, made when first asked for; they depend on the seed only, never on the order."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._known: dict[tuple[str, str, str], Profile] = {}
        self._common: dict[str, list[Flake]] = {}

    def of(self, suite: Suite, platform: Platform, lab: str) -> Profile:
        """Return what is usual for a suite on a platform in a lab."""
        key = (suite.job, platform.name or platform.arch, lab)
        if key not in self._known:
            rng = self._spec.rng("profile", *key)
            statuses = self._statuses(suite, platform)
            common = [flake for flake in self._common_flakes(suite) if statuses[flake.case] == "PASS"]
            own = _flakes(rng, suite, statuses, all_devices=False)
            self._known[key] = Profile(
                statuses,
                sorted((*common, *own), key=lambda flake: flake.case),
                [metric.typical * rng.lognormvariate(0, 0.25) for metric in suite.metrics]
                or ([platform.seconds * rng.lognormvariate(0, 0.1)] if suite is BOOT else []),
            )
        return self._known[key]

    def _statuses(self, suite: Suite, platform: Platform) -> list[str]:
        """Return what a platform makes of every case, the same in all labs and trees."""
        rng = self._spec.rng("statuses", suite.job, platform.name or platform.arch)
        fail = _share(rng, suite.fail, suite.uneven)
        skip = min(_share(rng, suite.skip, suite.uneven / 2), 0.97 - fail)
        statuses = []
        for _ in suite.cases or ("",):
            draw = rng.random()
            statuses.append("FAIL" if draw < fail else "SKIP" if draw < fail + skip else "PASS")
        return statuses

    def _common_flakes(self, suite: Suite) -> list[Flake]:
        """Return the cases that are flaky wherever they run: half of all that are flaky."""
        if suite.job not in self._common:
            rng = self._spec.rng("flakes", suite.job)
            passing = ["PASS"] * len(suite.cases)
            self._common[suite.job] = _flakes(rng, suite, passing, all_devices=True)
        return self._common[suite.job]


def _share(rng: Random, usual: float, uneven: float) -> float:
    """Return a share near the usual one: most platforms have less, a few have much more."""
    return min(0.97, usual * math.exp(uneven * rng.gauss(-0.4, 1))) if usual else 0.0


def _flakes(rng: Random, suite: Suite, statuses: Sequence[str], *, all_devices: bool) -> list[Flake]:
    scale = TAMER.get(suite.kind, 1.0) / 2
    flakes = []
    for case, status in enumerate(statuses):
        draw = rng.random() / scale
        for share, low, high in FLAKES:
            if draw < share:
                if status == "PASS":
                    flakes.append(Flake(case, rng.uniform(low, high), rng.random() < BURSTY, all_devices))
                break
            draw -= share
    return flakes


def burst_entry(rate: float) -> float:
    """Return how likely a quiet bursty case enters a burst, for a failure rate in the long run."""
    inside = min(0.95, rate / BURST_RATE)
    return inside / (BURST * (1 - inside))
