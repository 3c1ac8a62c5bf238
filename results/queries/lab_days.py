"""The health of a lab, day by day."""

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
class LabDay:
    """The results of a lab that started on a day (UTC), and on how many platforms they were had."""

    day: date
    counts: StatusCounts
    platforms: int


# Leans on daycount_lab.
_DAYS: Final = SQL("""
    SELECT rc.day, {sums} AS counts, count(DISTINCT rc.platform_id) AS platforms
    FROM results_daycount rc
    WHERE rc.lab_id = {lab} AND rc.day BETWEEN {since} AND {today} GROUP BY rc.day
""")


def lab_days(lab: str, *, today: date, days: int = 90) -> tuple[LabDay, ...]:
    """Return each of the last ``days`` days of a lab, tested or not; NotFound when there is none."""
    named = fetch(SQL("SELECT id FROM results_lab WHERE name = {}").format(Literal(lab)), Columns)
    if not named:
        raise NotFound(f"lab {lab}")
    since = today - timedelta(days=days - 1)
    query = _DAYS.format(
        sums=array_of_sums("rc"), lab=Literal(named[0]["id"]), since=Literal(since), today=Literal(today)
    )
    found = {row["day"]: row for row in fetch(query, Columns)}
    every = (since + timedelta(days=number) for number in range(days))
    return tuple(
        LabDay(day, StatusCounts.of(row["counts"]), row["platforms"])
        if (row := found.get(day))
        else LabDay(day, StatusCounts(), 0)
        for day in every
    )
