"""The SQL that rebuilds counts from rows, each for a set of builds, revisions, days or issues.

Every statement computes what the counts should be, deletes what should not be there and writes
what differs, so that running it again writes nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from results.models import RevisionCount
from results.status import COUNT_COLUMNS

_COUNTS: Final = tuple(COUNT_COLUMNS.values())
_NULLABLE: Final = frozenset({"platform_id", "day"})


def _names(columns: tuple[str, ...], prefix: str | None = None) -> Composed:
    return SQL(", ").join(Identifier(prefix, name) if prefix else Identifier(name) for name in columns)


def _count_by(status: Composable) -> Composed:
    """Return the count columns, counted from rows that have a status."""
    return SQL(", ").join(
        SQL("count(*) FILTER (WHERE {} = {})::int AS {}").format(
            status, Literal(int(value)), Identifier(column)
        )
        for value, column in COUNT_COLUMNS.items()
    )


def _sums(table: str) -> Composed:
    """Return the count columns, added up from the counts of a table."""
    return SQL(", ").join(
        SQL("sum({})::int AS {}").format(Identifier(table, column), Identifier(column)) for column in _COUNTS
    )


def _same(columns: tuple[str, ...], one: str, other: str) -> Composed:
    """Return the condition that two rows agree; "=" wherever possible, which alone can be hashed."""
    return SQL(" AND ").join(
        SQL("{} IS NOT DISTINCT FROM {}" if column in _NULLABLE else "{} = {}").format(
            Identifier(one, column), Identifier(other, column)
        )
        for column in columns
    )


def _replace(table: str, identity: tuple[str, ...], *, scope: Composable, counted: Composable) -> Composed:
    """Return the statement that makes the rows of ``table`` in ``scope`` equal to ``counted``.

    ``counted`` selects the columns of ``identity``, the count columns and ``last_start``. The
    statement returns the identities of the rows that changed.
    """
    values = (*_COUNTS, "last_start")
    return SQL("""
        WITH counted AS MATERIALIZED ({counted}),
        gone AS (
            DELETE FROM {table} AS kept WHERE {scope} AND NOT EXISTS (
                SELECT FROM counted WHERE {same}
            ) RETURNING {kept_identity}
        ),
        put AS (
            INSERT INTO {table} AS kept ({identity}, {values}) SELECT {identity}, {values} FROM counted
            ON CONFLICT ({identity}) DO UPDATE SET ({values}) = ROW ({new_values})
            WHERE ({kept_values}) IS DISTINCT FROM ({new_values})
            RETURNING {kept_identity}
        )
        SELECT * FROM gone UNION SELECT * FROM put
    """).format(
        table=Identifier(table),
        scope=scope,
        counted=counted,
        identity=_names(identity),
        kept_identity=_names(identity, "kept"),
        same=_same(identity, "counted", "kept"),
        values=_names(values),
        kept_values=_names(values, "kept"),
        new_values=_names(values, "excluded"),
    )


# Leans on test_build, resultcount_identity.
_RESULTS_BY: Final = ("build_id", "platform_id", "suite_id", "lab_id", "origin_id", "is_boot", "day")
RESULT_COUNTS: Final = _replace(
    "results_resultcount",
    _RESULTS_BY,
    scope=SQL("kept.build_id = ANY(%(builds)s)"),
    counted=SQL("""
        SELECT t.build_id, s.platform_id, s.suite_id, s.lab_id, s.origin_id, t.is_boot,
               (t.start_time AT TIME ZONE 'UTC')::date AS day, {counts}, max(t.start_time) AS last_start
        FROM results_test t JOIN results_series s ON s.id = t.series_id
        WHERE t.build_id = ANY(%(builds)s)
        GROUP BY t.build_id, s.platform_id, s.suite_id, s.lab_id, s.origin_id, t.is_boot, day
    """).format(counts=_count_by(Identifier("t", "status"))),
)

# Leans on build_revision, resultcount_identity.
REVISION_COUNTS: Final = _replace(
    "results_revisioncount",
    ("revision_id", "kind", "origin_id"),
    scope=SQL("kept.revision_id = ANY(%(revisions)s)"),
    counted=SQL("""
        SELECT b.revision_id, {build} AS kind, b.origin_id, {builds}, max(b.start_time) AS last_start
        FROM results_build b
        WHERE b.revision_id = ANY(%(revisions)s) AND b.known AND NOT b.is_dummy
        GROUP BY b.revision_id, b.origin_id
        UNION ALL
        SELECT b.revision_id, CASE WHEN rc.is_boot THEN {boot} ELSE {test} END, rc.origin_id, {tests},
               max(rc.last_start)
        FROM results_build b JOIN results_resultcount rc ON rc.build_id = b.id
        WHERE b.revision_id = ANY(%(revisions)s)
        GROUP BY b.revision_id, rc.is_boot, rc.origin_id
    """).format(
        build=Literal(RevisionCount.Kind.BUILD.value),
        boot=Literal(RevisionCount.Kind.BOOT.value),
        test=Literal(RevisionCount.Kind.TEST.value),
        builds=_count_by(Identifier("b", "status")),
        tests=_sums("rc"),
    ),
)

# Leans on resultcount_day; the day NULL is in no array.
DAY_COUNTS: Final = _replace(
    "results_daycount",
    ("day", "platform_id", "lab_id", "origin_id", "is_boot"),
    scope=SQL("(kept.day = ANY(%(days)s) OR (%(undated)s AND kept.day IS NULL))"),
    counted=SQL("""
        SELECT rc.day, rc.platform_id, rc.lab_id, rc.origin_id, rc.is_boot, {counts},
               max(rc.last_start) AS last_start
        FROM results_resultcount rc
        WHERE rc.day = ANY(%(days)s) OR (%(undated)s AND rc.day IS NULL)
        GROUP BY rc.day, rc.platform_id, rc.lab_id, rc.origin_id, rc.is_boot
    """).format(counts=_sums("rc")),
)

# Leans on incident_issue.
ISSUE_COUNTS: Final = SQL("""
    WITH counted AS MATERIALIZED (
        SELECT i.issue_key,
               count(i.build_key) FILTER (WHERE i.present)::int AS builds,
               count(i.test_key) FILTER (WHERE i.present)::int AS tests,
               count(*) FILTER (WHERE NOT i.present)::int AS absent,
               min(i.seen_at) FILTER (WHERE i.present) AS first_seen,
               max(i.seen_at) FILTER (WHERE i.present) AS last_seen
        FROM results_incident i
        WHERE i.issue_key = ANY(%(issues)s)
        GROUP BY i.issue_key
    ),
    gone AS (
        DELETE FROM results_issuecount
        WHERE issue_key = ANY(%(issues)s) AND issue_key NOT IN (SELECT issue_key FROM counted)
    )
    INSERT INTO results_issuecount AS kept (issue_key, builds, tests, absent, first_seen, last_seen)
    SELECT issue_key, builds, tests, absent, first_seen, last_seen FROM counted
    ON CONFLICT (issue_key) DO UPDATE
    SET builds = excluded.builds, tests = excluded.tests, absent = excluded.absent,
        first_seen = excluded.first_seen, last_seen = excluded.last_seen
    WHERE (kept.builds, kept.tests, kept.absent, kept.first_seen, kept.last_seen)
        IS DISTINCT FROM
        (excluded.builds, excluded.tests, excluded.absent, excluded.first_seen, excluded.last_seen)
