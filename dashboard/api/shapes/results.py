"""Builds, test runs and series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypedDict

from dashboard.api.shapes import refs
from results.queries.builds import BuildDetail, BuildRow, SuiteCounts
from results.queries.test_runs import TestDetail
from results.queries.tests import TestRow
from results.queries.whole import WholeTest


class BuildItem(TypedDict):
    """A build with the counts of what ran on it. `duration` is in seconds."""

    build: refs.Build
    status: refs.StatusName
    origin: str
    lab: str | None
    start_time: datetime | None
    duration: float | None
    revision: refs.Revision | None
    boots: refs.Counts
    tests: refs.Counts


class SuitePart(TypedDict):
    """Results of one suite on a build."""

    suite: str
    counts: refs.Counts


class BuildWhole(BuildItem):
    """A build and all that was submitted of it, as KCIDB v5.3.

    `history` is the same variant on earlier revisions, newest first. `sources` says which
    submission each field comes from.
    """

    fields: dict[str, Any]
    excerpt: str
    suites: list[SuitePart]
    history: list[BuildItem]
    issues: list[refs.Issue]
    submission: int | None
    sources: dict[str, int]


class TestItem(TypedDict):
    """A test run; boots are test runs, too. `duration` is in seconds, `value` in `unit`."""

    id: str
    path: str
    suite: str
    status: refs.StatusName
    boot: bool
    platform: str | None
    lab: str
    origin: str
    start_time: datetime | None
    duration: float | None
    value: float | None
    unit: str
    series: int
    has_excerpt: bool
    build: refs.Build
    revision: refs.Revision | None


class TestWhole(TestItem):
    """A test run and all that was submitted of it, as KCIDB v5.3.

    `siblings` ran the same path on the same build. `sources` says which submission each field
    comes from.
    """

    compatibles: list[str]
    fields: dict[str, Any]
    excerpt: str
    siblings: list[TestItem]
    issues: list[refs.Issue]
    submission: int
    sources: dict[str, int]


def build_item(row: BuildRow) -> BuildItem:
    """Return a row of a listing of builds."""
    return {
        "build": refs.build(row.build),
        "status": refs.status_name(row.status),
        "origin": row.origin,
        "lab": row.lab,
        "start_time": row.start_time,
        "duration": row.duration,
        "revision": refs.known_revision(row.revision),
        "boots": refs.counts(row.boots),
        "tests": refs.counts(row.tests),
    }


def build_whole(detail: BuildDetail) -> BuildWhole:
    """Return one build."""
    return {
        "build": refs.build(detail.build),
        "status": refs.status_name(detail.status),
        "origin": detail.origin,
        "lab": detail.lab,
        "start_time": detail.start_time,
        "duration": detail.duration,
        "revision": refs.known_revision(detail.revision),
        "boots": refs.counts(detail.boots),
        "tests": refs.counts(detail.tests),
        "fields": detail.fields,
        "excerpt": detail.excerpt,
        "suites": [_suite(row) for row in detail.suites],
        "history": [build_item(row) for row in detail.history],
        "issues": [refs.issue(ref) for ref in detail.issues],
        "submission": detail.submission,
        "sources": detail.sources,
    }


def test_item(row: TestRow) -> TestItem:
    """Return a row of a listing of test runs."""
    return {
        "id": row.id,
        "path": row.path,
        "suite": row.suite,
        "status": refs.status_name(row.status),
        "boot": row.is_boot,
        "platform": row.platform,
        "lab": row.lab,
        "origin": row.origin,
        "start_time": row.start_time,
        "duration": row.duration,
        "value": row.value,
        "unit": row.unit,
        "series": row.series,
        "has_excerpt": row.has_excerpt,
        "build": refs.build(row.build),
        "revision": refs.known_revision(row.revision),
    }


def whole_items(rows: Sequence[WholeTest], part: Callable[[Any], Any]) -> list[dict[str, Any]]:
    """Return rows as ``test_item`` does, many at once.

    Neighbours share their build and revision: ``part`` makes the shape of one, once for all of them.
    """
    names = refs.STATUS_NAMES
    made: dict[int, tuple[Any, Any]] = {}
    for row in rows:
        if id(row.build) not in made:
            made[id(row.build)] = part(refs.build(row.build)), part(refs.known_revision(row.revision))
    return [
        {
            "id": name, "path": path, "suite": suite, "status": names[status], "boot": boot,
            "platform": platform, "lab": lab, "origin": origin, "start_time": start, "duration": duration,
            "value": value, "unit": unit, "series": series, "has_excerpt": has_excerpt,
            "build": made[id(build)][0], "revision": made[id(build)][1],
        }
        for name, status, boot, start, duration, value, series, _, has_excerpt, path, suite, platform, lab,
            origin, unit, build, _ in rows
    ]  # fmt: skip


def test_whole(detail: TestDetail) -> TestWhole:
    """Return one test run."""
    return {
        **test_item(detail.run),
        "compatibles": list(detail.compatibles),
        "fields": detail.fields,
        "excerpt": detail.excerpt,
        "siblings": [test_item(row) for row in detail.siblings],
        "issues": [refs.issue(ref) for ref in detail.issues],
        "submission": detail.submission,
        "sources": detail.sources,
    }


def _suite(row: SuiteCounts) -> SuitePart:
    return {"suite": row.suite, "counts": refs.counts(row.counts)}
