"""Planting: what breaks, where, when and until when, in the proportions that real histories have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

from ingest.demo.events import HOUR, Break, BuildBreak, History, NewWarnings, Outage, Removal, Step
from ingest.demo.hardware import LAB_WEIGHTS
from ingest.demo.loglines import BUILD_ERRORS
from ingest.demo.logs import SYMPTOMS
from ingest.demo.plan import BranchPlan, Lane, Spec
from ingest.demo.profiles import Profiles
from ingest.demo.suites import BOOT, suites_of

REGRESSIONS = 0.27
"""How many are planted for every tested revision (40 in 150)."""
NEW_FLAKES = 0.07
OUTAGES = 0.05
DEAD_DEVICES = 0.1
DECAYS = 0.03
NEWS_AGE = timedelta(hours=50)
BROKEN_BUILDS = 0.012
"""How likely a variant stops building at a revision; it stays broken for a few."""

NEW_WARNINGS = 0.04
COUNTS_WARNINGS = "maestro"
"""The origin whose builds tell how many warnings the compiler gave."""


def plant(spec: Spec, plans: Sequence[BranchPlan], profiles: Profiles) -> History:
    """Return what happens to this universe."""
    history = History()
    revisions = sum(len(each.revisions) for each in plans)
    _plant_breaks(spec, plans, profiles, history, revisions)
    _plant_news(spec, plans[0], profiles, history)
    _plant_build_breaks(spec, plans, history)
    _plant_warnings(spec, plans, history)
    _plant_outages(spec, plans, history, revisions)
    _plant_removals(spec, plans, history)
    _plant_steps(spec, plans, history, revisions)
    return history


_Planned = tuple[str, str, tuple[str, str | None], float, timedelta, str, float]
"""Name, kind, lab and device, when (a share of the whole time), how long, style, share of the tests hit."""


def _count(expected: float) -> int:
    return max(1, round(expected))


def _plant_breaks(
    spec: Spec, plans: Sequence[BranchPlan], profiles: Profiles, history: History, revisions: int
) -> None:
    rng = spec.rng("breaks")
    long_ones = [each for each in plans if len(each.revisions) >= 3] or list(plans)
    weights = [len(each.revisions) * each.branch.size for each in long_ones]
    chosen = rng.choices(
        long_ones, weights, k=_count(REGRESSIONS * revisions) + _count(NEW_FLAKES * revisions)
    )
    flakes = _count(NEW_FLAKES * revisions)
    for number, each in enumerate(chosen):
        newest = number % 8 == 0
        if found := _break(rng, each, profiles, f"break-{number + 1}", flaky=number < flakes, newest=newest):
            history.breaks.append(found)


def _plant_news(spec: Spec, each: BranchPlan, profiles: Profiles, history: History) -> None:
    """Break a network test of the most important branch everywhere, since yesterday: there is news."""
    yesterday = spec.until - NEWS_AGE
    first = next((r.position for r in each.revisions if r.started > yesterday), len(each.revisions) - 1)
    rng = spec.rng("news")
    lanes = [lane for lane in each.lanes if lane.is_favoured]
    cases = [case for lane in lanes for case in _passing_cases(lane, profiles)]
    if not cases or first == 0:
        return
    # Where it fails most visibly: on the most devices.
    case = max(sorted(set(cases)), key=cases.count)
    history.breaks.append(
        Break(
            id="news",
            branch=each.branch.label,
            suite=lanes[0].suite,
            case=case,
            where={},
            spans=[(first, None)],
            rate=1.0,
            scope="all devices",
            symptom=rng.choice(SYMPTOMS["kselftest"]),
        )
    )


def _break(
    rng: Random, each: BranchPlan, profiles: Profiles, name: str, *, flaky: bool, newest: bool
) -> Break | None:
    lane = _some_lane(rng, each)
    case = _passing_case(rng, lane, profiles)
    if case is None:
        return None
    scope, where = _boot_scope(rng, lane) if lane.suite is BOOT else _scope(rng, lane)
    whole = not flaky and lane.suite is not BOOT and rng.random() < 0.1
    hard = not flaky and rng.random() < 0.75
    rate = rng.uniform(0.05, 0.4) if flaky else 1.0 if hard else rng.uniform(0.4, 0.9)
    boards = {other.platform.name for other in each.lanes if other.lab == lane.lab}
    return Break(
        id=name,
        branch=each.branch.label,
        suite=lane.suite,
        case=None if whole else case,
        where=where,
        spans=_spans(rng, len(each.revisions), newest=newest),
        rate=rate,
        scope=scope,
        symptom=rng.choice(SYMPTOMS[lane.suite.kind if lane.suite.kind in SYMPTOMS else "kselftest"]),
        flaky=flaky,
        sole_platform_of_lab=scope in ("device", "lab") and bool(lane.lab) and len(boards) == 1,
    )


def _some_lane(rng: Random, each: BranchPlan) -> Lane:
    """Return a lane to break something in: boots break more often than their number tells."""
    if rng.random() < 0.1 and (boots := [lane for lane in each.lanes if lane.suite is BOOT]):
        return rng.choice(boots)
    return rng.choices(each.lanes, [lane.size for lane in each.lanes])[0]


def _passing_case(rng: Random, lane: Lane, profiles: Profiles) -> str | None:
    passing = _passing_cases(lane, profiles)
    return rng.choice(passing) if passing else None


def _passing_cases(lane: Lane, profiles: Profiles) -> list[str]:
    profile = profiles.of(lane.suite, lane.platform, lane.lab)
    flaky = {flake.case for flake in profile.flakes}
    measured = {metric.case for metric in lane.suite.metrics}
    return [
        case
        for index, case in enumerate(lane.cases)
        if profile.statuses[index] == "PASS" and index not in flaky and case not in measured
    ]


def _scope(rng: Random, lane: Lane) -> tuple[str, dict[str, str]]:
    draw = rng.random()
    axes = lane.axes
    if draw < 0.5:
        return "all devices", {}
    if draw < 0.6 and lane.lab:
        return "lab", {"lab": axes["lab"]}
    if draw < 0.7:
        return "architecture", {"architecture": axes["architecture"]}
    return "device", {"platform": axes["platform"], "architecture": axes["architecture"]}


def _boot_scope(rng: Random, lane: Lane) -> tuple[str, dict[str, str]]:
    """Return what no longer boots: rarely more than a board, or a configuration of an architecture."""
    axes = lane.axes
    if rng.random() < 0.75:
        return "device", {"platform": axes["platform"], "architecture": axes["architecture"]}
    return "architecture", {name: axes[name] for name in ("architecture", "config", "compiler")}


def _spans(rng: Random, revisions: int, *, newest: bool) -> list[tuple[int, int | None]]:
    """Return when it is broken: a few begin at the newest revisions, the others anywhere."""
    if newest:
        return [(max(0, revisions - rng.randint(1, 3)), None)]
    first = rng.randint(min(revisions - 1, max(1, revisions // 7)), revisions - 1)
    if rng.random() < 0.25:
        return [(first, None)]
    fixed = first + 2 + int(rng.expovariate(1 / max(2.0, revisions / 5)))
    if fixed >= revisions:
        return [(first, None)]
    if rng.random() < 0.05 and fixed + 3 < revisions:
        return [(first, fixed), (fixed + 2, None)]
    return [(first, fixed)]


def _plant_build_breaks(spec: Spec, plans: Sequence[BranchPlan], history: History) -> None:
    rng = spec.rng("build breaks")
    for each in plans:
        position = 0
        while position < len(each.revisions):
            position += 1 + int(rng.expovariate(BROKEN_BUILDS * len(each.variants)))
            if position >= len(each.revisions):
                break
            variant = rng.choice(each.variants)
            fixed = position + 1 + int(rng.expovariate(0.7))
            name = f"build-{len(history.build_breaks) + 1}"
            message = rng.choice(BUILD_ERRORS)
            history.build_breaks.append(
                BuildBreak(name, each.branch.label, variant, position, fixed, message)
            )


def _plant_warnings(spec: Spec, plans: Sequence[BranchPlan], history: History) -> None:
    """Let commits add warnings to builds whose origin counts them."""
    rng = spec.rng("warnings")
    for each in plans:
        counted = [variant for variant in each.variants if variant.origin == COUNTS_WARNINGS]
        latest = len(each.revisions) - 3
        if not counted or latest < 5:
            continue
        for _ in range(_count(NEW_WARNINGS * len(each.revisions))):
            first = rng.randint(5, latest)
            fixed = first + 3 + int(rng.expovariate(0.1)) if rng.random() < 0.5 else None
            name = f"warnings-{len(history.new_warnings) + 1}"
            event = NewWarnings(name, each.branch.label, rng.choice(counted), first, fixed, rng.randint(1, 9))
            history.new_warnings.append(event)


def _plant_outages(spec: Spec, plans: Sequence[BranchPlan], history: History, revisions: int) -> None:
    rng = spec.rng("outages")
    spots = sorted({(lane.lab, lane.platform.name) for each in plans for lane in each.lanes if lane.lab})
    labs = sorted({lab for lab, _ in spots})
    length = timedelta(days=spec.days)
    begin = spec.until - length
    for name, kind, spot, since, lasting, style, share in [
        *_lab_outages(rng, labs, length, _count(OUTAGES * revisions)),
        *_device_outages(rng, spots, length, revisions),
    ]:
        when = begin + length * since
        history.outages.append(Outage(name, kind, *spot, when, when + lasting, style, share))
    history.outages.append(
        Outage("lab-gone", "lab_gone", labs[-1], None, begin + length * 0.75, None, "silent", 1.0)
    )


def _lab_outages(rng: Random, labs: Sequence[str], length: timedelta, count: int) -> Iterator[_Planned]:
    weights = [LAB_WEIGHTS[lab] + 0.2 for lab in labs]
    for number in range(count):
        style = "silent" if number == 1 else rng.choices(("infra", "fail"), (6, 4))[0]
        spot = rng.choices(labs, weights)[0], None
        lasting = min(HOUR * rng.uniform(8, 40), length * 0.1)
        since, share = rng.uniform(0.1, 0.97), rng.uniform(0.4, 0.95)
        yield f"outage-{number + 1}", "lab_outage", spot, since, lasting, style, share


def _device_outages(
    rng: Random, spots: Sequence[tuple[str, str]], length: timedelta, revisions: int
) -> Iterator[_Planned]:
    for number in range(_count(DEAD_DEVICES * revisions)):
        style = rng.choices(("infra", "fail"), (7, 3))[0]
        lasting = length * rng.uniform(0.02, 0.1)
        spot, since = rng.choice(spots), rng.uniform(0.05, 0.95)
        yield f"device-{number + 1}", "dead_device", spot, since, lasting, style, 0.97
    for number in range(_count(DECAYS * revisions)):
        lasting = length * rng.uniform(0.2, 0.4)
        spot, since = rng.choice(spots), rng.uniform(0.1, 0.6)
        yield f"decay-{number + 1}", "decay", spot, since, lasting, "fail", 0.7


def _plant_removals(spec: Spec, plans: Sequence[BranchPlan], history: History) -> None:
    """Remove 2 of 100 cases and rename 1 of 100, each at a moment of its own."""
    rng = spec.rng("removals")
    used: dict[str, int] = {}
    for each in plans:
        for lane in each.lanes:
            used[lane.suite.job] = max(used.get(lane.suite.job, 0), len(lane.cases))
    length = timedelta(days=spec.days)
    suites = {suite.job: suite for origin in ("linaro", "maestro") for suite in suites_of(origin)}
    for job, suite in sorted(suites.items()):
        measured = {metric.case for metric in suite.metrics}
        for case in suite.cases[: used.get(job, 0)]:
            draw = rng.random()
            if draw < 0.03 and case not in measured and not case.startswith("shardfile"):
                when = spec.until - length * rng.uniform(0.1, 0.6)
                renamed = f"{case}_{rng.choice(('v2', 'ext', 'new'))}" if draw < 0.01 else None
                history.removals.append(
                    Removal(f"removal-{len(history.removals) + 1}", suite, case, when, renamed)
                )


def _plant_steps(spec: Spec, plans: Sequence[BranchPlan], history: History, revisions: int) -> None:
    """Change what is measured: by 5 to 20 % through commits, by factors where a lab changed."""
    rng = spec.rng("steps")
    for number in range(_count(0.06 * revisions)):
        each = rng.choices(plans, [len(other.revisions) * other.branch.size for other in plans])[0]
        lanes = [lane for lane in each.lanes if lane.suite.metrics or lane.suite is BOOT]
        if not lanes or len(each.revisions) < 4:
            continue
        lane = rng.choice(lanes)
        factor = 1 + rng.uniform(0.05, 0.2) * rng.choice((1, 1, -1))
        first = rng.randint(len(each.revisions) // 4, len(each.revisions) * 3 // 4)
        where = {} if rng.random() < 0.5 else {"platform": lane.platform.name}
        history.steps.append(
            Step(
                f"step-{number + 1}",
                factor,
                lane.suite,
                rng.randrange(max(1, len(lane.suite.metrics))),
                branch=each.branch.label,
                first=first,
                where=where,
            )
        )
    lab = rng.choice(sorted({lane.lab for each in plans for lane in each.lanes if lane.lab}))
    when = spec.until - timedelta(days=spec.days) * rng.uniform(0.3, 0.6)
    history.steps.append(
        Step(
            "lab-step",
            rng.choice((5.8, 2.4, 0.39)),
            BOOT,
            None,
            lab=lab,
            when=when.replace(minute=0, second=0),
        )
    )
