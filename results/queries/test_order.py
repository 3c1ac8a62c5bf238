"""The orders of a listing of tests: which keys come next, found without reading all rows.

The counts under a selection say how many rows each build, day, suite and platform has. So only as
many of them are opened as a page needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Literal

from results.db import Columns, fetch
from results.queries import paging
from results.queries.picked import is_counted, is_scoped, picked, sum_of
from results.selection import Selection
from results.status import COUNT_COLUMNS
from results.vocabulary import OF_BUILD, statuses, where

TEST_SORTS: Final = ("status", "path", "platform", "start", "duration")
"""Orders of a listing of tests, each also backwards with "-" before it. The first is the default."""

_DAY: Final = SQL("coalesce((t.start_time AT TIME ZONE 'UTC')::date, '-infinity')")

# Statuses are tried one after the other, in the order of VALUES; a nested loop over LATERAL keeps
# that order, and LIMIT stops it. Inside a status the order is asked for. Leans on test_build and
# test_unhappy; where few builds are selected their counts are read once, else in the order of
# resultcount_lab, resultcount_platform or resultcount_day.
_WORST_FIRST: Final = SQL("""
    WITH picked AS {once} MATERIALIZED ({picked})
    SELECT page.status, page.day::text AS day, page.build_id, page.key FROM (
        SELECT found.* FROM (VALUES {statuses}) AS wanted (status)
        CROSS JOIN LATERAL (
            SELECT t.key, bucket.build_id, bucket.day, wanted.status
            FROM (
                SELECT DISTINCT coalesce(day, '-infinity') AS day, build_id FROM picked
                WHERE CASE wanted.status {count} END > 0 AND {bucket_after}
                ORDER BY 1 DESC, 2 DESC
            ) bucket
            CROSS JOIN LATERAL (
                SELECT t.key FROM results_test t LEFT JOIN results_series s ON s.id = t.series_id
                WHERE t.build_id = bucket.build_id AND t.status = wanted.status AND {day} = bucket.day
                      AND {where} AND {row_after}
                ORDER BY t.key LIMIT {limit}
            ) t
            ORDER BY bucket.day DESC, bucket.build_id DESC, t.key LIMIT {limit}
        ) found
        LIMIT {limit}
    ) page
