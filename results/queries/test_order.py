"""The orders of a listing of tests: which keys come next, found without reading all rows.

The counts under a selection say how many rows each build, day, suite and platform has. So only as
many of them are opened as a page needs. Where a selection has dimensions that are not counted,
its rows are read and sorted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Literal

from results.db import Columns, fetch
from results.queries import paging
from results.queries.picked import is_counted, is_scoped, picked, sum_of
from results.selection import Selection
from results.status import COUNT_COLUMNS
from results.vocabulary import OF_BUILD, all_of, statuses, where

TEST_SORTS: Final = ("status", "path", "platform", "start", "duration")
"""Orders of a listing of tests, each also backwards with "-" before it. The first is the default."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of an order; NULL is last in both directions. ``read`` reads it from a cursor."""

    sql: SQL
    read: Callable[[Any], Any]
    descending: bool = False

    def ordered(self) -> Composed:
        return SQL("{} {} NULLS LAST").format(self.sql, SQL("DESC" if self.descending else "ASC"))

    def same(self, value: Any) -> Composed:
        return SQL("{} IS NOT DISTINCT FROM {}").format(self.sql, Literal(value))

    def beyond(self, value: Any) -> Composable:
        if value is None:
            return SQL("false")
        comparison = SQL("<" if self.descending else ">")
        return SQL("({0} {1} {2} OR {0} IS NULL)").format(self.sql, comparison, Literal(value))


@dataclass(frozen=True, slots=True)
class _Bucket:
    """What sorts whole groups of rows, in the counts: the column that tells them apart, and its value."""

    column: SQL
    column_of_row: SQL
    value: SQL
    join: SQL


@dataclass(frozen=True, slots=True)
class _Order:
    """How to sort rows; where there is a bucket, by its value first."""

    columns: tuple[_Column, ...]
    join: SQL
    bucket: _Bucket | None = None


_NO_JOIN: Final = SQL("")
_DAY: Final = SQL("(t.start_time AT TIME ZONE 'UTC')::date")
_SUITE: Final = SQL('su.name COLLATE "C"')
_PLATFORM: Final = SQL('pl.name COLLATE "C"')

_ORDERS: Final = {
    "status": _Order(
        columns=(
            _Column(SQL("t.status"), int, descending=True),
            _Column(_DAY, date.fromisoformat, descending=True),
            _Column(SQL("t.build_id"), int, descending=True),
        ),
        join=_NO_JOIN,
    ),
    "path": _Order(
        columns=(_Column(_SUITE, str), _Column(SQL('tp.name COLLATE "C"'), str)),
        join=SQL("JOIN results_suite su ON su.id = s.suite_id JOIN results_testpath tp ON tp.id = s.path_id"),
        bucket=_Bucket(
            column=SQL("picked.suite_id"),
            column_of_row=SQL("s.suite_id"),
            value=_SUITE,
            join=SQL("JOIN results_suite su ON su.id = picked.suite_id"),
        ),
    ),
    "platform": _Order(
        columns=(_Column(_PLATFORM, str), _Column(SQL("-t.status"), int)),
        join=SQL("LEFT JOIN results_platform pl ON pl.id = s.platform_id"),
        bucket=_Bucket(
            column=SQL("picked.platform_id"),
            column_of_row=SQL("s.platform_id"),
            value=_PLATFORM,
            join=SQL("LEFT JOIN results_platform pl ON pl.id = picked.platform_id"),
        ),
    ),
    "start": _Order(
        columns=(_Column(_DAY, date.fromisoformat), _Column(SQL("t.start_time"), datetime.fromisoformat)),
        join=_NO_JOIN,
        bucket=_Bucket(SQL("picked.day"), _DAY, SQL("picked.day"), _NO_JOIN),
    ),
    "duration": _Order(columns=(_Column(SQL("t.duration"), float),), join=_NO_JOIN),
}

_ROWS: Final = SQL("""
    SELECT {values}, t.key
    FROM results_test t
    LEFT JOIN results_series s ON s.id = t.series_id
    JOIN results_build b ON b.id = t.build_id
    {join}
    WHERE {where} AND {after}
    ORDER BY {order}, t.key LIMIT {limit}
""")

