"""Measurements that changed, in all trees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import Columns, fetch
from results.models import MetricChange
from results.queries import paging
from results.queries.records import Listing, RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.vocabulary import all_of, escape_like


@dataclass(frozen=True, slots=True)
class MetricChangeRow:
    """A metric of a series changed at ``revision``: medians, the shift and its 95 % interval."""

    series: int
    path: str
    platform: str | None
    lab: str
    metric: str
    unit: str
    revision: RevisionRef
    at: datetime
    confirmed: bool
    before: float
    after: float
    shift: float
    low: float
    high: float
    confidence: float


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """Which changes; "" restricts nothing. ``search``: a part of the path."""

    direction: MetricChange.Direction = MetricChange.Direction.REGRESSION
    search: str = ""
    tree: str = ""


_FROM: Final = SQL("""
    FROM results_metricchange m
    JOIN results_series s ON s.id = m.series_id
    JOIN results_testpath tp ON tp.id = s.path_id
    JOIN results_lab la ON la.id = s.lab_id
    JOIN results_revision r ON r.id = m.revision_id
    JOIN results_tree tr ON tr.id = m.tree_id
    LEFT JOIN results_platform p ON p.id = s.platform_id
    WHERE {where}
""")

# Leans on metricchange_newest.
_CHANGES: Final = SQL("""
    SELECT m.id AS number, s.id AS series, tp.name AS path, p.name AS platform, la.name AS lab, m.metric,
           m.unit, {revision}, m.at, m.confirmed, m.before, m.after, m.shift, m.low, m.high, m.confidence
    {rows} ORDER BY m.at DESC, m.id DESC LIMIT {limit}
""")

_COUNTS: Final = SQL("SELECT m.direction, count(*) {rows} GROUP BY m.direction")


def metric_change_page(
    which: MetricFilter, *, after: str | None = None, limit: int = 100
) -> Listing[MetricChangeRow]:
    """Return a page of changes, those of the newest revisions first. Raises BadCursor."""
    conditions = [_where(which), SQL("m.direction = {}").format(Literal(int(which.direction)))]
    if after:
        place = map(Literal, paging.decode(after, (datetime.fromisoformat, int)))
        conditions.append(SQL("(m.at, m.id) < ({}, {})").format(*place))
    query = _CHANGES.format(
        revision=REVISION_COLUMNS, rows=_FROM.format(where=all_of(conditions)), limit=Literal(limit + 1)
    )
    page = paging.listing(fetch(query, Columns), limit, lambda row: (row["at"], row["number"]))
    return Listing(tuple(_row(**row) for row in page.rows), page.after)


def metric_change_counts(which: MetricFilter) -> dict[MetricChange.Direction, int]:
    """Return how many changes there are in each direction."""
    rows = fetch(_COUNTS.format(rows=_FROM.format(where=_where(which))), Columns)
    found = {row["direction"]: row["count"] for row in rows}
    return {direction: found.get(direction, 0) for direction in MetricChange.Direction}


def _where(which: MetricFilter) -> Composable:
    conditions: list[Composable] = []
    if which.search:
        conditions.append(SQL("tp.name ILIKE {}").format(Literal(f"%{escape_like(which.search)}%")))
    if which.tree:
        conditions.append(SQL("tr.name = {}").format(Literal(which.tree)))
    return all_of(conditions)


def _row(*, number: int, **columns: Any) -> MetricChangeRow:
    return MetricChangeRow(revision=as_revision(columns), **columns)
