"""One series as the analysis sees it: stretches of one failure rate, and where its numbers changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from statistics import fmean
from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.models import MetricChange, SeriesVerdict
from results.queries.records import RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.status import Status

RUNS: Final = 2000
"""Runs that are looked at, of those in the builds that arrived last."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Revisions ``first`` to ``last`` share one failure rate; ``runs`` are those that passed or failed."""

    first: RevisionRef
    last: RevisionRef
    runs: int
    failures: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A metric changed at a revision: medians before and after, and the shift's 95 % interval.

    ``index`` is the place of the first new value among the points.
    """

    index: int
    revision: RevisionRef
    before: float
    after: float
    shift: float
    low: float
    high: float
    direction: MetricChange.Direction
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Metric:
    """Measurements of the runs that passed, one (the mean) per revision, oldest first."""

    name: str
    unit: str
    points: tuple[tuple[RevisionRef, float], ...]
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The verdict on a series; ``since`` and ``event`` of a regression, "" and None for none."""

    verdict: SeriesVerdict.Verdict
    since: str
    event: int | None
    score: float
    low: float
    high: float
    missing: str


@dataclass(frozen=True, slots=True)
class SeriesAnalysis:
    """What the analysis says about a series; ``state`` is None when it never failed or was not judged."""

    state: SeriesState | None
    stretches: tuple[Stretch, ...]
    metrics: tuple[Metric, ...]


# Leans on test_history.
_RUNS: Final = SQL("""
    SELECT t.status, t.start_time, t.duration, t.value, t.is_boot,
           coalesce((SELECT name FROM results_unit WHERE id = t.unit_id), '') AS unit,
           {revision}
    FROM (SELECT * FROM results_test WHERE series_id = {series} ORDER BY build_id DESC LIMIT {limit}) t
    JOIN results_build b ON b.id = t.build_id
    JOIN results_revision r ON r.id = b.revision_id
    JOIN results_tree tr ON tr.id = r.tree_id
    ORDER BY r.place, t.start_time, t.key
""")

_STATE: Final = SQL("""
    SELECT v.verdict, v.event_id AS event, v.score, v.low, v.high, v.missing,
           coalesce(nullif(r.describe, ''), left(r."commit", 12), '') AS since
    FROM results_seriesverdict v LEFT JOIN results_revision r ON r.id = v.since_id
    WHERE v.series_id = {series}
""")

# Leans on metricchange_identity.
_SHIFTS: Final = SQL("""
    SELECT m.metric, m.before, m.after, m.shift, m.low, m.high, m.direction, m.confirmed, {revision}
    FROM results_metricchange m
    JOIN results_revision r ON r.id = m.revision_id
    JOIN results_tree tr ON tr.id = r.tree_id
    WHERE m.series_id = {series} ORDER BY r.place
""")


def series_analysis(series: int) -> SeriesAnalysis:
    """Return what the analysis says about a series."""
    about = {"revision": REVISION_COLUMNS, "series": Literal(series)}
    rows = fetch(_RUNS.format(limit=Literal(RUNS), **about), Columns)
    revisions: list[RevisionRef] = []
    for row in rows:
        reference = as_revision(row)
        if not revisions or reference != revisions[-1]:
            revisions.append(reference)
        row["place"] = len(revisions) - 1
    state = fetch(_STATE.format(**about), _state)
    return SeriesAnalysis(
        state=state[0] if state else None,
        stretches=_stretches(rows, revisions),
        metrics=tuple(_metrics(rows, revisions, fetch(_SHIFTS.format(**about), Columns))),
    )


def _state(*, verdict: int, **columns: Any) -> SeriesState:
    return SeriesState(verdict=SeriesVerdict.Verdict(verdict), **columns)


def _stretches(rows: list[Columns], revisions: list[RevisionRef]) -> tuple[Stretch, ...]:
    if not rows:
        return ()
    # Here and not above: a web process that shows no series needs no numpy, 40 MB of memory.
    from results.queries.stretches import stretches

    runs = [(row["place"], row["status"], _seconds(row["start_time"])) for row in rows]
    found = []
    for part in stretches(runs, len(revisions)):
        statuses = [status for place, status, _ in runs if part.start <= place < part.end]
        failures, passes = statuses.count(Status.FAIL), statuses.count(Status.PASS)
        if failures or passes:
            first, last = revisions[part.start], revisions[part.end - 1]
            found.append(Stretch(first, last, failures + passes, failures))
    return tuple(found)


def _metrics(rows: list[Columns], revisions: list[RevisionRef], shifts: list[Columns]) -> Iterator[Metric]:
    unit = next((row["unit"] for row in reversed(rows) if row["unit"]), "")
    columns = [("value", "measured", unit)]
    if rows and rows[0]["is_boot"]:
        columns.append(("duration", "boot time", "s"))
    for column, name, metric_unit in columns:
        values: dict[int, list[float]] = {}
        for row in rows:
            if row["status"] == Status.PASS and row[column] is not None and isfinite(row[column]):
                values.setdefault(row["place"], []).append(row[column])
        if len(values) > 1:
            points = tuple((revisions[place], fmean(values[place])) for place in sorted(values))
            index = {point[0]: number for number, point in enumerate(points)}
            found = (_shift(row, index) for row in shifts if row["metric"] == name)
            yield Metric(name, metric_unit, points, tuple(shift for shift in found if shift))


def _shift(row: Columns, index: dict[RevisionRef, int]) -> Shift | None:
    columns = {name: value for name, value in row.items() if name != "metric"}
    columns["direction"] = MetricChange.Direction(columns["direction"])
    revision = as_revision(columns)
    return Shift(index=index[revision], revision=revision, **columns) if revision in index else None


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
