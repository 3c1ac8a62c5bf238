"""Listings of test runs, whatever they are restricted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.documents import test_id
from results.queries.records import BuildRef, Listing, RevisionRef
from results.queries.refs import (
    BUILD_COLUMNS,
    REVISION_COLUMNS,
    REVISION_JOINS,
    as_build,
    as_revision_if_known,
)
from results.queries.test_order import TEST_SORTS, next_keys
from results.selection import Selection
from results.status import Status

__all__ = ["TEST_SORTS", "TestRow", "test_page", "test_rows"]


@dataclass(frozen=True, slots=True)
class TestRow:
    """One run of a test. ``path`` may be "" (the root); ``duration`` is in seconds."""

    __test__ = False

    id: str
    path: str
    suite: str
    status: Status
    is_boot: bool
    platform: str | None
    lab: str
    origin: str
    start_time: datetime | None
    duration: float | None
    value: float | None
    unit: str
    series: int
    has_excerpt: bool
    build: BuildRef
    revision: RevisionRef | None


# Names are looked up one by one: fewer tables to plan a join of, and all of them are small.
_ROWS: Final = SQL("""
    SELECT t.key, t.kcidb_id, t.status, t.is_boot, t.start_time, t.duration, t.value, t.series_id AS series,
           t.excerpt_id IS NOT NULL AS has_excerpt,
           (SELECT name FROM results_testpath WHERE id = s.path_id) AS path,
           (SELECT name FROM results_suite WHERE id = s.suite_id) AS suite,
           (SELECT name FROM results_platform WHERE id = s.platform_id) AS platform,
           (SELECT name FROM results_lab WHERE id = s.lab_id) AS lab,
           (SELECT name FROM results_origin WHERE id = s.origin_id) AS origin,
           coalesce((SELECT name FROM results_unit WHERE id = t.unit_id), '') AS unit,
           {build}, {revision}
    FROM unnest({keys}::uuid[]) WITH ORDINALITY AS wanted (key, place)
    JOIN results_test t ON t.key = wanted.key
    JOIN results_series s ON s.id = t.series_id
    JOIN results_build b ON b.id = t.build_id
    {joins}
    ORDER BY wanted.place
""")


def test_page(
    selection: Selection, *, sort: str = "status", after: str | None = None, limit: int = 100
) -> Listing[TestRow]:
    """Return a page of the test runs (boots included unless ``kind`` says no) under a selection.

    By default the worst status comes first, then the newest day. Raises BadCursor, QueryTimeout,
    and ValueError for an unknown sort.
    """
    keys, following = next_keys(selection, sort=sort, after=after, limit=limit)
    return Listing(test_rows(keys), following)


def test_rows(keys: Sequence[UUID]) -> tuple[TestRow, ...]:
    """Return the test runs with these keys, in this order, less those that are not known."""
    query = _ROWS.format(
        keys=Literal(list(keys)), build=BUILD_COLUMNS, revision=REVISION_COLUMNS, joins=REVISION_JOINS
    )
    return tuple(fetch(query, _test_row, as_written=True))


def _test_row(*, key: UUID, kcidb_id: str | None, status: int, **columns: Any) -> TestRow:
    return TestRow(
        id=test_id(key, kcidb_id),
        status=Status(status),
        build=as_build(columns),
        revision=as_revision_if_known(columns),
        **columns,
    )
