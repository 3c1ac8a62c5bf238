"""How fresh the data is: the footer of every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import fetch

MOST_DUE: Final = 10_000
"""Counting further would cost more than the number is worth."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """``received_at``: of the newest submission. ``due``: objects whose summaries wait.

    ``due_since``: how long the oldest of them has.
    ``silent``: origins with results in the last 30 days but none that started in the last 24 hours.
    """

    received_at: datetime | None
    due: int
    due_since: datetime | None
    origins: int
    silent: tuple[str, ...]


# Leans on submission_newest and daycount_origin.
_FRESHNESS: Final = SQL("""
    WITH seen AS MATERIALIZED (
        SELECT o.name, EXISTS (
            SELECT FROM results_daycount d
            WHERE d.origin_id = o.id AND d.day >= {yesterday}::date AND d.last_start >= {yesterday}
        ) AS is_heard
        FROM results_origin o
        WHERE EXISTS (SELECT FROM results_daycount d WHERE d.origin_id = o.id AND d.day >= {long_ago}::date)
    )
    SELECT (SELECT received_at FROM results_submission ORDER BY received_at DESC LIMIT 1) AS received_at,
           (SELECT count(*) FROM (SELECT FROM results_due LIMIT {most}) d) AS due,
           (SELECT since FROM results_due ORDER BY id LIMIT 1) AS due_since,
           (SELECT count(*) FROM seen) AS origins,
           ARRAY(SELECT name FROM seen WHERE NOT is_heard ORDER BY name) AS silent
""")


def freshness(*, now: datetime) -> Freshness:
    """Return how fresh the data is, in one cheap statement."""
    query = _FRESHNESS.format(
        yesterday=Literal(now.astimezone(UTC) - timedelta(days=1)),
        long_ago=Literal(now.astimezone(UTC) - timedelta(days=30)),
        most=Literal(MOST_DUE),
    )
    return fetch(query, _freshness)[0]


def _freshness(*, silent: list[str], **columns: Any) -> Freshness:
    return Freshness(silent=tuple(silent), **columns)
