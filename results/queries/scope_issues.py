"""Which known problems a set of results shows, and how much of what fails is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from typing import Literal as OneOf

from psycopg.sql import SQL, Composed, Literal

from results.compression import text_of
from results.db import fetch
from results.jsontext import loads
from results.queries.picked import needs_build
from results.queries.records import StatusCounts
from results.queries.scopes import TIMEOUT_MS, Scope
from results.selection import Selection
from results.status import WORST_FIRST, Status
from results.vocabulary import where

Kind = OneOf["builds", "boots", "tests"]


@dataclass(frozen=True, slots=True)
class SeenIssue:
    """An issue version and the results (each once) in which an incident says it is present."""

    id: str
    version: int
    comment: str
    url: str
    counts: StatusCounts


@dataclass(frozen=True, slots=True)
class ScopeIssues:
    """The issues of one kind of results; ``unknown``: how many FAIL without any incident."""

    issues: tuple[SeenIssue, ...]
    unknown: int


# Leans on incident_test and incident_build.
_ISSUES: Final = SQL("""
    WITH rows AS MATERIALIZED ({rows}),
    seen AS MATERIALIZED (
        SELECT DISTINCT c.issue_key, c.issue_version, rows.key, rows.status
        FROM rows JOIN results_incident c ON c.{reference} = rows.key AND c.present
    )
    SELECT i.kcidb_id AS id, i.version, i.comment, d.body AS document, seen.counts
    FROM (
        SELECT issue_key, issue_version, ARRAY[{counts}] AS counts FROM seen GROUP BY issue_key, issue_version
    ) seen
    JOIN results_issue i ON i.key = seen.issue_key AND i.version = seen.issue_version
    JOIN results_document d ON d.id = i.document_id
    UNION ALL
    SELECT NULL, 0, NULL, NULL, ARRAY[count(*)::int]
    FROM rows WHERE rows.status = {fail} AND rows.key NOT IN (SELECT key FROM seen)
    ORDER BY id
""")

_COUNTS: Final = SQL(", ").join(
    SQL("(count(*) FILTER (WHERE status = {}))::int").format(Literal(int(status))) for status in WORST_FIRST
)


def scope_issues(scope: Scope, kind: Kind) -> ScopeIssues:
    """Return the issues of the builds, boots or tests of a scope; may raise QueryTimeout."""
    query = _ISSUES.format(
        rows=_rows(scope, kind),
        reference=SQL("build_key" if kind == "builds" else "test_key"),
        counts=_COUNTS,
        fail=Literal(int(Status.FAIL)),
    )
    rows: list[dict[str, Any]] = fetch(query, dict, timeout_ms=TIMEOUT_MS)
    unknown = rows.pop()  # its id is NULL: the last one
    return ScopeIssues(tuple(_issue(**row) for row in rows), unknown["counts"][0])


def _rows(scope: Scope, kind: Kind) -> Composed:
    if kind == "builds":
        return SQL(
            "SELECT b.key, b.status FROM results_build b WHERE b.known AND NOT b.is_dummy AND {} AND {}"
        ).format(scope.builds_within, where(scope.builds, "builds"))
    return result_keys(scope, scope.boots if kind == "boots" else scope.tests)


def result_keys(scope: Scope, selection: Selection) -> Composed:
    """Return the SELECT of key and status of the test runs under a selection of a scope."""
    needed = scope.results_within is not None or needs_build(selection)
    return SQL("""
        SELECT t.key, t.status FROM results_test t JOIN results_series s ON s.id = t.series_id {build}
        WHERE {within} AND {where}
    """).format(
        build=SQL("JOIN results_build b ON b.id = t.build_id" if needed else ""),
        within=scope.results_within or SQL("true"),
        where=where(selection, "rows"),
    )


def _issue(*, document: bytes, **columns: Any) -> SeenIssue:
    fields = loads(text_of(document).encode())
    return SeenIssue(
        url=fields.get("report_url", ""), **{**columns, "counts": StatusCounts.of(columns["counts"])}
    )
