"""Binding late: builds get the revision of their checkout, tests the series of their build."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection
from psycopg.sql import SQL, Composed, Identifier

# Documents of checkouts are plain text behind two zeros (results.compression).
# The first checkout that has a name, or a message, gives it; else git does. A document that is no valid jsonb
# (it may hold what PostgreSQL refuses) gives none.
_DESCRIBE: Final = SQL("""
    WITH said AS (
        SELECT c.revision_id, c.start_time, c.key,
               left(fields ->> 'git_commit_name', 512) AS describe,
               split_part(fields ->> 'git_commit_message', E'\\n', 1) AS subject
        FROM results_checkout c
        LEFT JOIN results_document d ON d.id = c.document_id
        CROSS JOIN LATERAL (
            SELECT CASE WHEN pg_input_is_valid(plain.text, 'jsonb') THEN plain.text::jsonb END AS fields
            FROM (
                SELECT CASE WHEN substr(d.body, 1, 2) = '\\x0000'
                            THEN convert_from(substr(d.body, 3), 'UTF8') END AS text
            ) plain
        ) f
        WHERE c.known AND c.revision_id = ANY(%(revisions)s)
    ),
    derived AS (
        SELECT revision_id, min(start_time) AS started,
               (array_agg(describe ORDER BY start_time, key) FILTER (WHERE describe <> ''))[1] AS describe,
               (array_agg(subject ORDER BY start_time, key) FILTER (WHERE subject <> ''))[1] AS subject
        FROM said GROUP BY revision_id
    ),
    named AS (
        SELECT r.id, coalesce(derived.started, r.started) AS started,
               coalesce(derived.describe, g.describe, '') AS describe,
               coalesce(derived.subject, g.subject, '') AS subject
        FROM derived JOIN results_revision r ON r.id = derived.revision_id
        LEFT JOIN results_commit g ON g.hash = CASE
            WHEN r."commit" ~ '^[0-9a-f]{40}$' THEN decode(r."commit", 'hex') END
    )
    UPDATE results_revision r
    SET started = named.started, describe = named.describe, subject = named.subject
    FROM named
    WHERE r.id = named.id AND
          (r.started, r.describe, r.subject) IS DISTINCT FROM (named.started, named.describe, named.subject)
""")

_MOVED_BUILDS: Final = SQL("""
    SELECT b.id, b.revision_id, c.revision_id
    FROM results_build b LEFT JOIN results_checkout c ON c.id = b.checkout_id
    WHERE b.id = ANY(%(builds)s) AND b.revision_id IS DISTINCT FROM c.revision_id
    ORDER BY b.key FOR NO KEY UPDATE OF b
""")

_MOVE_BUILDS: Final = SQL("""
    UPDATE results_build b SET revision_id = moved.revision_id
    FROM unnest(%(builds)s::int[], %(revisions)s::int[]) AS moved (id, revision_id)
    WHERE b.id = moved.id
""")

SERIES: Final = (
    "path_id", "platform_id", "tree_id", "lab_id", "config_id", "architecture_id", "compiler_id", "origin_id",
)  # fmt: skip
"""What makes a series, in the order of its unique index."""

_NULLABLE: Final = ("platform_id", "tree_id", "config_id", "architecture_id", "compiler_id")

_TEMPORARY: Final = SQL("""
    CREATE TEMPORARY TABLE IF NOT EXISTS rebinding (
        key uuid, suite_id int, path_id int, platform_id int, tree_id int, lab_id int, config_id int,
        architecture_id int, compiler_id int, origin_id int
    ) ON COMMIT DELETE ROWS
""")

# Leans on test_build. The series of a test whose revision is not known has none of its build's columns.
_MISBOUND: Final = SQL("""
    INSERT INTO rebinding
    SELECT t.key, s.suite_id, s.path_id, s.platform_id, r.tree_id, s.lab_id, bound.config_id,
           bound.architecture_id, bound.compiler_id, s.origin_id
    FROM results_build b
    LEFT JOIN results_revision r ON r.id = b.revision_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN r.id IS NOT NULL THEN b.config_id END AS config_id,
               CASE WHEN r.id IS NOT NULL THEN b.architecture_id END AS architecture_id,
               CASE WHEN r.id IS NOT NULL THEN b.compiler_id END AS compiler_id
    ) bound
    JOIN results_test t ON t.build_id = b.id
    JOIN results_series s ON s.id = t.series_id
    WHERE b.id = ANY(%(builds)s) AND
          (s.tree_id, s.config_id, s.architecture_id, s.compiler_id) IS DISTINCT FROM
          (r.tree_id, bound.config_id, bound.architecture_id, bound.compiler_id)
    ORDER BY t.key FOR NO KEY UPDATE OF t
