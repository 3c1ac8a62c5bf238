"""What differs between two revisions, of one tree or of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from typing import Literal as OneOf
from uuid import UUID

from psycopg.sql import SQL, Composable, Literal

from results.db import Columns, fetch
from results.documents import test_id
from results.jsontext import loads
from results.queries import paging
from results.queries.builds import BUILD_DIMENSIONS
from results.queries.changes import STATUS, WEIGHT_OF_BUILD, WEIGHT_OF_TEST, Change, changes_of_sides
from results.queries.records import Listing
from results.queries.revision_names import NamedRevision
from results.selection import Selection
from results.status import Status
from results.vocabulary import where

COMPARED: Final = (
    "origin", "lab", "platform", "compatible", "arch", "config", "compiler", "suite", "path", "q",
)  # fmt: skip
"""What a comparison can be restricted to. Builds have no path: with ``path`` or ``q`` there are none."""

Kind = OneOf["build", "boot", "test"]
KINDS: Final[tuple[Kind, ...]] = ("build", "boot", "test")


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A series, or the builds of a variant, that changed; None where it did not run.

    ``before`` and ``after`` are FAIL if any run failed, else PASS if any passed, else the worst;
    ``before_id`` and ``after_id`` name such a run (or build). ``path`` is None for builds.
    """

    kind: Kind
    change: Change
    path: str | None
    platform: str | None
    lab: str | None
    origin: str
    architecture: str | None
    config: str | None
    compiler: str | None
    before: Status | None
    after: Status | None
    before_id: str | None
    after_id: str | None
    series: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many changed how, whatever is listed, and a page of rows. ``same``: how many did not change."""

    counts: dict[tuple[Kind, Change], int]
    same: dict[Kind, int]
    rows: Listing[ComparedRow]

    def total(self, kinds: tuple[Kind, ...], changes: tuple[Change, ...]) -> int:
        """Return how many rows of these kinds changed in these ways."""
        return sum(self.counts.get((kind, change), 0) for kind in kinds for change in changes)


# Leans on build_revision and test_build.
_SERIES: Final = SQL("""
    SELECT t.series_id, t.is_boot, t.series_id AS x, t.series_id AS y,
           max({weight}) FILTER (WHERE b.revision_id = {a}) AS a,
           max({weight}) FILTER (WHERE b.revision_id = {b}) AS b
    FROM results_build b JOIN results_test t ON t.build_id = b.id {series}
    WHERE b.revision_id IN ({a}, {b}) AND {where}
    GROUP BY t.series_id, t.is_boot
""")

# In two trees, what is alike in everything else is the same.
_ACROSS: Final = SQL("""
    SELECT max(r.series_id) AS series_id, r.is_boot, max(r.x) FILTER (WHERE r.a IS NOT NULL) AS x,
           max(r.y) FILTER (WHERE r.b IS NOT NULL) AS y, max(r.a) AS a, max(r.b) AS b
    FROM ({series}) r JOIN results_series s ON s.id = r.series_id
    GROUP BY s.path_id, s.platform_id, s.lab_id, s.origin_id, s.architecture_id, s.config_id,
             s.compiler_id, r.is_boot
""")

BUILDS: Final = SQL("""
    SELECT (a & 4294967295)::int AS x, (b & 4294967295)::int AS y, (a >> 32)::int AS a, (b >> 32)::int AS b
    FROM (
        SELECT max(({weight})::bigint << 32 | b.id) FILTER (WHERE b.revision_id = {a}) AS a,
               max(({weight})::bigint << 32 | b.id) FILTER (WHERE b.revision_id = {b}) AS b
        FROM results_build b
        WHERE b.revision_id IN ({a}, {b}) AND b.known AND NOT b.is_dummy AND {where}
        GROUP BY b.origin_id, b.architecture_id, b.config_id, b.compiler_id
    ) variants
""")

_COMPARISON: Final = SQL("""
    WITH sides AS MATERIALIZED (
        SELECT 1 AS kind, a, b, x, y FROM ({builds}) builds
        UNION ALL
        SELECT CASE WHEN is_boot THEN 2 ELSE 3 END, a, b, x, y FROM ({results}) results
    ),
    changes AS MATERIALIZED ({changes}),
    picked AS (
        SELECT *, coalesce(y, x) AS number FROM changes
        WHERE change = ANY({wanted}::int[]) AND kind = ANY({kinds}::int[])
    ),
    page AS (
        SELECT * FROM (
            SELECT p.*, '' AS device,
                   coalesce((SELECT name FROM results_config WHERE id = d.config_id), '') AS name
            FROM picked p JOIN results_build d ON d.id = p.number WHERE p.kind = 1
            UNION ALL
            SELECT p.*, coalesce(pl.name, ''), tp.name
            FROM picked p
            JOIN results_series s ON s.id = p.number
            JOIN results_testpath tp ON tp.id = s.path_id
            LEFT JOIN results_platform pl ON pl.id = s.platform_id
            WHERE p.kind > 1
        ) named
        WHERE {after}
        ORDER BY change, kind, name COLLATE "C", device COLLATE "C", number LIMIT {limit}
    )
    SELECT counted.counts, page.kind, page.change, page.name, page.device, page.number,
           {status_a} AS before, {status_b} AS after, s.id AS series,
           ran_a.key AS key_a, ran_a.kcidb_id AS id_a, ran_b.key AS key_b, ran_b.kcidb_id AS id_b,
           (SELECT name FROM results_platform WHERE id = s.platform_id) AS platform,
           (SELECT name FROM results_lab WHERE id = s.lab_id) AS lab,
           (SELECT name FROM results_origin WHERE id = coalesce(s.origin_id, d.origin_id)) AS origin,
           (SELECT name FROM results_architecture
            WHERE id = coalesce(s.architecture_id, d.architecture_id)) AS architecture,
           (SELECT name FROM results_config WHERE id = coalesce(s.config_id, d.config_id)) AS config,
           (SELECT name FROM results_compiler WHERE id = coalesce(s.compiler_id, d.compiler_id)) AS compiler
    FROM (
        SELECT jsonb_agg(jsonb_build_array(kind, change, n))::text AS counts
        FROM (SELECT kind, change, count(*) AS n FROM changes GROUP BY kind, change) grouped
    ) counted
    LEFT JOIN page ON true
    LEFT JOIN results_series s ON page.kind > 1 AND s.id = page.number
    LEFT JOIN results_build d ON page.kind = 1 AND d.id = page.number
    LEFT JOIN LATERAL ({run_a}) ran_a ON true
    LEFT JOIN LATERAL ({run_b}) ran_b ON true
    ORDER BY page.change, page.kind, page.name COLLATE "C", page.device COLLATE "C", page.number
