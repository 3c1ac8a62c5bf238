"""What the analysis says about runs that failed, one by one, and about whole series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from typing import Literal as OneOf
from uuid import UUID

from psycopg.sql import SQL, Composable, Literal

from results.db import fetch
from results.documents import test_id
from results.keys import key_of
from results.models import Event, SeriesVerdict
from results.queries.records import IssueRef
from results.status import UNHAPPY, Status

Words = SeriesVerdict.Verdict


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """Why a run failed, as far as that is known.

    ``event`` is the event that explains it, None for none; then ``state``, ``kind`` and ``since``
    (the name of the first bad revision) are its, and ``is_new`` tells whether it began in this very
    revision. ``is_infrastructure``: a lab or device was ill, or the run never got so far.
    ``series`` is the verdict on the series now (None: not judged yet) with the flaky score and its
    95 % interval. ``issue`` is a known issue that was seen in the run.
    """

    event: int | None
    state: Event.State | None
    kind: Event.Kind | None
    since: str
    is_new: bool
    is_infrastructure: bool
    series: SeriesVerdict.Verdict | None
    score: float
    low: float
    high: float
    issue: IssueRef | None


# The event that explains a failure of ``row``, of the subject v and the revision r.
_EXPLAINED: Final = SQL("""
    LEFT JOIN LATERAL (
        SELECT e.id AS event, e.state, e.kind, began.id = r.id AS is_new,
               coalesce(nullif(began.describe, ''), left(began."commit", 12)) AS since
        FROM results_eventseries m
        JOIN results_event e ON e.id = m.event_id AND e.state <> ALL({gone}::smallint[])
        JOIN results_revision began ON began.id = m.first_bad_id
        LEFT JOIN results_revision fixed ON fixed.id = m.fixed_id
        WHERE m.subject_id = v.id AND {row}.status = {fail} AND began.place <= r.place
              AND (fixed.id IS NULL OR r.place < fixed.place)
        ORDER BY e.state = {suspected}, began.place DESC, e.id LIMIT 1
    ) e ON true
""")

_KNOWN: Final = SQL("""
    LEFT JOIN LATERAL (
        SELECT i.kcidb_id, i.comment FROM results_incident c
        JOIN results_issue i ON i.key = c.issue_key AND i.is_newest
        WHERE c.{key} = {row}.key AND c.present ORDER BY i.id LIMIT 1
    ) known ON true
""")


def explained(row: OneOf["t", "b"]) -> Composable:
    """Return the join of the event (e) that explains a failure of test t or build b; needs v and r."""
    return _EXPLAINED.format(
        row=SQL(row),
        fail=Literal(int(Status.FAIL)),
        gone=Literal([int(state) for state in Event.TAKEN_BACK]),
        suspected=Literal(int(Event.State.SUSPECTED)),
    )


def known_issue(row: OneOf["t", "b"]) -> Composable:
    """Return the join of an issue (known) that was seen in test t or build b."""
    return _KNOWN.format(row=SQL(row), key=SQL("test_key" if row == "t" else "build_key"))


# Leans on eventseries' index on its subject, outage_lab and incident_test.
_VERDICTS: Final = SQL("""
    SELECT t.key, t.kcidb_id, t.status IN ({error}, {miss}) OR ill.id IS NOT NULL AS is_infrastructure,
           v.verdict AS series, v.score, v.low, v.high,
           e.event, e.state, e.kind, coalesce(e.since, '') AS since, coalesce(e.is_new, false) AS is_new,
           known.kcidb_id AS issue_id, known.comment AS issue_comment
    FROM unnest({keys}::uuid[]) AS wanted (key)
    JOIN results_test t ON t.key = wanted.key AND t.status = ANY({unhappy}::smallint[])
    JOIN results_series s ON s.id = t.series_id
    JOIN results_build b ON b.id = t.build_id
    LEFT JOIN results_revision r ON r.id = b.revision_id
    LEFT JOIN results_seriesverdict v ON v.series_id = t.series_id
    {explained}
    LEFT JOIN LATERAL (
        SELECT o.id FROM results_outage o
        JOIN results_revision first ON first.id = o.first_id JOIN results_revision last ON last.id = o.last_id
        WHERE o.lab_id = s.lab_id AND o.tree_id = r.tree_id AND NOT o.released
              AND (o.platform_id IS NULL OR o.platform_id = s.platform_id)
              AND r.place BETWEEN first.place AND last.place LIMIT 1
    ) ill ON true
    {known}
""")


def run_verdicts(test_ids: Sequence[str]) -> dict[str, RunVerdict]:
    """Return the verdicts on those of some test runs that failed, broke or were missed, by their id."""
    query = _VERDICTS.format(
        keys=Literal([key_of(kcidb_id) for kcidb_id in test_ids]),
        unhappy=Literal([int(status) for status in UNHAPPY]),
        explained=explained("t"),
        known=known_issue("t"),
        error=Literal(int(Status.ERROR)),
        miss=Literal(int(Status.MISS)),
    )
    return dict(fetch(query, _run_verdict, as_written=True))


def _run_verdict(*, key: UUID, kcidb_id: str | None, **columns: Any) -> tuple[str, RunVerdict]:
    return test_id(key, kcidb_id), as_verdict(**columns)


def as_verdict(*, issue_id: str | None, issue_comment: str | None, **columns: Any) -> RunVerdict:
    """Return the verdict that columns of a result row tell."""
    for name, kind in (("series", Words), ("state", Event.State), ("kind", Event.Kind)):
        columns[name] = None if columns[name] is None else kind(columns[name])
    for name in ("score", "low", "high"):
        columns[name] = columns[name] or 0.0
    return RunVerdict(issue=IssueRef(issue_id, issue_comment or "") if issue_id else None, **columns)
