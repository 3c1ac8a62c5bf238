"""What will be written for a batch of documents: every row, worked out before the first lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.planning import rows
from ingest.planning.batch import Arrival, Counts, Incoming, Merged, combine, combine_with, gather
from ingest.planning.bindings import bindings
from ingest.planning.dimensions import Dimensions
from ingest.planning.names import read_names
from ingest.planning.stored import Key, existing_tests, read
from ingest.planning.testruns import RunRows
from ingest.schema import KINDS
from results.keys import key_hex
from results.models import Due


@dataclass
class Plan:
    """The rows of a batch, sorted by key, and what becomes due for recomputation.

    ``confirmed`` are tests (key, submission) that were submitted again as they are stored.
    """

    arrivals: list[Arrival]
    merged: dict[str, dict[Key, Merged]] = field(default_factory=dict)
    checkouts: list[rows.Row] = field(default_factory=list)
    builds: list[rows.Row] = field(default_factory=list)
    tests: list[tuple[Any, ...]] = field(default_factory=list)
    confirmed: list[tuple[str, int]] = field(default_factory=list)
    excerpts: list[tuple[Any, ...]] = field(default_factory=list)
    issues: list[rows.Row] = field(default_factory=list)
    incidents: list[rows.Row] = field(default_factory=list)
    due: set[tuple[Due.Kind, str]] = field(default_factory=set)
    counts: dict[str, Counts] = field(default_factory=lambda: {kind: Counts() for kind in KINDS.values()})


def make_plan(arrivals: list[Arrival], dimensions: Dimensions) -> Plan:
    """Return the plan of a batch; makes rows for whatever the objects refer to."""
    plan = Plan(arrivals)
    dimensions.names = read_names()
    dimensions.excerpts.begin()
    gathered = gather(arrivals)
    _mention(gathered, dimensions)
    for kind in ("checkout", "build", "issue", "incident"):
        plan.merged[kind] = combine(kind, gathered[kind], plan.counts[kind])
    plan.checkouts = rows.checkout_rows(plan.merged["checkout"], dimensions)
    plan.builds = rows.build_rows(plan.merged["build"], dimensions)
    plan.issues = rows.issue_rows(plan.merged["issue"], dimensions)
    plan.incidents = rows.incident_rows(plan.merged["incident"], dimensions)
    _plan_tests(plan, gathered["test"], dimensions)
    plan.excerpts = dimensions.excerpts.coming
    plan.due = set(_due(plan))
    return plan


def _mention(gathered: dict[str, Incoming], dimensions: Dimensions) -> None:
    """Make rows for the checkouts and builds of a batch: from then on they are updated only."""
    dimensions.mention_checkouts(versions[0][0]["id"] for versions in gathered["checkout"].values())
    dimensions.mention_builds(versions[0][0]["id"] for versions in gathered["build"].values())


def _plan_tests(plan: Plan, incoming: Incoming, dimensions: Dimensions) -> None:
    old = existing_tests(incoming) if incoming else set()
    again = {key: versions for key, versions in incoming.items() if len(versions) > 1 or key in old}
    counts = plan.counts["test"]
    counts.new += len(incoming) - len(again)
    merged = combine_with("test", again, read("test", sorted(old)), counts)
    plan.merged["test"] = merged
    runs = RunRows(dimensions)
    for key in sorted(incoming):
        if key not in again:
            item, arrival = incoming[key][0]
            runs.add(key[0], item, arrival.order)
        elif (part := merged.get(key)) and part.is_changed:
            runs.add(key[0], part.item, part.order, is_merged=True)
        elif part:
            plan.confirmed.append((key[0], part.submission))
    for versions in again.values():
        for item, arrival in versions:
            runs.places.describe(item, arrival.order[0])
    runs.intern()
    plan.tests = list(runs.rows(bindings(runs.places.builds(dimensions), plan.checkouts, plan.builds)))
    plan.due |= {(Due.Kind.BUILD, build) for build in _changed_builds(runs, merged)}


def _changed_builds(runs: RunRows, merged: dict[Key, Merged]) -> set[str]:
    """Return the builds whose counts change, those that lose a test included."""
    left = {
        part.stored.build.hex
        for part in merged.values()
        if part.is_changed and part.stored and part.stored.build
    }
    return left | {shape.place.build for shape in runs.shapes}


def _due(plan: Plan) -> Iterator[tuple[Due.Kind, str]]:
    """Yield what has to be recomputed once the plan is written."""
    yield from plan.due
    yield from ((Due.Kind.CHECKOUT, row.key[0]) for row in plan.checkouts if row.merged.is_changed)
    yield from ((Due.Kind.BUILD, row.key[0]) for row in plan.builds if row.merged.is_changed)
    yield from ((Due.Kind.ISSUE, row.key[0]) for row in plan.issues if row.merged.is_changed)
    for row in plan.incidents:
        if row.merged.is_changed:
            yield Due.Kind.ISSUE, row.columns["issue_key"]
            if row.merged.stored and row.merged.stored.item:
                yield Due.Kind.ISSUE, key_hex(row.merged.stored.item["issue_id"])
