"""What two revisions measured: the numbers of the same test on either side."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.models import MetricChange
from results.queries.revision_names import NamedRevision
from results.selection import Selection
from results.status import Status
from results.vocabulary import where

SHOWN: Final = 50
"""Rows that are returned, those that the analysis calls a change first, then by how much they differ."""
MOST: Final = 2000
HISTORY: Final = 30
"""Newest values before ``b`` that tell how much a series scatters by itself."""
LEAST: Final = 5
"""Values under which nothing is said about the scatter."""
ROBUST: Final = 1.4826
"""Makes a median absolute deviation comparable with a standard deviation."""


@dataclass(frozen=True, slots=True)
class ComparedMeasurement:
    """The medians of what passed in a and in b. ``series`` is that of b, which ran ``path``.

    ``spread`` is how far values of the series usually lie from their median before b (the median
    absolute deviation times ``ROBUST``), None when there are too few to tell. ``direction`` and
    ``confidence`` are those of a change that the analysis found after a and at the latest in b,
    None when it found none.
    """

    series: int
    path: str
    platform: str | None
    lab: str
    unit: str
    before: float
    after: float
    spread: float | None
    direction: MetricChange.Direction | None
    confidence: float | None
    confirmed: bool

    @property
    def share(self) -> float | None:
        """How much more b measured, as a share of a; None where a measured nothing."""
        return (self.after - self.before) / abs(self.before) if self.before else None


@dataclass(frozen=True, slots=True)
class ComparedMeasurements:
    """``total`` tests were measured on both sides; ``changed`` of them by the analysis changed."""

    total: int
    changed: int
    rows: tuple[ComparedMeasurement, ...]


# Leans on build_revision, test_build, metricchange_identity and test_history.
_MEASURED: Final = SQL("""
    WITH measured AS MATERIALIZED (
        SELECT max(s.id) FILTER (WHERE b.revision_id = {b}) AS series, max(t.unit_id) AS unit,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY t.value)
                   FILTER (WHERE b.revision_id = {a}) AS before,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY t.value)
                   FILTER (WHERE b.revision_id = {b}) AS after
        FROM results_build b
        JOIN results_test t ON t.build_id = b.id AND t.value IS NOT NULL AND t.status = {passed}
        JOIN results_series s ON s.id = t.series_id
        WHERE b.revision_id IN ({a}, {b}) AND {where}
        GROUP BY s.path_id, s.platform_id, s.lab_id, s.origin_id, s.architecture_id, s.config_id,
                 s.compiler_id
    ),
    told AS MATERIALIZED (
        SELECT m.*, found.direction, found.confidence, found.confirmed
        FROM measured m
        LEFT JOIN LATERAL (
            SELECT c.direction, c.confidence, c.confirmed
            FROM results_metricchange c JOIN results_revision r ON r.id = c.revision_id
            WHERE {is_one_tree} AND c.series_id = m.series AND c.metric = {metric}
                  AND r.place > {place_a} AND r.place <= {place_b}
            ORDER BY c.confirmed DESC, c.confidence DESC LIMIT 1
        ) found ON true
        WHERE m.before IS NOT NULL AND m.after IS NOT NULL
    ),
    shown AS (
        SELECT * FROM told WHERE {which}
        ORDER BY confidence IS NULL, confirmed DESC,
                 abs(after - before) / greatest(abs(before), 1e-300) DESC, series
        LIMIT {limit}
    )
    SELECT counted.total, counted.changed, s.id AS series, tp.name AS path, p.name AS platform,
           la.name AS lab, coalesce(u.name, '') AS unit, shown.before, shown.after, shown.direction,
           shown.confidence, coalesce(shown.confirmed, false) AS confirmed, history.values
    FROM (SELECT count(*) AS total, count(confidence) AS changed FROM told) counted
    LEFT JOIN shown ON true
    LEFT JOIN results_series s ON s.id = shown.series
    LEFT JOIN results_testpath tp ON tp.id = s.path_id
    LEFT JOIN results_lab la ON la.id = s.lab_id
    LEFT JOIN results_platform p ON p.id = s.platform_id
    LEFT JOIN results_unit u ON u.id = shown.unit
    CROSS JOIN LATERAL (
        SELECT array_agg(value) AS values FROM (
            SELECT t.value FROM results_test t
            JOIN results_build d ON d.id = t.build_id
            JOIN results_revision r ON r.id = d.revision_id AND r.place < {place_b}
            WHERE t.series_id = s.id AND t.value IS NOT NULL AND t.status = {passed}
            ORDER BY t.build_id DESC LIMIT {history}
        ) newest
    ) history
    ORDER BY shown.confidence IS NULL, shown.confirmed DESC,
             abs(shown.after - shown.before) / greatest(abs(shown.before), 1e-300) DESC, shown.series
""")


def compared_measurements(
    a: NamedRevision,
    b: NamedRevision,
    *,
    selection: Selection,
    only_changed: bool = False,
    limit: int = SHOWN,
) -> ComparedMeasurements:
    """Return what was measured on both sides under a selection of ``COMPARED``. May raise QueryTimeout.

    ``only_changed`` and ``limit`` restrict the rows, not the numbers.
    """
    query = _MEASURED.format(
        a=Literal(a.number),
        b=Literal(b.number),
        place_a=Literal(a.place),
        place_b=Literal(b.place),
        is_one_tree=Literal(a.tree == b.tree),
        passed=Literal(int(Status.PASS)),
        where=where(selection, "rows") if selection else SQL("true"),
        metric=Literal("measured"),
        which=SQL("confidence IS NOT NULL") if only_changed else SQL("true"),
        limit=Literal(limit),
        history=Literal(HISTORY),
    )
    found = fetch(query, Columns)
    rows = tuple(_row(**columns) for columns in found if columns["series"])
    return ComparedMeasurements(found[0]["total"], found[0]["changed"], rows)


def _row(
    *, total: int, changed: int, values: list[float] | None, direction: int | None, **columns: Any
) -> ComparedMeasurement:
    meaning = None if direction is None else MetricChange.Direction(direction)
    return ComparedMeasurement(spread=_spread(values or []), direction=meaning, **columns)


def _spread(values: list[float]) -> float | None:
    if len(values) < LEAST:
        return None
    middle = median(values)
    return ROBUST * median(abs(value - middle) for value in values)
