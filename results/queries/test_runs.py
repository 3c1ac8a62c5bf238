"""One test run, whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Literal

from results.compression import text_of
from results.db import fetch
from results.documents import StoredTest, restore_test
from results.errors import NotFound
from results.keys import key_of
from results.queries.provenance import SOURCES, issues_of, sources_of
from results.queries.pruned import kept_since
from results.queries.records import IssueRef
from results.queries.tests import TestRow, test_rows

SIBLINGS: Final = 50


@dataclass(frozen=True, slots=True)
class TestDetail:
    """A test run, everything that was submitted of it, and what is near it.

    ``fields``: the KCIDB object. ``siblings``: other runs of the same path in the same build
    (retries, other platforms), newest first, at most ``SIBLINGS``. ``sources``: field name ->
    submission id, for every field.
    """

    __test__ = False

    run: TestRow
    fields: dict[str, Any]
    excerpt: str
    compatibles: tuple[str, ...]
    siblings: tuple[TestRow, ...]
    issues: tuple[IssueRef, ...]
    submission: int
    sources: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Stored:
    key: UUID
    build_id: str
    path_name: str
    status: int
    start_time: datetime | None
    duration: float | None
    value: float | None
    body: bytes
    excerpt: bytes | None
    submission: int
    compatibles: list[str] | None
    siblings: list[UUID]
    sources: str | None


# Leans on test_build for the siblings.
_DETAIL: Final = SQL("""
    SELECT t.key, b.kcidb_id AS build_id, tp.name AS path_name, t.status, t.start_time, t.duration, t.value,
           d.body, (SELECT body FROM results_excerpt WHERE id = t.excerpt_id) AS excerpt,
           t.submission_id AS submission,
           (SELECT compatibles FROM results_platform WHERE id = s.platform_id) AS compatibles,
           ARRAY(
               SELECT other.key FROM results_test other JOIN results_series os ON os.id = other.series_id
               WHERE other.build_id = t.build_id AND os.path_id = s.path_id AND other.key <> t.key
               ORDER BY other.start_time DESC NULLS LAST, other.key LIMIT {siblings}
           ) AS siblings, {sources}
    FROM results_test t
    JOIN results_series s ON s.id = t.series_id
    JOIN results_testpath tp ON tp.id = s.path_id
    JOIN results_build b ON b.id = t.build_id
    JOIN results_document d ON d.id = t.document_id
    WHERE t.key = {key}
""")


def test_detail(kcidb_id: str) -> TestDetail:
    """Return a test run; NotFound when it is not known."""
    query = _DETAIL.format(
        siblings=Literal(SIBLINGS),
        sources=SOURCES.format(Literal("test"), SQL("t.key")),
        key=Literal(key_of(kcidb_id)),
    )
    found = fetch(query, _Stored)
    if not found:
        since = kept_since()
        gone = f": tests of before {since:%Y-%m-%d} were deleted for their age" if since else ""
        raise NotFound(f"test run {kcidb_id}{gone}")
    stored = found[0]
    run, *siblings = test_rows([stored.key, *stored.siblings])
    fields = _restored(stored, run.id)
    return TestDetail(
        run=run,
        fields=fields,
        excerpt=text_of(stored.excerpt),
        compatibles=tuple(stored.compatibles or ()),
        siblings=tuple(siblings),
        issues=issues_of("test", stored.key),
        submission=stored.submission,
        sources=sources_of(fields, stored.submission, stored.sources),
    )


def _restored(stored: _Stored, kcidb_id: str) -> dict[str, Any]:
    return restore_test(
        StoredTest(
            kcidb_id=kcidb_id,
            build_id=stored.build_id,
            path_name=stored.path_name,
            status=stored.status,
            start_time=stored.start_time,
            duration=stored.duration,
            value=stored.value,
            body=stored.body,
            excerpt=stored.excerpt,
        )
    )