""")

# A run that ended so. Leans on test_history.
_RUN: Final = SQL("""
    SELECT NULL::uuid AS key, kcidb_id FROM results_build WHERE page.kind = 1 AND id = page.{side}
    UNION ALL (
        SELECT t.key, t.kcidb_id FROM results_test t
        WHERE page.kind > 1 AND t.series_id = page.{side} AND t.status = {status}
              AND t.build_id = ANY(ARRAY(SELECT id FROM results_build WHERE revision_id = {revision}))
        LIMIT 1
    )
""")


def compare(
    a: NamedRevision,
    b: NamedRevision,
    *,
    selection: Selection,
    kinds: tuple[Kind, ...] = KINDS,
    changes: tuple[Change, ...] = tuple(Change),
    after: str | None = None,
    limit: int = 100,
) -> Comparison:
    """Return what differs in b from a under a selection of ``COMPARED``, and a page of these rows.

    Counts are of all kinds and changes; ``kinds`` and ``changes`` choose the rows, which are in
    the order of ``Change``, then by kind and path. May raise BadCursor and QueryTimeout.
    """
    sides = {"a": Literal(a.number), "b": Literal(b.number)}
    query = _COMPARISON.format(
        changes=changes_of_sides(a, b),
        builds=BUILDS.format(weight=WEIGHT_OF_BUILD, where=_of_builds(selection), **sides),
        results=_results(selection, sides, across=a.tree != b.tree),
        wanted=Literal([int(change) for change in changes]),
        kinds=Literal([KINDS.index(kind) + 1 for kind in kinds]),
        after=_after(after),
        limit=Literal(limit + 1),
        status_a=STATUS.format(SQL("page.a")),
        status_b=STATUS.format(SQL("page.b")),
        run_a=_RUN.format(side=SQL("x"), status=STATUS.format(SQL("page.a")), revision=sides["a"]),
        run_b=_RUN.format(side=SQL("y"), status=STATUS.format(SQL("page.b")), revision=sides["b"]),
    )
    found = fetch(query, Columns)
    numbers = loads((found[0]["counts"] or "[]").encode())
    place = ("change", "kind", "name", "device", "number")
    page = paging.listing(
        [row for row in found if row["kind"]], limit, lambda row: [row[name] for name in place]
    )
    return Comparison(
        counts={(KINDS[kind - 1], Change(change)): n for kind, change, n in numbers if change},
        same={KINDS[kind - 1]: n for kind, change, n in numbers if not change},
        rows=Listing(tuple(_row(**row) for row in page), page.after),
    )


def _results(selection: Selection, sides: dict[str, Literal], *, across: bool) -> Composable:
    series = _SERIES.format(
        weight=WEIGHT_OF_TEST,
        series=SQL("JOIN results_series s ON s.id = t.series_id") if selection else SQL(""),
        where=where(selection, "rows"),
        **sides,
    )
    return _ACROSS.format(series=series) if across else series


def _of_builds(selection: Selection) -> Composable:
    if "path" in selection or "q" in selection:
        return SQL("false")
    return where(selection.only(BUILD_DIMENSIONS), "builds")


def _after(cursor: str | None) -> Composable:
    if cursor is None:
        return SQL("true")
    values = paging.decode(cursor, (int, int, str, str, int))
    return SQL('(change, kind, name COLLATE "C", device COLLATE "C", number) > ({})').format(
        SQL(", ").join(Literal(value) for value in values)
    )


def _row(
    *, kind: int, change: int, name: str, before: int | None, after: int | None, **columns: Any
) -> ComparedRow:
    for column in ("counts", "device", "number"):
        del columns[column]
    return ComparedRow(
        kind=KINDS[kind - 1],
        change=Change(change),
        path=None if kind == 1 else name,
        before=None if before is None else Status(before),
        after=None if after is None else Status(after),
        before_id=_id(columns.pop("key_a"), columns.pop("id_a")),
        after_id=_id(columns.pop("key_b"), columns.pop("id_b")),
        **columns,
    )


def _id(key: UUID | None, kcidb_id: str | None) -> str | None:
    return kcidb_id if key is None else test_id(key, kcidb_id)