# Statuses are tried one after the other, in the order of VALUES; a nested loop over LATERAL keeps
# that order, and LIMIT stops it. Inside a status the order is asked for. Leans on test_build and
# test_unhappy; where few builds are selected their counts are read once, else in the order of
# resultcount_lab, resultcount_platform or resultcount_day.
_WORST_FIRST: Final = SQL("""
    WITH picked AS {once} MATERIALIZED ({picked})
    SELECT page.status, page.day, page.build_id, page.key FROM (
        SELECT found.* FROM (VALUES {statuses}) AS wanted (status)
        CROSS JOIN LATERAL (
            SELECT t.key, bucket.build_id, bucket.day, wanted.status
            FROM (
                SELECT DISTINCT picked.day, picked.build_id FROM picked
                WHERE CASE wanted.status {count} END > 0 AND {bucket_after}
                ORDER BY picked.day DESC NULLS LAST, picked.build_id DESC
            ) bucket
            CROSS JOIN LATERAL (
                SELECT t.key FROM results_test t LEFT JOIN results_series s ON s.id = t.series_id
                WHERE t.build_id = bucket.build_id AND t.status = wanted.status
                      AND {day} IS NOT DISTINCT FROM bucket.day AND {where} AND {row_after}
                ORDER BY t.key LIMIT {limit}
            ) t
            ORDER BY bucket.day DESC NULLS LAST, bucket.build_id DESC, t.key LIMIT {limit}
        ) found
        LIMIT {limit}
    ) page
""")

# ``before``: how many rows all earlier buckets have, but for the one that the cursor stands in.
# Of those opened, the tests of each build are read in turn.
_BY_BUCKET: Final = SQL("""
    WITH picked AS MATERIALIZED ({picked}),
    buckets AS (
        SELECT {column} AS id, {value} AS value, sum({count}) AS rows
        FROM picked {bucket_join}
        WHERE {count} > 0 AND {bucket_after}
        GROUP BY 1, 2
    ),
    ranked AS (
        SELECT id, sum(CASE WHEN {is_first} THEN 0 ELSE rows END) OVER (
            ORDER BY value {direction} NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before FROM buckets
    ),
    opened AS MATERIALIZED (
        SELECT picked.build_id, array_agg(DISTINCT ranked.id) AS ids FROM ranked
        JOIN picked ON {column} IS NOT DISTINCT FROM ranked.id
        WHERE coalesce(ranked.before, 0) < {limit} AND {count} > 0
        GROUP BY picked.build_id
    )
    SELECT {values}, t.key
    FROM opened
    CROSS JOIN LATERAL (
        SELECT t.* FROM results_test t WHERE t.build_id = opened.build_id AND {status} OFFSET 0
    ) t
    LEFT JOIN results_series s ON s.id = t.series_id {join}
    WHERE ({column_of_row} = ANY(opened.ids)
           OR {column_of_row} IS NULL AND array_position(opened.ids, NULL) IS NOT NULL)
          AND {where} AND {after}
    ORDER BY {order}, t.key LIMIT {limit}
""")


def next_keys(
    selection: Selection, *, sort: str, after: str | None, limit: int
) -> tuple[list[UUID], str | None]:
    """Return the keys of the tests on a page, in order, and the cursor of the next page."""
    name = sort.removeprefix("-")
    if name not in _ORDERS:
        raise ValueError(f"no such order: {sort}")
    order = _backwards(_ORDERS[name]) if sort.startswith("-") else _ORDERS[name]
    place = paging.decode(after, (*(column.read for column in order.columns), UUID)) if after else None
    if name == "status" and is_counted(selection):
        query = _worst_first(selection, order, place, limit + 1)
    elif order.bucket and is_counted(selection):
        query = _by_bucket(selection, order, order.bucket, place, limit + 1)
    else:
        query = _by_rows(selection, order, place, limit + 1)
    page = paging.listing(fetch(query, Columns), limit, lambda row: list(row.values()))
    return [row["key"] for row in page.rows], page.after


