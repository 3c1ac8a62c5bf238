"""The counts under a selection, as a relation that every page starts from.

Where the rollup knows all dimensions of the selection, they are read from it; else they are
counted from the rows, in the same columns. The two agree, because they share one vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from results.queries.records import StatusCounts
from results.selection import Selection
from results.status import COUNT_COLUMNS, Status
from results.vocabulary import OF_BUILD, UNCOUNTED, statuses, where

_BUILD: Final = SQL("JOIN results_build b ON b.id = {}.build_id")

_COUNT_ROWS: Final = SQL(", ").join(
    SQL("count(*) FILTER (WHERE t.status = {})::int AS {}").format(Literal(int(status)), Identifier(column))
    for status, column in COUNT_COLUMNS.items()
)


def is_counted(selection: Selection) -> bool:
    """Return whether the rollup knows all dimensions of a selection."""
    return not any(name in selection for name in UNCOUNTED)


def needs_build(selection: Selection) -> bool:
    """Return whether a selection is about the build of a result."""
    return any(name in selection for name in OF_BUILD)


def picked(selection: Selection, *, within: Composable | None = None) -> Composed:
    """Return the SELECT of the counts under a selection (but for its status).

    Columns: build_id, origin_id, lab_id, platform_id, suite_id, is_boot, day, and the counts.
    ``within`` is a further condition on ``results_build`` b.
    """
    with_build = within is not None or needs_build(selection)
    within = within or SQL("true")
    if is_counted(selection):
        return SQL("""
            SELECT rc.build_id, rc.origin_id, rc.lab_id, rc.platform_id, rc.suite_id, rc.is_boot, rc.day,
                   {columns}
            FROM results_resultcount rc {build} WHERE {within} AND {where}
        """).format(
            columns=SQL(", ").join(Identifier("rc", name) for name in COUNT_COLUMNS.values()),
            build=_BUILD.format(SQL("rc")) if with_build else SQL(""),
            within=within,
            where=where(selection, "counts"),
        )
    return SQL("""
        SELECT t.build_id, s.origin_id, s.lab_id, s.platform_id, s.suite_id, t.is_boot,
               (t.start_time AT TIME ZONE 'UTC')::date AS day, {columns}
        FROM results_test t JOIN results_series s ON s.id = t.series_id {build} WHERE {within} AND {where}
        GROUP BY t.build_id, s.origin_id, s.lab_id, s.platform_id, s.suite_id, t.is_boot, day
    """).format(
        columns=_COUNT_ROWS,
        build=_BUILD.format(SQL("t")) if with_build else SQL(""),
        within=within,
        where=where(selection.without("status"), "rows"),
    )


def build_counts(
    selection: Selection, *, within: Composable | None = None, columns: Iterable[Composable] = ()
) -> Composed:
    """Return the SELECT of the builds under a selection (but for its status), each as counts (one of them 1).

    Columns: the counts, and expressions of ``results_build`` b asked for. ``within`` is a further
    condition. KeyError for dimensions that builds do not have.
    """
    counts = (
        SQL("(b.status = {})::int AS {}").format(Literal(int(status)), Identifier(column))
        for status, column in COUNT_COLUMNS.items()
    )
    return SQL("SELECT {} FROM results_build b WHERE b.known AND NOT b.is_dummy AND {} AND {}").format(
        SQL(", ").join([*counts, *columns]),
        within or SQL("true"),
        where(selection.without("status"), "builds"),
    )


def array_of_sums(table: str) -> Composed:
    """Return the sums of the count columns of a table, as the array that ``StatusCounts.of`` reads."""
    return SQL("ARRAY[{}]").format(
        SQL(", ").join(
            SQL("coalesce(sum({}), 0)::int").format(Identifier(table, column))
            for column in COUNT_COLUMNS.values()
        )
    )


def sum_of(statuses: Iterable[Status], table: str) -> Composable:
    """Return the number of results of these statuses in one row of counts."""
    columns = [Identifier(table, COUNT_COLUMNS[status]) for status in statuses]
    return SQL("({})").format(SQL(" + ").join(columns)) if columns else SQL("0")


def is_scoped(selection: Selection) -> bool:
    """Return whether a selection is about so few builds that their counts are best read at once."""
    return any(name in selection for name in ("commit", "build"))


def mask(counts: StatusCounts, selection: Selection) -> StatusCounts:
    """Return the counts of those statuses that a selection lets through."""
    selected = statuses(selection)
    return StatusCounts(tuple(count if status in selected else 0 for status, count in counts))
