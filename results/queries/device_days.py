"""How much of a device is tested, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.errors import NotFound
from results.queries.picked import array_of_sums
from results.queries.records import StatusCounts


@dataclass(frozen=True, slots=True)
class DeviceDay:
    """The results of a device that started on a day (UTC), of how many suites, trees and labs."""

    day: date
    counts: StatusCounts
    suites: int
    trees: int
    labs: int


# Leans on resultcount_platform.
_DAYS: Final = SQL("""
    SELECT rc.day, {sums} AS counts, count(DISTINCT rc.suite_id) AS suites,
           count(DISTINCT r.tree_id) AS trees, count(DISTINCT rc.lab_id) AS labs
    FROM results_resultcount rc
    JOIN results_build b ON b.id = rc.build_id
    LEFT JOIN results_revision r ON r.id = b.revision_id
    WHERE rc.platform_id = {platform} AND rc.day BETWEEN {since} AND {today} GROUP BY rc.day
""")


def device_days(platform: str, *, today: date, days: int = 90) -> tuple[DeviceDay, ...]:
    """Return each of the last ``days`` days of a device, tested or not; NotFound when there is none."""
    named = fetch(SQL("SELECT id FROM results_platform WHERE name = {}").format(Literal(platform)), Columns)
    if not named:
        raise NotFound(f"device {platform}")
    since = today - timedelta(days=days - 1)
    query = _DAYS.format(
        sums=array_of_sums("rc"), platform=Literal(named[0]["id"]), since=Literal(since), today=Literal(today)
    )
    found = {row["day"]: row for row in fetch(query, Columns)}
    every = (since + timedelta(days=number) for number in range(days))
    return tuple(
        DeviceDay(day, StatusCounts.of(row["counts"]), row["suites"], row["trees"], row["labs"])
        if (row := found.get(day))
        else DeviceDay(day, StatusCounts(), 0, 0, 0)
        for day in every
    )