def _backwards(order: _Order) -> _Order:
    """Return an order with its first column turned around, and of buckets the value inside, too."""
    turned = len(order.columns) if order.bucket else 1
    columns = tuple(
        replace(column, descending=column.descending ^ (number < turned))
        for number, column in enumerate(order.columns)
    )
    return replace(order, columns=columns)


def _after(order: _Order, place: list[Any] | None) -> Composable:
    """Return the condition that a row comes after a place: the values of the columns, and a key."""
    if place is None:
        return SQL("true")
    condition: Composable = SQL("t.key > {}").format(Literal(place[-1]))
    for column, value in reversed(list(zip(order.columns, place, strict=False))):
        condition = SQL("({} OR {} AND {})").format(column.beyond(value), column.same(value), condition)
    return condition


def _row_parts(order: _Order, place: list[Any] | None, limit: int) -> dict[str, Composable]:
    """Return what the statements that sort rows have in common."""
    return {
        "values": SQL(", ").join(
            SQL("{} AS {}").format(column.sql, SQL(f"value{number}"))
            for number, column in enumerate(order.columns)
        ),
        "join": order.join,
        "after": _after(order, place),
        "order": SQL(", ").join(column.ordered() for column in order.columns),
        "limit": Literal(limit),
    }


def _by_rows(selection: Selection, order: _Order, place: list[Any] | None, limit: int) -> Composed:
    conditions = [where(selection, "rows")]
    if is_counted(selection):
        conditions.append(SQL("t.build_id IN (SELECT build_id FROM ({}) picked)").format(picked(selection)))
    return _ROWS.format(where=all_of(conditions), **_row_parts(order, place, limit))


def _by_bucket(
    selection: Selection, order: _Order, bucket: _Bucket, place: list[Any] | None, limit: int
) -> Composed:
    first = replace(order.columns[0], sql=bucket.value)
    wanted = statuses(selection)
    return _BY_BUCKET.format(
        picked=picked(selection),
        column=bucket.column,
        value=bucket.value,
        column_of_row=bucket.column_of_row,
        bucket_join=bucket.join,
        bucket_after=SQL("({} OR {})").format(first.same(place[0]), first.beyond(place[0]))
        if place
        else SQL("true"),
        is_first=replace(first, sql=SQL("value")).same(place[0]) if place else SQL("false"),
        count=sum_of(wanted, "picked"),
        direction=SQL("DESC" if first.descending else "ASC"),
        status=where(selection.only(["status"]), "rows"),
        where=where(selection.without("status", *OF_BUILD), "rows"),
        **_row_parts(order, place, limit),
    )


def _worst_first(selection: Selection, order: _Order, place: list[Any] | None, limit: int) -> Composed:
    by_status, by_day, _ = order.columns
    wanted = [int(status) for status in statuses(selection)]
    if not by_status.descending:
        wanted.reverse()
    bucket_after = row_after = SQL("true").format()
    if place:
        status, day, build, key = place
        wanted = wanted[wanted.index(status) :] if status in wanted else wanted
        days = replace(by_day, sql=SQL("picked.day"))
        bucket_after = SQL("(wanted.status <> {} OR {} OR {} AND picked.build_id <= {})").format(
            Literal(status), days.beyond(day), days.same(day), Literal(build)
        )
        row_after = SQL(
            "((wanted.status, bucket.day, bucket.build_id) IS DISTINCT FROM ({}, {}::date, {}) OR t.key > {})"
        ).format(Literal(status), Literal(day), Literal(build), Literal(key))
    return _WORST_FIRST.format(
        once=SQL("" if is_scoped(selection) else "NOT"),
        picked=picked(selection),
        statuses=SQL(", ").join(SQL("({})").format(Literal(status)) for status in wanted or [-1]),
        count=SQL(" ").join(
            SQL("WHEN {} THEN {}").format(Literal(int(status)), sum_of([status], "picked"))
            for status in COUNT_COLUMNS
        ),
        day=_DAY,
        where=where(selection.without("status", *OF_BUILD), "rows"),
        bucket_after=bucket_after,
        row_after=row_after,
        limit=Literal(limit),
    )
