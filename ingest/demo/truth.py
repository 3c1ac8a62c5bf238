"""The truth behind a demo, for whoever wants to know what an analysis should have found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from ingest.demo.events import Break, BuildBreak, NewWarnings, Outage, Removal, Step
from ingest.demo.plan import BranchPlan, Lane, Revision
from ingest.demo.suites import BOOT, Suite, path_of
from ingest.demo.timeline import Timeline

Json = dict[str, Any]
OUTAGES = {
    "lab_outage": "lab_outages",
    "dead_device": "dead_devices",
    "decay": "decaying_devices",
    "lab_gone": "labs_gone",
}


def truth_of(timeline: Timeline) -> Json:
    """Return all that was planted and what of it was seen, once the documents were made."""
    spec, history = timeline.spec, timeline.history
    plans = {each.branch.label: each for each in timeline.plans}
    lanes = [runner.lane for runner in timeline.runners.values()]
    broken = [(event, _break(event, plans[event.branch], lanes)) for event in history.breaks]
    return {
        "seed": spec.seed,
        "days": spec.days,
        "until": spec.until.isoformat(),
        "tests": timeline.tests,
        "branches": [_branch(each) for each in timeline.plans],
        "regressions": [found for event, found in broken if not event.flaky],
        "new_flakes": [found for event, found in broken if event.flaky],
        "broken_builds": [_build_break(event, plans[event.branch]) for event in history.build_breaks],
        "new_warnings": [_new_warnings(event, plans[event.branch]) for event in history.new_warnings],
        **{
            name: [_outage(event) for event in history.outages if event.kind == kind]
            for kind, name in OUTAGES.items()
        },
        "removed_tests": [_removal(event) for event in history.removals if not event.renamed],
        "renamed_tests": [_removal(event) for event in history.removals if event.renamed],
        "measurement_steps": [_step(event, plans) for event in history.steps],
        "flaky": list(_flaky(timeline, lanes)),
        "persistent": list(_persistent(timeline, lanes)),
    }


def _branch(each: BranchPlan) -> Json:
    branch = each.branch
    return {
        "tree": branch.tree,
        "branch": branch.name,
        "url": branch.url,
        "revisions": [
            {
                "commit": revision.commit,
                "describe": revision.describe,
                "started": revision.started.isoformat(),
            }
            for revision in each.revisions
        ],
    }


def _commit(revisions: Sequence[Revision], position: int | None) -> str | None:
    """Return the commit at a position; None where there is none."""
    return revisions[position].commit if position is not None and 0 <= position < len(revisions) else None


def _place(each: BranchPlan) -> Json:
    return {"tree": each.branch.tree, "branch": each.branch.name}


def _break(event: Break, each: BranchPlan, lanes: Iterable[Lane]) -> Json:
    revisions = each.revisions
    affected = [lane for lane in lanes if lane.suite is event.suite and event.hits(lane)]
    origins = sorted({lane.origin for lane in affected})
    return {
        "id": event.id,
        **_place(each),
        "suite": event.suite.job,
        "whole_suite": event.case is None,
        "paths": {origin: path_of(origin, event.suite, event.case or "") for origin in origins},
        "where": dict(event.where),
        "scope": event.scope,
        "rate": event.rate,
        "symptom": event.symptom,
        "sole_platform_of_lab": event.sole_platform_of_lab,
        "spans": [
            {
                "last_good": _commit(revisions, first - 1),
                "first_bad": _commit(revisions, first),
                "fixed_by": _commit(revisions, fixed),
            }
            for first, fixed in event.spans
        ],
        "affected": [{name: value for name, value in lane.axes.items() if value} for lane in affected],
        "failures": event.results,
        "revisions_that_ran_it": [revisions[position].commit for _, position in sorted(event.positions)],
    }


def _build_break(event: BuildBreak, each: BranchPlan) -> Json:
    return {**_of_variant(event, each), "error": event.message, "builds": event.results}


def _new_warnings(event: NewWarnings, each: BranchPlan) -> Json:
    return {**_of_variant(event, each), "warnings": event.count, "builds": event.results}


def _of_variant(event: BuildBreak | NewWarnings, each: BranchPlan) -> Json:
    variant = event.variant
    return {
        "id": event.id,
        **_place(each),
        "origin": variant.origin,
        "architecture": variant.arch,
        "config": variant.config,
        "compiler": variant.compiler,
        "first_bad": _commit(each.revisions, event.first),
        "fixed_by": _commit(each.revisions, event.fixed),
    }


def _outage(event: Outage) -> Json:
    return {
        "id": event.id,
        "lab": event.lab,
        "platform": event.platform,
        "begin": event.begin.isoformat(),
        "end": _when(event.end),
        "style": event.style,
        "share": event.share,
        "jobs": event.results,
    }


def _when(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _paths(suite: Suite, case: str) -> list[str]:
    return sorted({path_of(origin, suite, case) for origin in ("linaro", "maestro")})


def _removal(event: Removal) -> Json:
    renamed = {"renamed_to": _paths(event.suite, event.renamed)} if event.renamed else {}
    return {
        "id": event.id,
        "suite": event.suite.job,
        "paths": _paths(event.suite, event.case),
        **renamed,
        "when": event.when.isoformat(),
        "runs_after": event.results,
    }


def _step(event: Step, plans: dict[str, BranchPlan]) -> Json:
    found: Json = {"id": event.id, "factor": event.factor, "values": event.results}
    if event.suite:
        metrics = event.suite.metrics
        found["path"] = path_of("maestro", event.suite, metrics[event.metric or 0].case if metrics else "")
    if event.branch:
        each = plans[event.branch]
        found |= _place(each)
        found |= {"where": dict(event.where), "first_changed": _commit(each.revisions, event.first)}
    else:
        found |= {"lab": event.lab, "when": _when(event.when)}
    return found


def _spots(lanes: Iterable[Lane]) -> Iterator[tuple[Lane, int]]:
    """Yield one lane for every suite, platform and lab, and the number of cases that ran there."""
    spots: dict[tuple[str, str, str, str], Lane] = {}
    for lane in lanes:
        key = (lane.origin, lane.suite.job, lane.platform.name or lane.platform.arch, lane.lab)
        if key not in spots or len(spots[key].cases) < len(lane.cases):
            spots[key] = lane
    for _, lane in sorted(spots.items()):
        yield lane, len(lane.cases)


def _spot(lane: Lane) -> Json:
    return {"origin": lane.origin, "platform": lane.platform.name, "lab": lane.lab}


def _flaky(timeline: Timeline, lanes: Iterable[Lane]) -> Iterator[Json]:
    for lane, cases in _spots(lanes):
        for flake in timeline.profiles.of(lane.suite, lane.platform, lane.lab).flakes:
            if flake.case < cases:
                yield {
                    "path": path_of(lane.origin, lane.suite, lane.cases[flake.case]),
                    **_spot(lane),
                    "rate": round(flake.rate, 4),
                    "bursty": flake.bursty,
                    "all_devices": flake.all_devices,
                }


def _persistent(timeline: Timeline, lanes: Iterable[Lane]) -> Iterator[Json]:
    for lane, cases in _spots(lanes):
        statuses = timeline.profiles.of(lane.suite, lane.platform, lane.lab).statuses[:cases]
        failing = [case for case, status in zip(lane.cases, statuses, strict=True) if status == "FAIL"]
        if failing and lane.suite is not BOOT:
            yield {**_spot(lane), "paths": [path_of(lane.origin, lane.suite, case) for case in failing]}
