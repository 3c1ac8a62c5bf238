"""How much each lab did in some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.queries.picked import sum_of
from results.status import WORST_FIRST


@dataclass(frozen=True, slots=True)
class LabCounts:
    """Numbers of builds, boots and other tests of all statuses."""

    lab: str
    builds: int
    boots: int
    tests: int


# Leans on daycount_identity, which begins with the day, and on build_newest.
_COUNTS: Final = SQL("""
    SELECT la.name AS lab, coalesce(sum(n.builds), 0)::int AS builds, coalesce(sum(n.boots), 0)::int AS boots,
           coalesce(sum(n.tests), 0)::int AS tests
    FROM (
        SELECT lab_id, 0 AS builds, sum({all}) FILTER (WHERE is_boot) AS boots,
               sum({all}) FILTER (WHERE NOT is_boot) AS tests
        FROM results_daycount rc WHERE day BETWEEN {since} AND {until} GROUP BY lab_id
        UNION ALL
        SELECT lab_id, count(*), 0, 0 FROM results_build
        WHERE known AND NOT is_dummy AND start_time >= {since}::timestamp AT TIME ZONE 'UTC'
              AND start_time < ({until} + 1)::timestamp AT TIME ZONE 'UTC'
        GROUP BY lab_id
    ) n
    JOIN results_lab la ON la.id = n.lab_id
    GROUP BY la.name ORDER BY la.name
""")


def lab_counts(*, since: date, until: date) -> tuple[LabCounts, ...]:
    """Return what ran in each lab from a day to another (UTC), both included, by name of the lab."""
    query = _COUNTS.format(all=sum_of(WORST_FIRST, "rc"), since=Literal(since), until=Literal(until))
    return tuple(fetch(query, LabCounts))