""")

# A bucket is a suite, a platform or a day: all rows of one come before all rows of the next.
_BY_BUCKET: Final = SQL("""
    WITH picked AS MATERIALIZED ({picked}),
    buckets AS (
        SELECT {bucket_id} AS id, {bucket} AS value, sum({count}) AS rows
        FROM picked {bucket_join}
        WHERE {count} > 0 AND {bucket_after}
        GROUP BY 1, 2
    ),
    ranked AS (
        SELECT id, sum(CASE WHEN {is_first} THEN 0 ELSE rows END) OVER (
            ORDER BY value {direction} NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before FROM buckets
    ),
    opened AS (
        SELECT DISTINCT picked.build_id, ranked.id FROM ranked
        JOIN picked ON {bucket_id} IS NOT DISTINCT FROM ranked.id
        WHERE coalesce(ranked.before, 0) < {limit} AND {count} > 0
    )
    SELECT {row_bucket} AS bucket, {value} AS value, t.key
    FROM opened
    JOIN results_test t ON t.build_id = opened.build_id
    LEFT JOIN results_series s ON s.id = t.series_id {row_join}
    WHERE {row_bucket_id} IS NOT DISTINCT FROM opened.id AND {where} AND {row_after}
    ORDER BY bucket {direction} NULLS LAST, value {direction} NULLS LAST, t.key
    LIMIT {limit}
""")


@dataclass(frozen=True, slots=True)
class _Order:
    """How to sort by one column: the bucket in the counts (p) and of a row, and the value inside it."""

    bucket_id: SQL
    bucket: SQL
    row_bucket_id: SQL
    row_bucket: SQL
    value: SQL
    types: tuple[Callable[[Any], Any], Callable[[Any], Any]]
    bucket_join: SQL
    row_join: SQL


_NOTHING: Final = SQL("NULL::int")
_NO_JOIN: Final = SQL("")

_ORDERS: Final = {
    "path": _Order(
        bucket_id=SQL("picked.suite_id"),
        bucket=SQL('su.name COLLATE "C"'),
        bucket_join=SQL("JOIN results_suite su ON su.id = picked.suite_id"),
        row_bucket_id=SQL("s.suite_id"),
        row_bucket=SQL('su.name COLLATE "C"'),
        value=SQL('tp.name COLLATE "C"'),
        row_join=SQL(
            "JOIN results_suite su ON su.id = s.suite_id JOIN results_testpath tp ON tp.id = s.path_id"
        ),
        types=(str, str),
    ),
    "platform": _Order(
        bucket_id=SQL("picked.platform_id"),
        bucket=SQL('pl.name COLLATE "C"'),
        bucket_join=SQL("LEFT JOIN results_platform pl ON pl.id = picked.platform_id"),
        row_bucket_id=SQL("s.platform_id"),
        row_bucket=SQL('pl.name COLLATE "C"'),
        value=SQL("-t.status"),
        row_join=SQL("LEFT JOIN results_platform pl ON pl.id = s.platform_id"),
        types=(str, int),
    ),
    "start": _Order(
        bucket_id=SQL("picked.day"),
        bucket=SQL("picked.day"),
        row_bucket_id=SQL("(t.start_time AT TIME ZONE 'UTC')::date"),
        row_bucket=SQL("(t.start_time AT TIME ZONE 'UTC')::date"),
        value=SQL("t.start_time"),
        types=(date.fromisoformat, datetime.fromisoformat),
        bucket_join=_NO_JOIN,
        row_join=_NO_JOIN,
    ),
    "duration": _Order(
        bucket_id=_NOTHING,
        bucket=_NOTHING,
        row_bucket_id=_NOTHING,
        row_bucket=_NOTHING,
        value=SQL("t.duration"),
        types=(int, float),
        bucket_join=_NO_JOIN,
        row_join=_NO_JOIN,
    ),
}


def next_keys(
    selection: Selection, *, sort: str, after: str | None, limit: int
) -> tuple[list[UUID], str | None]:
    """Return the keys of the tests on a page, in order, and the cursor of the next page."""
    name = sort.removeprefix("-")
    if name not in TEST_SORTS:
        raise ValueError(f"no such order: {sort}")
    query = _worst_first if name == "status" else _by_bucket
    rows = fetch(query(selection, sort, after, limit + 1), Columns)
    page = paging.listing(rows, limit, lambda row: list(row.values()))
    return [row["key"] for row in page.rows], page.after


def _worst_first(selection: Selection, sort: str, after: str | None, limit: int) -> Composed:
    wanted = [int(status) for status in statuses(selection)]
    if sort.startswith("-"):
        wanted.reverse()
    bucket_after: Composable = SQL("true")
    row_after: Composable = SQL("true")
    if after:
        status, day, build, key = paging.decode(after, (int, _day, int, UUID))
        wanted = wanted[wanted.index(status) :] if status in wanted else wanted
        place = {"status": Literal(status), "day": Literal(day), "build": Literal(build), "key": Literal(key)}
        bucket_after = SQL(
            "(wanted.status <> {status} OR (coalesce(day, '-infinity'), build_id) <= ({day}::date, {build}))"
        ).format(**place)
        row_after = SQL(
            "((wanted.status, bucket.day, bucket.build_id) <> ({status}, {day}::date, {build})"
            " OR t.key > {key})"
        ).format(**place)
    return _WORST_FIRST.format(
        once=SQL("" if is_scoped(selection) or not is_counted(selection) else "NOT"),
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


def _by_bucket(selection: Selection, sort: str, after: str | None, limit: int) -> Composed:
    order = _ORDERS[sort.removeprefix("-")]
    forward = not sort.startswith("-")
    is_first: Composable = SQL("false")
    bucket_after: Composable = SQL("true")
    row_after: Composable = SQL("true")
    if after:
        bucket, value, key = paging.decode(after, (*order.types, UUID))
        is_first = _same(SQL("value"), bucket)
        bucket_after = SQL("({} OR {})").format(
            _same(order.bucket, bucket), _beyond(order.bucket, bucket, forward=forward)
        )
        row_after = SQL("({} OR {} AND ({} OR {} AND t.key > {}))").format(
            _beyond(order.row_bucket, bucket, forward=forward),
            _same(order.row_bucket, bucket),
            _beyond(order.value, value, forward=forward),
            _same(order.value, value),
            Literal(key),
        )
    return _BY_BUCKET.format(
        picked=picked(selection),
        bucket_id=order.bucket_id,
        bucket=order.bucket,
        bucket_join=order.bucket_join,
        row_bucket_id=order.row_bucket_id,
        row_bucket=order.row_bucket,
        row_join=order.row_join,
        value=order.value,
        count=sum_of(statuses(selection), "picked"),
        where=where(selection.without(*OF_BUILD), "rows"),
        direction=SQL("ASC" if forward else "DESC"),
        is_first=is_first,
        bucket_after=bucket_after,
        row_after=row_after,
        limit=Literal(limit),
    )


def _same(column: SQL, value: Any) -> Composed:
    return SQL("{} IS NOT DISTINCT FROM {}").format(column, Literal(value))


def _beyond(column: SQL, value: Any, *, forward: bool) -> Composable:
    """Return the condition to come after a value, NULL being last in both directions."""
    if value is None:
        return SQL("false")
    return SQL("({0} > {1} OR {0} IS NULL)" if forward else "({0} < {1} OR {0} IS NULL)").format(
        column, Literal(value)
    )


def _day(text: str) -> str:
    return text if text == "-infinity" else date.fromisoformat(text).isoformat()
