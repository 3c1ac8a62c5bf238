"""Who tests what, how often: branches, their revisions, and the lanes of tests that run on each.

A *lane* is one job of one suite that recurs on every revision of a branch: the same build variant,
platform and lab. Its cases are what Treewatch calls series.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from ingest.demo.commits import Commits
from ingest.demo.hardware import (
    AZURE,
    BEAKER,
    BOARDS,
    LAB_WEIGHTS,
    TI_BOARDS,
    TUXSUITE,
    VARIANTS,
    Platform,
    Variant,
)
from ingest.demo.kernels import BRANCHES, Branch, commit_subject, describe
from ingest.demo.suites import BOOT, Suite, suites_of

PLATFORM_RUNS = 0.85
"""How often a platform is there for a revision."""
LANE_RUNS = 0.8
"""How often a lane runs on a platform that is there."""
COVERAGE = 0.92 * PLATFORM_RUNS * LANE_RUNS
"""What remains of a plan, broken builds and outages considered."""
SHARES = {"maestro": 0.5, "linaro": 0.44, "redhat": 0.045, "ti": 0.01, "microsoft": 0.005}
NEWEST_AGE = timedelta(hours=5)
FAVOURED = ("mainline", "maestro", "kselftest-net")
"""Tree, origin and job that go together on several boards, on every revision: something to break on."""
_FAVOURED_LANES = 10
T = TypeVar("T")

Spot = tuple[Variant, Platform, str]
"""A build, tested on a platform in a lab."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What to generate: about so many tests over so many days that end at ``until``."""

    tests: int
    days: int
    seed: int
    until: datetime

    def rng(self, *names: object) -> Random:
        """Return a generator of its own for every purpose, so that none disturbs another."""
        return Random(" ".join(map(str, (self.seed, self.until, *names))))


@dataclass(frozen=True, slots=True)
class Revision:
    """A tested commit: the ``position``-th of its branch."""

    branch: Branch
    position: int
    commit: str
    describe: str
    subject: str
    started: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One recurring job; ``cases`` are the first ones of the suite, as far as there is room."""

    branch: Branch
    origin: str
    variant: Variant
    platform: Platform
    lab: str
    suite: Suite
    cases: tuple[str, ...]

    @property
    def axes(self) -> dict[str, str]:
        """Return where it runs, by the names that events use."""
        return {
            "origin": self.origin,
            "architecture": self.variant.arch,
            "config": self.variant.config,
            "compiler": self.variant.compiler,
            "platform": self.platform.name,
            "lab": self.lab,
        }

    @property
    def is_favoured(self) -> bool:
        """Whether it runs on every revision."""
        return (self.branch.tree, self.origin, self.suite.job) == FAVOURED

    @property
    def size(self) -> int:
        """Return the number of tests of a complete run, the suite's own or the boot among them."""
        return len(self.cases) + (self.cases != ("",) and self.origin in ("maestro", "linaro"))


@dataclass(slots=True)
class BranchPlan:
    """A branch with its tested revisions, oldest first, its builds and its lanes."""

    branch: Branch
    revisions: list[Revision]
    variants: list[Variant] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)


def plan(spec: Spec) -> list[BranchPlan]:
    """Return the plan of all branches, most important first."""
    commits = Commits()
    plans = [BranchPlan(branch, _revisions(spec, branch, rate, commits)) for branch, rate in _paces(spec)]
    total = sum(len(each.revisions) * each.branch.size for each in plans)
    for each in plans:
        _fill(spec, each, spec.tests * each.branch.size / total)
    return plans


def all_commits(spec: Spec) -> Commits:
    """Return the commits of all branches, those that are not tested among them."""
    commits = Commits()
    for branch, rate in _paces(spec):
        _revisions(spec, branch, rate, commits)
    return commits


def _paces(spec: Spec) -> list[tuple[Branch, float]]:
    """Return the branches that a volume of tests a day is enough for, with revisions a day."""
    a_day = 5 * (spec.tests / spec.days / 2700) ** 0.473
    branches = BRANCHES[: max(1, min(len(BRANCHES), round(3 * a_day**0.8)))]
    scale = a_day / sum(branch.rate for branch in branches)
    return [(branch, branch.rate * scale) for branch in branches]


def _revisions(spec: Spec, branch: Branch, rate: float, commits: Commits) -> list[Revision]:
    rng = spec.rng("revisions", branch.label)
    if branch.kind == "next":
        times = _weekday_mornings(spec, min(rate, 5 / 7))
    else:
        gap = timedelta(days=1) / rate
        when = spec.until - NEWEST_AGE - gap * rng.random() * 0.4
        times = []
        while when > spec.until - timedelta(days=spec.days):
            times.append(when)
            when -= gap * min(4.0, rng.lognormvariate(-0.12, 0.5))
    wanted = [(at, commit_subject(rng, branch)) for at in sorted(times or [spec.until - NEWEST_AGE])]
    hashes = commits.tested(spec.rng("commits", branch.label), branch, wanted)
    return [
        Revision(branch, position, commit, describe(branch, started, commit), subject, started)
        for position, (commit, (started, subject)) in enumerate(zip(hashes, wanted, strict=True))
    ]


