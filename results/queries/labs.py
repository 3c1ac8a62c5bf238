"""Labs: is my lab the problem?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from psycopg.sql import SQL, Composable, Composed, Literal

from results.db import Columns, fetch
from results.errors import NotFound
from results.queries.picked import array_of_sums
from results.queries.records import StatusCounts, boots_and_tests
from results.vocabulary import alias_of, all_of, escape_like

LAB_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class DayRow:
    """Boots and tests of one day (UTC)."""

    day: date
    counts: StatusCounts


@dataclass(frozen=True, slots=True)
class LabRow:
    """A lab in the last ``LAB_DAYS`` days; ``days`` has every one of them, oldest first.

    ``is_physical`` is false for the runtimes (k8s, docker, shell) of origins without a lab.
    """

    lab: str
    is_physical: bool
    origins: tuple[str, ...]
    devices: int
    last_result: datetime | None
    boots: StatusCounts
    tests: StatusCounts
    days: tuple[DayRow, ...]


@dataclass(frozen=True, slots=True)
class LabDevice:
    """A device of a lab in the window: what it says, and what other labs say of the same builds.

    ``elsewhere``: results of the same platform, suites and builds in other labs in the window.
    ``shared``: what this lab says of those same suites and builds, to compare with.
    """

    platform: str | None
    boots: StatusCounts
    tests: StatusCounts
    shared: StatusCounts
    elsewhere: StatusCounts
    last_result: datetime | None


@dataclass(frozen=True, slots=True)
class LabDetail:
    """A lab: its row, its devices, and what others say of the builds it tested."""

    lab: LabRow
    since: date
    devices: tuple[LabDevice, ...]


# Leans on daycount_identity, which begins with the day, or on daycount_lab.
_DAYS: Final = SQL("""
    WITH counted AS MATERIALIZED (
        SELECT rc.* FROM results_daycount rc
        JOIN results_lab la ON la.id = rc.lab_id JOIN results_origin o ON o.id = rc.origin_id
        WHERE rc.day >= {since} AND {where}
    ),
    labs AS (
        SELECT lab_id, count(DISTINCT platform_id) AS devices, array_agg(DISTINCT origin_id) AS origins
        FROM counted GROUP BY lab_id
    ),
    days AS (
        SELECT rc.lab_id, rc.day, rc.is_boot, {sums} AS counts, max(rc.last_start) AS last_result
        FROM counted rc GROUP BY rc.lab_id, rc.day, rc.is_boot
    )
    SELECT la.name AS lab, la.is_physical, labs.devices, days.day, days.is_boot, days.counts,
           days.last_result,
           ARRAY(SELECT name FROM results_origin WHERE id = ANY(labs.origins) ORDER BY name) AS origins
    FROM days
    JOIN labs ON labs.lab_id = days.lab_id
    JOIN results_lab la ON la.id = days.lab_id
    ORDER BY la.name
""")

_LAB: Final = SQL("SELECT id, name, is_physical FROM results_lab WHERE name = coalesce(({}), {})")

# Leans on daycount_lab.
_DEVICES: Final = SQL("""
    SELECT p.name AS platform, rc.is_boot, {sums} AS counts, max(rc.last_start) AS last_result
    FROM results_daycount rc LEFT JOIN results_platform p ON p.id = rc.platform_id
    WHERE rc.lab_id = {lab} AND rc.day >= {since}
    GROUP BY p.name, rc.is_boot ORDER BY p.name
