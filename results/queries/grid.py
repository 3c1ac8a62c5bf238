"""The history of many series at once: series by revisions of one tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from typing import Literal as OneOf
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Literal

from results.db import Columns, fetch
from results.documents import test_id
from results.models import SeriesVerdict
from results.queries import paging
from results.queries.records import Listing, RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.queries.revision_counts import HAS_CHECKOUT
from results.queries.revision_names import NamedRevision
from results.selection import Selection
from results.status import Status
from results.vocabulary import where

GRID_DIMENSIONS: Final = (
    "origin", "lab", "platform", "compatible", "arch", "config", "compiler", "suite", "path", "kind", "q",
)  # fmt: skip

MOST_CELLS: Final = 6000

Rows = OneOf["failing", "changed", "all"]
GridSort = OneOf["recent", "name"]


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A revision; ``number`` is that of its row."""

    revision: RevisionRef
    number: int
    started: datetime


@dataclass(frozen=True, slots=True)
class GridCell:
    """How a series ended in a revision: FAIL if any run failed, else PASS if any passed, else the worst.

    ``run`` is the id of a run that ended so, None for a PASS: few are looked at, many are shown.
    """

    status: Status
    run: str | None


@dataclass(frozen=True, slots=True)
class GridRow:
    """A series, and a cell for each column: None where it did not run.

    ``verdict`` is what the analysis says of it now (None: nothing); ``since`` is the number of the
    first failing revision of a regression.
    """

    series: int
    path: str
    platform: str | None
    lab: str
    architecture: str | None
    config: str | None
    compiler: str | None
    verdict: SeriesVerdict.Verdict | None
    since: int | None
    cells: tuple[GridCell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A part of the grid. ``total`` counts the rows of all pages, where all are failing (else None).

    ``older`` is the revision after the last column, None at the end.
    """

    columns: tuple[GridColumn, ...]
    older: RevisionRef | None
    rows: Listing[GridRow]
    total: int | None


_PLACE: Final = ("rank", "path", "device", "series_id")
"""What a row is in order by."""

# Leans on revision_history.
_COLUMNS: Final = SQL("""
    SELECT {revision}, r.id AS number, r.started
    FROM results_revision r JOIN results_tree tr ON tr.id = r.tree_id
    WHERE r.tree_id = {tree} AND (r.place, r.id) <= ({place}, {newest}) AND {has_checkout}
    ORDER BY r.place DESC, r.id DESC LIMIT {limit}
""")

# Leans on build_revision and test_unhappy.
_FAILING: Final = SQL("""
    SELECT t.series_id, min(col.place) AS place
    FROM unnest({columns}) WITH ORDINALITY col (revision, place)
    JOIN results_build b ON b.revision_id = col.revision
    JOIN results_test t ON t.build_id = b.id AND t.status = {fail}
    {series}
    WHERE {where}
    GROUP BY t.series_id
""")

# Asked of one series after the other until a page is full. Leans on test_history.
_PASSED: Final = SQL("""
    CROSS JOIN LATERAL (
        SELECT FROM results_test p JOIN results_build pb ON pb.id = p.build_id
        WHERE p.series_id = sorted.series_id AND p.status = {passed} AND pb.revision_id = ANY({columns})
        LIMIT 1
    ) passed
""")

_ROWS: Final = SQL("""
    WITH picked AS MATERIALIZED ({picked}),
    named AS MATERIALIZED (
        SELECT p.series_id, tp.name AS path, coalesce(pl.name, '') AS device, {rank} AS rank,
               {total} AS total
        FROM picked p
        JOIN results_series s ON s.id = p.series_id
        JOIN results_testpath tp ON tp.id = s.path_id
        LEFT JOIN results_platform pl ON pl.id = s.platform_id
    )
    SELECT rows.*, {detail}
    FROM (
        SELECT sorted.* FROM (
            SELECT * FROM named WHERE {after} ORDER BY rank, path, device, series_id OFFSET 0
        ) sorted {passed}
        ORDER BY rank, path, device, series_id LIMIT {limit}
    ) rows
    JOIN results_series s ON s.id = rows.series_id
    LEFT JOIN results_seriesverdict v ON v.series_id = s.id
    ORDER BY rank, path, device, rows.series_id
""")

# All series in the order of their paths, as many as a page needs. Leans on the names of paths,
# series_identity and test_history.
_ALL: Final = SQL("""
    SELECT rows.*, {detail}
    FROM (
        SELECT s.id AS series_id, tp.name AS path, coalesce(pl.name, '') AS device, 0 AS rank,
               NULL::int AS total
        FROM results_testpath tp
        JOIN results_series s ON s.path_id = tp.id AND s.tree_id = {tree}
        LEFT JOIN results_platform pl ON pl.id = s.platform_id
        CROSS JOIN LATERAL (SELECT s.architecture_id, s.config_id, s.compiler_id) b
        CROSS JOIN LATERAL (
            SELECT p.is_boot FROM results_test p JOIN results_build pb ON pb.id = p.build_id
            WHERE p.series_id = s.id AND pb.revision_id = ANY({columns}) LIMIT 1
        ) t
        WHERE {where} AND {after}
        ORDER BY tp.name, device, s.id LIMIT {limit}
    ) rows
    JOIN results_series s ON s.id = rows.series_id
    LEFT JOIN results_seriesverdict v ON v.series_id = s.id
    ORDER BY path, device, rows.series_id
""")

_DETAIL: Final = SQL("""
    (SELECT name FROM results_platform WHERE id = s.platform_id) AS platform,
    (SELECT name FROM results_lab WHERE id = s.lab_id) AS lab,
    (SELECT name FROM results_architecture WHERE id = s.architecture_id) AS architecture,
    (SELECT name FROM results_config WHERE id = s.config_id) AS config,
    (SELECT name FROM results_compiler WHERE id = s.compiler_id) AS compiler,
    v.verdict, v.since_id AS since
""")

# Leans on test_history.
_CELLS: Final = SQL("""
    SELECT DISTINCT ON (t.series_id, b.revision_id) t.series_id, b.revision_id, t.status,
           CASE WHEN t.status <> {passed} THEN t.key END AS key, t.kcidb_id
    FROM results_test t JOIN results_build b ON b.id = t.build_id
    WHERE t.series_id = ANY({series}) AND b.revision_id = ANY({columns})
    ORDER BY t.series_id, b.revision_id, t.status = {fail} DESC, t.status = {passed} DESC, t.status DESC
""")


def grid(
    newest: NamedRevision,
    *,
    selection: Selection,
    rows: Rows = "failing",
    sort: GridSort = "recent",
    width: int = 40,
    after: str | None = None,
    limit: int = 50,
) -> Grid:
    """Return how series under a selection of ``GRID_DIMENSIONS`` ended in the last revisions of a tree.

    Columns are ``newest`` and those before it, newest first. ``rows``: series that failed in one of
    the columns, or failed and passed there, or just ran. ``recent`` puts first what failed last
    (not for all: these are by name); the rows of one path stay together, and go on with the next
    page where one is full. At most ``MOST_CELLS`` cells (ValueError). May raise BadCursor and QueryTimeout.
    """
    if width * limit > MOST_CELLS:
        raise ValueError(f"a grid of more than {MOST_CELLS} cells")
    columns = fetch(
        _COLUMNS.format(
            revision=REVISION_COLUMNS,
            tree=Literal(newest.tree),
            place=Literal(newest.place),
            newest=Literal(newest.number),
            has_checkout=HAS_CHECKOUT,
            limit=Literal(width + 1),
        ),
        lambda **row: GridColumn(as_revision(row), **row),
    )
    shown, older = tuple(columns[:width]), columns[width].revision if len(columns) > width else None
    numbers = [column.number for column in shown]
    found = fetch(_rows(newest.tree, numbers, selection, rows, sort, after, limit + 1), Columns)
    page = paging.listing(found, limit, lambda row: [row[name] for name in _PLACE])
    return Grid(
        columns=shown,
        older=older,
        rows=Listing(_with_cells(page.rows, numbers), page.after),
        total=found[0]["total"] if found else None,
    )


def _rows(
    tree: int,
    numbers: list[int],
    selection: Selection,
    rows: Rows,
    sort: GridSort,
    after: str | None,
    limit: int,
) -> Composed:
    columns = SQL("{}::int[]").format(Literal(numbers))
    condition = where(selection, "rows")
    common = {"detail": _DETAIL, "limit": Literal(limit)}
    if rows == "all":
        position = _after(after, SQL("(0, tp.name, coalesce(pl.name, ''), s.id)"))
        return _ALL.format(tree=Literal(tree), columns=columns, where=condition, after=position, **common)
    fail, passed = Literal(int(Status.FAIL)), Literal(int(Status.PASS))
    series = SQL("JOIN results_series s ON s.id = t.series_id") if selection else SQL("")
    picked = _FAILING.format(columns=columns, fail=fail, series=series, where=condition)
    return _ROWS.format(
        picked=picked,
        total=SQL("NULL::int") if rows == "changed" else SQL("(count(*) OVER ())::int"),
        passed=_PASSED.format(passed=passed, columns=columns) if rows == "changed" else SQL(""),
        rank=SQL("min(p.place) OVER (PARTITION BY s.path_id)") if sort == "recent" else SQL("0"),
        after=_after(after, SQL("(rank, path, device, series_id)")),
        **common,
    )


def _after(cursor: str | None, position: SQL) -> Composable:
    if cursor is None:
        return SQL("true")
    values = paging.decode(cursor, (int, str, str, int))
    return SQL("{} > ({})").format(position, SQL(", ").join(Literal(value) for value in values))


def _with_cells(rows: Sequence[Columns], numbers: list[int]) -> tuple[GridRow, ...]:
    query = _CELLS.format(
        series=SQL("{}::int[]").format(Literal([row["series_id"] for row in rows])),
        columns=SQL("{}::int[]").format(Literal(numbers)),
        fail=Literal(int(Status.FAIL)),
        passed=Literal(int(Status.PASS)),
    )
    cells: dict[int, dict[int, GridCell]] = defaultdict(dict)

    def keep(
        *, series_id: int, revision_id: int, status: int, key: UUID | None, kcidb_id: str | None
    ) -> None:
        run = None if key is None else test_id(key, kcidb_id)
        cells[series_id][revision_id] = GridCell(Status(status), run)

    if rows:
        fetch(query, keep)
    return tuple(_row(row, tuple(map(cells[row["series_id"]].get, numbers))) for row in rows)


def _row(row: Columns, cells: tuple[GridCell | None, ...]) -> GridRow:
    columns: dict[str, Any] = {name: row[name] for name in GridRow.__slots__ if name in row}
    verdict = None if row["verdict"] is None else SeriesVerdict.Verdict(row["verdict"])
    return GridRow(**{**columns, "series": row["series_id"], "verdict": verdict, "cells": cells})