def _weekday_mornings(spec: Spec, rate: float) -> list[datetime]:
    """Return the times of linux-next: at most one a weekday, evenly left out to meet the rate."""
    days = [spec.until.replace(hour=5, minute=40) - timedelta(days=back) for back in range(spec.days)]
    weekdays = [day for day in days if day.weekday() < 5 and day < spec.until - NEWEST_AGE / 2]
    wanted = max(1, round(rate * spec.days))
    step = max(1.0, len(weekdays) / wanted)
    return [weekdays[int(index * step)] for index in range(min(wanted, len(weekdays)))]


def _fill(spec: Spec, each: BranchPlan, tests: float) -> None:
    """Choose the builds and lanes of a branch so that a revision has about so many tests."""
    rng = spec.rng("lanes", each.branch.label)
    share = sum(SHARES[origin] for origin in each.branch.origins)
    builds = 0.2 * tests**0.56
    for origin in each.branch.origins:
        wanted = tests * SHARES[origin] / share
        variants = [variant for variant in VARIANTS if variant.origin == origin]
        count = {"maestro": round(builds), "linaro": round(builds / 2), "redhat": 1 + round(builds / 4)}.get(
            origin, 1
        )
        chosen = variants[: max(1, count)]
        each.variants += chosen
        if origin == "ti":
            chosen = [variant for variant in each.variants if variant.origin == "maestro"]
        each.lanes += _lanes(rng, each.branch, origin, chosen, wanted / COVERAGE)


def _lanes(
    rng: Random, branch: Branch, origin: str, variants: list[Variant], wanted: float
) -> Iterable[Lane]:
    spots = _weighted_order(rng, list(_spots(origin, variants)))
    boots = max(1, round(1.15 * math.sqrt(wanted)))
    spots = spots[:boots] if origin != "redhat" else spots
    if origin in ("maestro", "ti"):
        for _, (variant, platform, lab) in spots:
            yield Lane(branch, origin, variant, platform, lab, BOOT, ("",))
            wanted -= 1
    cap = max(4, int(wanted / 6))
    jobs = _weighted_order(rng, list(_jobs(branch, origin, spots)))
    hopeless: set[Suite] = set()
    favoured = 0
    for _, ((variant, platform, lab), suite) in jobs:
        if wanted < 1:
            return
        if suite in hopeless:
            continue
        if suite.is_hopeless:
            hopeless.add(suite)
        is_favoured = (branch.tree, origin, suite.job) == FAVOURED
        favoured += is_favoured
        if is_favoured and favoured > _FAVOURED_LANES:
            continue
        share = 4 if suite.is_hopeless else 5 if is_favoured else 1
        room = min(max(1, cap // share), math.ceil(wanted))
        cases = (suite.cases or ("",))[:room]
        lane = Lane(branch, origin, variant, platform, lab, suite, cases)
        wanted -= lane.size
        yield lane


def _jobs(
    branch: Branch, origin: str, spots: list[tuple[float, Spot]]
) -> Iterator[tuple[float, tuple[Spot, Suite]]]:
    """Yield what can be run where, each with its weight."""
    for weight, spot in spots:
        for suite in suites_of(origin):
            if not suite.limits or spot[0].arch in suite.limits:
                favour = 1e6 if (branch.tree, origin, suite.job) == FAVOURED else 1
                yield weight * suite.weight * favour, (spot, suite)


def _spots(origin: str, variants: list[Variant]) -> Iterator[tuple[float, Spot]]:
    """Yield where builds can be tested, each with its weight."""
    for variant in variants:
        if variant.weight:
            for platform in _platforms(origin, variant):
                for lab in platform.labs or ("",):
                    weight = variant.weight * platform.weight * LAB_WEIGHTS.get(lab, 1.0)
                    yield weight, (variant, platform, lab)


def _platforms(origin: str, variant: Variant) -> Sequence[Platform]:
    if origin == "redhat":
        return (BEAKER[variant.arch],)
    if origin == "microsoft":
        return (AZURE,)
    known = {"maestro": BOARDS, "linaro": TUXSUITE, "ti": TI_BOARDS}[origin]
    return [platform for platform in known if platform.arch == variant.arch]


def _weighted_order(rng: Random, weighted: list[tuple[float, T]]) -> list[tuple[float, T]]:
    """Return the items in random order, the heavy ones rather first (Efraimidis and Spirakis)."""
    keyed = sorted(
        ((math.log(rng.random()) / weight, index) for index, (weight, _) in enumerate(weighted)), reverse=True
    )
    return [weighted[index] for _, index in keyed]


def with_cases(lane: Lane, cases: tuple[str, ...]) -> Lane:
    """Return a lane that runs only these cases."""
    return replace(lane, cases=cases)
