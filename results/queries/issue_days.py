"""When an issue was seen lately, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.keys import key_of

INCIDENTS: Final = 5000
"""Newest incidents that are looked at."""


@dataclass(frozen=True, slots=True)
class IssueDay:
    """How many builds and tests of a day (UTC) have the issue."""

    day: date
    incidents: int


# Leans on incident_issue.
_DAYS: Final = SQL("""
    SELECT (coalesce(t.start_time, b.start_time) AT TIME ZONE 'UTC')::date AS day, count(*)::int AS incidents
    FROM (
        SELECT test_key, build_key FROM results_incident WHERE issue_key = {issue} AND present
        ORDER BY id DESC LIMIT {limit}
    ) i
    LEFT JOIN results_test t ON t.key = i.test_key
    LEFT JOIN results_build b ON b.key = i.build_key
    WHERE coalesce(t.start_time, b.start_time) >= {since} GROUP BY 1
""")


def issue_days(kcidb_id: str, *, today: date, days: int = 30) -> tuple[IssueDay, ...]:
    """Return each of the last ``days`` days, seen or not; of the newest ``INCIDENTS`` incidents."""
    since = today - timedelta(days=days - 1)
    query = _DAYS.format(issue=Literal(key_of(kcidb_id)), limit=Literal(INCIDENTS), since=Literal(since))
    found = {row["day"]: row["incidents"] for row in fetch(query, Columns)}
    every = (since + timedelta(days=number) for number in range(days))
    return tuple(IssueDay(day, found.get(day, 0)) for day in every)
