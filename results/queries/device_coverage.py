"""What stopped running on a device, and how long it takes to boot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.status import Status

BEFORE_DAYS: Final = 28
BOOTS: Final = 40
"""Builds whose boots are looked at."""


@dataclass(frozen=True, slots=True)
class StoppedSuite:
    """A suite that ran before the window, in so many labs, and not in it; ``last_day``: when last."""

    suite: str
    last_day: date
    labs: int


# Leans on resultcount_platform.
_STOPPED: Final = SQL("""
    SELECT su.name AS suite, max(rc.day) AS last_day, count(DISTINCT rc.lab_id)::int AS labs
    FROM results_resultcount rc JOIN results_suite su ON su.id = rc.suite_id
    WHERE rc.platform_id = (SELECT id FROM results_platform WHERE name = {platform}) AND rc.day >= {first}
    GROUP BY su.name HAVING max(rc.day) < {since}
    ORDER BY max(rc.day) DESC, su.name
""")

# Leans on resultcount_platform and test_boots.
_BOOT_TIMES: Final = SQL("""
    SELECT round((1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY t.duration))::numeric)::int AS ms
    FROM (
        SELECT DISTINCT rc.build_id FROM results_resultcount rc
        WHERE rc.platform_id = (SELECT id FROM results_platform WHERE name = {platform})
              AND rc.is_boot AND rc.day >= {first} AND rc.n_pass > 0
        ORDER BY rc.build_id DESC LIMIT {limit}
    ) built
    JOIN results_test t
        ON t.build_id = built.build_id AND t.is_boot AND t.status = {passed} AND t.duration > 0
    JOIN results_series s ON s.id = t.series_id
        AND s.platform_id = (SELECT id FROM results_platform WHERE name = {platform})
    GROUP BY built.build_id ORDER BY built.build_id
""")


def stopped_suites(platform: str, *, since: date) -> tuple[StoppedSuite, ...]:
    """Return the suites that ran on a device in the ``BEFORE_DAYS`` days before a day, and not since."""
    query = _STOPPED.format(
        platform=Literal(platform), since=Literal(since), first=Literal(since - timedelta(days=BEFORE_DAYS))
    )
    return tuple(fetch(query, StoppedSuite))


def boot_times(platform: str, *, since: date) -> tuple[int, ...]:
    """Return how long a device took to boot its last builds, in ms, the oldest first: a median each."""
    query = _BOOT_TIMES.format(
        platform=Literal(platform),
        first=Literal(since - timedelta(days=BEFORE_DAYS)),
        limit=Literal(BOOTS),
        passed=Literal(int(Status.PASS)),
    )
    found: list[int] = fetch(query, lambda ms: ms)
    return tuple(found)