""")

_ADD_SERIES: Final = SQL("""
    INSERT INTO results_series ({identity}, suite_id)
    SELECT DISTINCT {identity}, suite_id FROM rebinding ORDER BY {identity}
    ON CONFLICT ({identity}) DO NOTHING
""").format(identity=SQL(", ").join(map(Identifier, SERIES)))

# Leans on test_build with incident_test, on incident_build and on incident_issue.
_DATE_INCIDENTS: Final = SQL("""
    WITH seen AS MATERIALIZED (
        SELECT i.id, coalesce(t.start_time, b.start_time) AS at
        FROM results_incident i
        LEFT JOIN results_test t ON t.key = i.test_key
        LEFT JOIN results_build b ON b.key = i.build_key
        WHERE i.id = ANY(ARRAY(
            SELECT i.id FROM results_test t JOIN results_incident i ON i.test_key = t.key
            WHERE t.build_id = ANY(%(builds)s)
            UNION
            SELECT i.id FROM results_build b JOIN results_incident i ON i.build_key = b.key
            WHERE b.id = ANY(%(builds)s)
            UNION
            SELECT i.id FROM results_incident i WHERE i.issue_key = ANY(%(issues)s) AND i.seen_at IS NULL
        ))
        ORDER BY i.key FOR NO KEY UPDATE OF i
    )
    UPDATE results_incident i SET seen_at = seen.at FROM seen
    WHERE i.id = seen.id AND i.seen_at IS DISTINCT FROM seen.at
    RETURNING i.issue_key
""")

_NULL_PATTERNS: Final = SQL("SELECT DISTINCT {} FROM rebinding").format(
    SQL(", ").join(SQL("{} IS NULL").format(Identifier(column)) for column in _NULLABLE)
)


def describe_revisions(revisions: list[int]) -> None:
    """Derive start, name and subject of revisions from their known checkouts."""
    with connection.cursor() as cursor:
        cursor.execute(_DESCRIBE, {"revisions": revisions})


def move_builds(builds: list[int]) -> set[int]:
    """Give builds the revision of their checkout; return the revisions that lost or won one."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVED_BUILDS, {"builds": builds})
        moved = cursor.fetchall()
        if moved:
            cursor.execute(
                _MOVE_BUILDS, {"builds": [row[0] for row in moved], "revisions": [row[2] for row in moved]}
            )
    return {revision for row in moved for revision in row[1:] if revision is not None}


def rebind_tests(builds: list[int]) -> int:
    """Move the tests of builds to the series of their build; return how many moved."""
    with connection.cursor() as cursor:
        cursor.execute(_TEMPORARY)
        cursor.execute(_MISBOUND, {"builds": builds})
        moved: int = cursor.rowcount
        if moved:
            cursor.execute(_ADD_SERIES)
            cursor.execute(_NULL_PATTERNS)
            for pattern in cursor.fetchall():
                absent = {column for column, is_null in zip(_NULLABLE, pattern, strict=True) if is_null}
                cursor.execute(_rebind(absent))
            cursor.execute(SQL("DELETE FROM rebinding"))
    return moved


def date_incidents(*, builds: list[int], issues: list[UUID]) -> set[UUID]:
    """Give incidents in builds and their tests, and new ones of issues, the time of what they name.

    Returns the issues of those whose time changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DATE_INCIDENTS, {"builds": builds, "issues": issues})
        return {row[0] for row in cursor.fetchall()}


def _rebind(absent: set[str]) -> Composed:
    """Return the statement for the rows in which these columns are NULL, and no others.

    Said column by column, every comparison can use the unique index of series; IS NOT DISTINCT FROM
    cannot.
    """
    same = SQL(" AND ").join(
        (SQL("r.{0} IS NULL AND s.{0} IS NULL") if column in absent else SQL("r.{0} = s.{0}")).format(
            Identifier(column)
        )
        for column in SERIES
    )
    return SQL("""
        UPDATE results_test t SET series_id = s.id
        FROM rebinding r JOIN results_series s ON {} WHERE t.key = r.key
    """).format(same)