""")

# Leans on resultcount_day; each side is hashed for the other.
_ELSEWHERE: Final = SQL("""
    SELECT p.name AS platform, counted.is_here, counted.counts
    FROM (
        SELECT rc.platform_id, rc.is_here, {sums} AS counts
        FROM (
            SELECT rc.*, true AS is_here FROM results_resultcount rc
            WHERE rc.day >= {since} AND rc.lab_id = {lab} AND EXISTS (
                SELECT FROM results_resultcount other
                WHERE other.day >= {since} AND other.lab_id <> {lab} AND other.build_id = rc.build_id
                      AND other.platform_id = rc.platform_id AND other.suite_id = rc.suite_id
            )
            UNION ALL
            SELECT rc.*, false FROM results_resultcount rc
            WHERE rc.day >= {since} AND rc.lab_id <> {lab} AND EXISTS (
                SELECT FROM results_resultcount mine
                WHERE mine.day >= {since} AND mine.lab_id = {lab} AND mine.build_id = rc.build_id
                      AND mine.platform_id = rc.platform_id AND mine.suite_id = rc.suite_id
            )
        ) rc
        GROUP BY rc.platform_id, rc.is_here
    ) counted
    JOIN results_platform p ON p.id = counted.platform_id
""")


def lab_listing(search: str = "", *, origin: str | None = None, today: date) -> tuple[LabRow, ...]:
    """Return the labs with results in the last ``LAB_DAYS`` days, by name. ``search``: a part of it."""
    conditions = [SQL("la.name ILIKE {}").format(Literal(f"%{escape_like(search)}%"))]
    if origin is not None:
        conditions.append(SQL("o.name = {}").format(Literal(origin)))
    rows = fetch(_labs(all_of(conditions), today), Columns)
    return tuple(_lab(list(group), today) for _, group in groupby(rows, key=itemgetter("lab")))


def lab_detail(lab: str, *, today: date) -> LabDetail:
    """Return the lab of a name or an alias; NotFound when there is none."""
    named = fetch(_LAB.format(alias_of("lab", lab), Literal(lab)), Columns)
    if not named:
        raise NotFound(f"lab {lab}")
    since = _since(today)
    about = {"lab": Literal(named[0]["id"]), "since": Literal(since), "sums": array_of_sums("rc")}
    rows = fetch(_labs(SQL("rc.lab_id = {lab}").format(**about), today), Columns)
    devices = fetch(_DEVICES.format(**about), Columns)
    compared = {
        (row["platform"], row["is_here"]): StatusCounts.of(row["counts"])
        for row in fetch(_ELSEWHERE.format(**about), Columns)
    }
    empty = LabRow(
        named[0]["name"],
        named[0]["is_physical"],
        (),
        0,
        None,
        StatusCounts(),
        StatusCounts(),
        _days([], today),
    )
    return LabDetail(
        lab=_lab(rows, today) if rows else empty,
        since=since,
        devices=tuple(
            _device(platform, list(group), compared)
            for platform, group in groupby(devices, key=itemgetter("platform"))
        ),
    )


def _since(today: date) -> date:
    return today - timedelta(days=LAB_DAYS - 1)


def _labs(condition: Composable, today: date) -> Composed:
    return _DAYS.format(sums=array_of_sums("rc"), since=Literal(_since(today)), where=condition)


def _lab(rows: list[dict[str, Any]], today: date) -> LabRow:
    return LabRow(
        lab=rows[0]["lab"],
        is_physical=rows[0]["is_physical"],
        origins=tuple(rows[0]["origins"]),
        devices=rows[0]["devices"],
        last_result=_last(rows),
        **boots_and_tests(rows),
        days=_days(rows, today),
    )


def _days(rows: list[dict[str, Any]], today: date) -> tuple[DayRow, ...]:
    """Return every day of the window, tested or not."""
    sums = {_since(today) + timedelta(days=number): StatusCounts() for number in range(LAB_DAYS)}
    for row in rows:
        if row["day"] in sums:  # results may be dated after today
            sums[row["day"]] += StatusCounts.of(row["counts"])
    return tuple(DayRow(day, counts) for day, counts in sums.items())


def _device(
    platform: str | None, rows: list[dict[str, Any]], compared: dict[tuple[str | None, bool], StatusCounts]
) -> LabDevice:
    return LabDevice(
        platform=platform,
        **boots_and_tests(rows),
        shared=compared.get((platform, True), StatusCounts()),
        elsewhere=compared.get((platform, False), StatusCounts()),
        last_result=_last(rows),
    )


def _last(rows: list[dict[str, Any]]) -> datetime | None:
    return max((row["last_result"] for row in rows if row["last_result"]), default=None)
