"""How the data comes in: what arrives from whom, what waits, which labs fell silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.queries.freshness import MOST_DUE

HOURS: Final = 24
ARRIVAL_DAYS: Final = 7
MOST_SUBMISSIONS: Final = 200_000
LAB_DAYS: Final = 28
SILENT_GAPS: Final = 3
LEAST_GAPS: Final = 5
"""With fewer gaps nobody can say what is usual."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What one origin sends through one door.

    ``lag`` is the mean time from submission to storage in the last 24 hours. ``hours`` are objects
    stored in each of the last 24 hours, oldest first; a document of several origins counts for
    each of them. ``origin`` is "" for documents that name none (they were rejected whole).
    """

    source: str
    origin: str
    last_arrival: datetime
    lag: timedelta | None
    submissions: int
    hours: tuple[int, ...]
    rejections: int

    @property
    def objects(self) -> int:
        """Objects stored in the last 24 hours."""
        return sum(self.hours)


@dataclass(frozen=True, slots=True)
class LabSilence:
    """When a lab was last heard of, and the gap between results that it seldom exceeds.

    ``usual_gap`` is the 95th percentile of the times between hours with results, at least an hour;
    None for a lab that ran too seldom to tell.
    """

    lab: str
    last_result: datetime
    usual_gap: timedelta | None
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """Objects whose summaries wait (counted up to ``MOST_DUE``), and the oldest one's time.

    ``submissions`` is the number of the newest submission: it only grows.
    ``open_rejections``: refused and not stored by a later try (counted up to ``MOST_DUE``).
    ``kept_since``: of builds that are older, the tests were deleted; None if none ever were.
    """

    due: int
    due_since: datetime | None
    submissions: int
    open_rejections: int
    kept_since: datetime | None


# Leans on submission_newest; bounded by days and by number.
_SOURCES: Final = SQL("""
    SELECT source, origins, date_bin('1 hour', received_at, {now}) AS hour, max(received_at) AS last_arrival,
           sum(received_at - submitted_at) AS waited, count(*)::int AS submissions,
           sum(checkouts + builds + tests + issues + incidents)::bigint AS objects,
           sum(rejections)::bigint AS rejections
    FROM (
        SELECT * FROM results_submission WHERE received_at > {since} AND received_at <= {now}
        ORDER BY received_at DESC LIMIT {most}
    ) recent
    GROUP BY source, origins, hour
""")

# Leans on resultcount_day.
_LABS: Final = SQL("""
    WITH hours AS (
        SELECT lab_id, date_trunc('hour', last_start) AS hour, max(last_start) AS last_result
        FROM results_resultcount WHERE day >= {since} AND last_start <= {now} GROUP BY 1, 2
    ),
    gaps AS (
        SELECT lab_id, last_result, hour - lag(hour) OVER (PARTITION BY lab_id ORDER BY hour) AS gap
        FROM hours
    )
    SELECT la.name AS lab, max(last_result) AS last_result, count(gap)::int AS gaps,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY gap) AS usual_gap
    FROM gaps JOIN results_lab la ON la.id = gaps.lab_id
    GROUP BY la.name ORDER BY la.name
""")

# Leans on rejection_open; the sequence says how many submissions there ever were.
_BACKLOG: Final = SQL("""
    SELECT (SELECT count(*)::int FROM (SELECT FROM results_due LIMIT {most}) d) AS due,
           (SELECT since FROM results_due ORDER BY id LIMIT 1) AS due_since,
           coalesce((SELECT max(id) FROM results_submission), 0) AS submissions,
           (SELECT count(*)::int FROM (
               SELECT FROM results_rejection WHERE replayed_at IS NULL LIMIT {most}
           ) r) AS open_rejections,
           (SELECT max(before) FROM results_pruning WHERE builds > 0) AS kept_since
""")


def sources(*, now: datetime) -> tuple[SourceRow, ...]:
    """Return what arrived in the last ``ARRIVAL_DAYS`` days, by source and origin."""
    query = _SOURCES.format(
        now=Literal(now), since=Literal(now - timedelta(days=ARRIVAL_DAYS)), most=Literal(MOST_SUBMISSIONS)
    )
    sent: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in fetch(query, Columns):
        for origin in row["origins"] or [""]:
            sent.setdefault((row["source"], origin), []).append(row)
    return tuple(_source(*key, rows, now) for key, rows in sorted(sent.items()))


def labs(*, now: datetime) -> tuple[LabSilence, ...]:
    """Return the labs with results in the last ``LAB_DAYS`` days, by name, and whether they fell silent."""
    query = _LABS.format(now=Literal(now), since=Literal((now - timedelta(days=LAB_DAYS)).date()))
    return tuple(_lab(now=now, **row) for row in fetch(query, Columns))


def backlog() -> Backlog:
    """Return what waits in the database."""
    return fetch(_BACKLOG.format(most=Literal(MOST_DUE)), Backlog)[0]


def _source(source: str, origin: str, rows: list[dict[str, Any]], now: datetime) -> SourceRow:
    first = now - timedelta(hours=HOURS)
    recent = [row for row in rows if row["hour"] >= first]
    hours = [0] * HOURS
    for row in recent:
        hours[min((row["hour"] - first) // timedelta(hours=1), HOURS - 1)] += int(row["objects"])
    submissions = sum(row["submissions"] for row in recent)
    waited = sum((row["waited"] for row in recent), timedelta())
    return SourceRow(
        source=source,
        origin=origin,
        last_arrival=max(row["last_arrival"] for row in rows),
        lag=max(waited / submissions, timedelta()) if submissions else None,
        submissions=submissions,
        hours=tuple(hours),
        rejections=sum(int(row["rejections"]) for row in recent),
    )


def _lab(
    *, lab: str, last_result: datetime, gaps: int, usual_gap: timedelta | None, now: datetime
) -> LabSilence:
    if gaps < LEAST_GAPS or usual_gap is None:
        return LabSilence(lab, last_result, None, False)
    usual = max(usual_gap, timedelta(hours=1))
    return LabSilence(lab, last_result, usual, now - last_result > SILENT_GAPS * usual)
