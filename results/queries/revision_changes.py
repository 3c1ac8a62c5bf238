"""What broke, what was fixed and what still fails in a revision: a row per test, or per config.

Read from what fails on either side alone, so that it costs nothing where nothing fails. The
meaning of each change is that of ``results.queries.comparison``, which lists the single series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.documents import test_id
from results.jsontext import loads
from results.queries.changes import WEIGHT_OF_BUILD, WEIGHT_OF_TEST, Change, changes_of_sides
from results.queries.comparison import BUILDS, KINDS, Kind
from results.queries.revision_names import NamedRevision
from results.status import Status

COUNTED: Final = (
    Change.REGRESSION, Change.NEW_FAILURE, Change.FIXED, Change.STILL_FAILING, Change.FLAKY,
    Change.INFRASTRUCTURE,
)  # fmt: skip
"""The changes that a failure has a part in."""

GROUPS: Final = 25
"""Rows of each change that are returned, those on the most devices first."""


@dataclass(frozen=True, slots=True)
class ChangedGroup:
    """A test (or the builds of a config, where ``kind`` is build) that changed in one way.

    ``n`` series (or variants) of it did, on so many platforms in so many labs; ``platform`` is one
    of them. ``example`` is a run (or build) of the newer revision, ``said`` what its log says; both
    are "" for what was fixed.
    """

    kind: Kind
    change: Change
    name: str | None
    n: int
    platforms: int
    labs: int
    architectures: int
    platform: str
    example: str
    said: str


@dataclass(frozen=True, slots=True)
class RevisionChanges:
    """How many series and variants changed how, and the first groups of each change."""

    counts: dict[tuple[Kind, Change], int]
    groups: tuple[ChangedGroup, ...]

    def total(self, *changes: Change) -> int:
        """Return how many series and variants changed in one of these ways."""
        return sum(n for (_, change), n in self.counts.items() if change in changes)

    def of(self, *changes: Change) -> tuple[ChangedGroup, ...]:
        """Return the groups that changed in one of these ways."""
        return tuple(group for group in self.groups if group.change in changes)


# What failed on either side, and how it ended on both. Leans on test_unhappy, then on test_history.
_RESULTS: Final = SQL("""
    SELECT t.series_id, t.is_boot, t.series_id AS x, t.series_id AS y,
           max({weight}) FILTER (WHERE b.revision_id = {a}) AS a,
           max({weight}) FILTER (WHERE b.revision_id = {b}) AS b
    FROM (
        SELECT DISTINCT t.series_id
        FROM results_build b JOIN results_test t ON t.build_id = b.id AND t.status = {fail}
        WHERE b.revision_id IN ({a}, {b})
    ) failed
    JOIN results_test t ON t.series_id = failed.series_id AND t.build_id = ANY(
        ARRAY(SELECT id FROM results_build WHERE revision_id IN ({a}, {b}))
    )
    JOIN results_build b ON b.id = t.build_id
    GROUP BY t.series_id, t.is_boot
""")

_CHANGES: Final = SQL("""
    WITH sides AS MATERIALIZED (
        SELECT 1 AS kind, a, b, x, y FROM ({builds}) builds WHERE a = 12 OR b = 12
        UNION ALL
        SELECT CASE WHEN is_boot THEN 2 ELSE 3 END, a, b, x, y FROM ({results}) results
    ),
    changes AS MATERIALIZED ({changes}),
    grouped AS (
        SELECT c.kind, c.change, s.path_id AS name_id, count(*) AS n,
               count(DISTINCT s.platform_id) AS platforms, count(DISTINCT s.lab_id) AS labs,
               count(DISTINCT s.architecture_id) AS architectures,
               min(s.platform_id) AS platform_id, min(c.y) AS example
        FROM changes c JOIN results_series s ON s.id = coalesce(c.y, c.x)
        WHERE c.kind > 1 AND c.change = ANY({shown}::int[]) GROUP BY c.kind, c.change, s.path_id
        UNION ALL
        SELECT 1, c.change, d.config_id, count(*), 0, 0, count(DISTINCT d.architecture_id), NULL, max(c.y)
        FROM changes c JOIN results_build d ON d.id = coalesce(c.y, c.x)
        WHERE c.kind = 1 AND c.change = ANY({shown}::int[]) GROUP BY c.change, d.config_id
    ),
    ranked AS (
        SELECT g.*, row_number() OVER (
            PARTITION BY change ORDER BY kind, platforms DESC, n DESC, name_id
        ) AS place FROM grouped g
    )
    SELECT counted.counts, g.kind, g.change, g.n, g.platforms, g.labs, g.architectures,
           CASE WHEN g.kind = 1 THEN (SELECT name FROM results_config WHERE id = g.name_id)
                ELSE (SELECT name FROM results_testpath WHERE id = g.name_id) END AS name,
           coalesce((SELECT name FROM results_platform WHERE id = g.platform_id), '') AS platform,
           t.key, t.kcidb_id, b.kcidb_id AS build_id, coalesce(x.text, '') AS said
    FROM (
        SELECT jsonb_agg(jsonb_build_array(kind, change, n))::text AS counts
        FROM (SELECT kind, change, sum(n) AS n FROM grouped GROUP BY kind, change) sums
    ) counted
    LEFT JOIN ranked g ON g.place <= {limit}
    LEFT JOIN results_build b ON g.kind = 1 AND g.change <> {fixed} AND b.id = g.example
    LEFT JOIN LATERAL (
        SELECT t.key, t.kcidb_id, t.excerpt_id FROM results_test t
        WHERE g.kind > 1 AND g.change <> {fixed} AND t.series_id = g.example AND t.status = {fail}
              AND t.build_id = ANY(ARRAY(SELECT id FROM results_build WHERE revision_id = {b}))
        ORDER BY t.build_id, t.key LIMIT 1
    ) t ON true
    LEFT JOIN results_excerptsignature x ON x.excerpt_id = coalesce(t.excerpt_id, b.excerpt_id)
    ORDER BY g.change, g.place
""")


def revision_changes(a: NamedRevision, b: NamedRevision, *, limit: int = GROUPS) -> RevisionChanges:
    """Return what changed in b from a, which are revisions of one tree, as far as it has to do with failing.

    May raise QueryTimeout.
    """
    sides = {"a": Literal(a.number), "b": Literal(b.number)}
    fail = Literal(int(Status.FAIL))
    query = _CHANGES.format(
        builds=BUILDS.format(weight=WEIGHT_OF_BUILD, where=SQL("true"), **sides),
        results=_RESULTS.format(weight=WEIGHT_OF_TEST, fail=fail, **sides),
        changes=changes_of_sides(a, b),
        shown=Literal([int(change) for change in COUNTED]),
        fixed=Literal(Change.FIXED.value),
        fail=fail,
        b=sides["b"],
        limit=Literal(limit),
    )
    found = fetch(query, Columns, as_written=True)
    numbers = loads((found[0]["counts"] or "[]").encode())
    return RevisionChanges(
        counts={(KINDS[kind - 1], Change(change)): n for kind, change, n in numbers},
        groups=tuple(_group(**row) for row in found if row["kind"]),
    )


def _group(
    *, counts: str, kind: int, change: int, key: UUID | None, kcidb_id: str | None, build_id: str | None,
    **columns: Any,
) -> ChangedGroup:  # fmt: skip
    example = test_id(key, kcidb_id) if key else build_id or ""
    return ChangedGroup(kind=KINDS[kind - 1], change=Change(change), example=example, **columns)
