"""Measurements that changed, in all trees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import Columns, fetch
from results.models import Event, MetricChange
from results.queries import paging
from results.queries.records import Listing, RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.vocabulary import all_of, escape_like


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """An event that may have the same cause."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class MetricChangeRow:
    """A metric of a series changed at ``revision``: medians, the shift and its 95 % interval.

    Of builds ``series``, ``path`` and ``lab`` are None: then origin, architecture, config and compiler
    say which. ``events`` have their cause, as far as is known, where this changed.
    """

    series: int | None
    path: str | None
    platform: str | None
    lab: str | None
    origin: str | None
    architecture: str | None
    config: str | None
    compiler: str | None
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
    events: tuple[NamedEvent, ...]


@dataclass(frozen=True, slots=True)
class MetricFilter:
    """Which changes; "" restricts nothing. ``search``: a part of the path, config or metric."""

    direction: MetricChange.Direction = MetricChange.Direction.REGRESSION
    search: str = ""
    tree: str = ""


_FROM: Final = SQL("""
    FROM results_metricchange m
    JOIN results_revision r ON r.id = m.revision_id
    JOIN results_tree tr ON tr.id = m.tree_id
    LEFT JOIN results_series s ON s.id = m.series_id
    LEFT JOIN results_seriesverdict v ON v.id = m.variant_id
    LEFT JOIN results_testpath tp ON tp.id = s.path_id
    LEFT JOIN results_lab la ON la.id = s.lab_id
    LEFT JOIN results_platform p ON p.id = s.platform_id
    LEFT JOIN results_origin o ON o.id = coalesce(s.origin_id, v.origin_id)
    LEFT JOIN results_architecture a ON a.id = coalesce(s.architecture_id, v.architecture_id)
    LEFT JOIN results_config cf ON cf.id = coalesce(s.config_id, v.config_id)
    LEFT JOIN results_compiler co ON co.id = coalesce(s.compiler_id, v.compiler_id)
    WHERE {where}
""")

# What one commit did in one tree: the events whose range holds the revision. Leans on event_tree.
_EVENTS: Final = SQL("""
    ARRAY(
        SELECT ARRAY[e.id::text, e.title] FROM results_event e
        JOIN results_revision high ON high.id = e.high_id
        LEFT JOIN results_revision low ON low.id = e.low_id
        WHERE e.tree_id = m.tree_id AND e.state <> ALL({gone}::smallint[]) AND e.state <> {suspected}
              AND r.place <= high.place
              AND (r.place > low.place OR low.id IS NULL AND r.id = e.first_bad_id)
        ORDER BY e.impact DESC, e.id LIMIT 3
    )
""").format(
    gone=Literal([int(state) for state in Event.TAKEN_BACK]), suspected=Literal(int(Event.State.SUSPECTED))
)

_COLUMNS: Final = SQL("""
    m.id AS number, s.id AS series, tp.name AS path, p.name AS platform, la.name AS lab, o.name AS origin,
    a.name AS architecture, cf.name AS config, co.name AS compiler, m.metric, m.unit, {revision}, m.at,
    m.confirmed, m.before, m.after, m.shift, m.low, m.high, m.confidence, {events} AS events
""").format(revision=REVISION_COLUMNS, events=_EVENTS)

# Leans on metricchange_newest.
_CHANGES: Final = SQL("SELECT {columns} {rows} ORDER BY m.at DESC, m.id DESC LIMIT {limit}")

# Leans on metricchange_tree.
_OF_EVENT: Final = SQL("""
    SELECT {columns} {rows} ORDER BY m.direction, m.confirmed DESC, m.confidence DESC, m.id LIMIT {limit}
""")
_IN_RANGE: Final = SQL("""
    EXISTS (
        SELECT FROM results_event e JOIN results_revision high ON high.id = e.high_id
        LEFT JOIN results_revision low ON low.id = e.low_id
        WHERE e.id = {event} AND e.tree_id = m.tree_id AND r.place <= high.place
              AND (r.place > low.place OR low.id IS NULL AND r.id = e.first_bad_id)
    ) AND m.tree_id = (SELECT tree_id FROM results_event WHERE id = {event})
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
        columns=_COLUMNS, rows=_FROM.format(where=all_of(conditions)), limit=Literal(limit + 1)
    )
    page = paging.listing(fetch(query, Columns), limit, lambda row: (row["at"], row["number"]))
    return Listing(tuple(_row(**row) for row in page.rows), page.after)


def metric_changes_of(event: int, *, limit: int = 20) -> tuple[MetricChangeRow, ...]:
    """Return what changed in the tree of an event where its cause lies, what became worse first."""
    rows = _FROM.format(where=_IN_RANGE.format(event=Literal(event)))
    found = fetch(_OF_EVENT.format(columns=_COLUMNS, rows=rows, limit=Literal(limit)), Columns)
    return tuple(_row(**row) for row in found)


def metric_change_counts(which: MetricFilter) -> dict[MetricChange.Direction, int]:
    """Return how many changes there are in each direction."""
    rows = fetch(_COUNTS.format(rows=_FROM.format(where=_where(which))), Columns)
    found = {row["direction"]: row["count"] for row in rows}
    return {direction: found.get(direction, 0) for direction in MetricChange.Direction}


def _where(which: MetricFilter) -> Composable:
    conditions: list[Composable] = []
    if which.search:
        text = Literal(f"%{escape_like(which.search)}%")
        conditions.append(SQL("(tp.name ILIKE {0} OR cf.name ILIKE {0} OR m.metric ILIKE {0})").format(text))
    if which.tree:
        conditions.append(SQL("tr.name = {}").format(Literal(which.tree)))
    return all_of(conditions)


def _row(*, number: int, events: list[list[str]], **columns: Any) -> MetricChangeRow:
    named = tuple(NamedEvent(int(id_), title) for id_, title in events)
    return MetricChangeRow(revision=as_revision(columns), events=named, **columns)