""")


def _rows(statement: Composable, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def count_results(builds: list[int]) -> set[date | None]:
    """Rebuild the ``ResultCount`` of builds; return the days whose numbers changed.

    Those of pruned builds stay: they are all that is left of their tests.
    """
    return {row[-1] for row in _rows(RESULT_COUNTS, {"builds": _unpruned(builds)})}


def _unpruned(builds: list[int]) -> list[int]:
    return [
        row[0]
        for row in _rows(
            SQL("SELECT id FROM results_build WHERE id = ANY(%(builds)s) AND pruned_at IS NULL"),
            {"builds": builds},
        )
    ]


def count_revisions(revisions: list[int]) -> None:
    """Rebuild the ``RevisionCount`` of revisions from their builds and result counts."""
    _rows(REVISION_COUNTS, {"revisions": revisions})


def count_days(days: set[date | None]) -> None:
    """Rebuild the ``DayCount`` of days from result counts; None is the day of undated tests."""
    _rows(DAY_COUNTS, {"days": sorted(day for day in days if day), "undated": None in days})


def count_issues(issues: list[UUID]) -> None:
    """Rebuild the ``IssueCount`` of issues from their incidents."""
    with connection.cursor() as cursor:
        cursor.execute(ISSUE_COUNTS, {"issues": issues})


def refile_pruned(column: str, old: int, new: int) -> tuple[set[int], set[date | None]]:
    """File counts of pruned builds under another lab, platform or origin; return the builds and days."""
    # Leans on build_pruned and resultcount_identity.
    statement = SQL("""
        WITH gone AS (
            DELETE FROM results_resultcount rc USING results_build b
            WHERE b.id = rc.build_id AND b.pruned_at IS NOT NULL AND rc.{column} = %(old)s
            RETURNING rc.*
        )
        INSERT INTO results_resultcount AS kept ({identity}, {counts}, last_start)
        SELECT {moved}, {counts}, last_start FROM gone
        ON CONFLICT ({identity}) DO UPDATE
        SET ({counts}) = ROW({sums}), last_start = greatest(kept.last_start, excluded.last_start)
        RETURNING kept.build_id, kept.day
    """).format(
        column=Identifier(column),
        identity=_names(_RESULTS_BY),
        counts=_names(_COUNTS),
        moved=SQL(", ").join(SQL("%(new)s") if name == column else Identifier(name) for name in _RESULTS_BY),
        sums=SQL(", ").join(
            SQL("{} + {}").format(Identifier("kept", name), Identifier("excluded", name)) for name in _COUNTS
        ),
    )
    rows = _rows(statement, {"old": old, "new": new})
    return {build for build, _ in rows}, {day for _, day in rows}
