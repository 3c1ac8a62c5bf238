"""Regressions and new flakes in what products are about, by branch and device."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import fetch
from results.models import Event
from results.queries import paging
from results.queries.events import EVENT_COLUMNS, EVENT_JOINS, OPEN, EventRow, event_row
from results.queries.product_branches import Branch, Parts, Position
from results.queries.records import Listing
from results.selection import Selection
from results.vocabulary import where

TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """An event that goes on in the revision that is looked at, on one device of a product."""

    event: int
    kind: Event.Kind
    subject: Event.Subject
    platform: str | None


Heads = Sequence[tuple[Branch, Position]]
"""Branches of products, and the revision of each that is looked at."""

# What an event affects, as long as it went on: a confirmed one since it began, a fixed one until then.
# Leans on event_tree, eventseries_identity and seriesverdict's key.
_OPEN: Final = SQL("""
    SELECT DISTINCT h.product, h.tree, e.id AS event, e.kind, e.subject,
           (SELECT name FROM results_platform WHERE id = s.platform_id) AS platform
    FROM unnest({products}::int[], {trees}::int[], {places}::timestamptz[]) AS h (product, tree, place)
    JOIN results_event e ON e.tree_id = h.tree AND e.state = ANY({states}) AND e.triage <> ALL({dismissed})
    JOIN results_eventseries m ON m.event_id = e.id
    JOIN results_seriesverdict v ON v.id = m.subject_id
    JOIN results_series s ON s.id = v.series_id
    CROSS JOIN LATERAL (SELECT s.architecture_id, s.config_id, s.compiler_id) b
    JOIN results_revision began ON began.id = m.first_bad_id
    LEFT JOIN results_revision mended ON mended.id = m.fixed_id
    WHERE began.place <= h.place AND ({wanted})
          AND (mended.place > h.place OR mended.id IS NULL AND e.state <> {fixed})
    ORDER BY e.id
""")

_EVENTS: Final = SQL("""
    SELECT {columns} FROM results_event e {joins}
    WHERE e.id = ANY({numbers}::int[]) AND {after} ORDER BY e.impact DESC, e.id DESC LIMIT {limit}
""")


def open_events(products: Sequence[Parts], heads: Heads) -> dict[tuple[int, int], tuple[OpenEvent, ...]]:
    """Return what is broken in these revisions, by product and tree; may raise QueryTimeout.

    That are confirmed regressions and new flakes, those that were fixed later included, of boots and
    tests of the product; suspicions, and what people dismissed, are not.
    """
    wanted = [
        SQL("h.product = {} AND h.tree = ANY({}::int[]) AND {}").format(
            Literal(product), Literal(trees), where_series(products[product][part])
        )
        for (product, part), trees in _trees(heads).items()
    ]
    if not wanted:
        return {}
    query = _OPEN.format(
        products=Literal([branch.product for branch, _ in heads]),
        trees=Literal([branch.tree for branch, _ in heads]),
        places=Literal([head.place for _, head in heads]),
        states=Literal([int(state) for state in (*OPEN, Event.State.FIXED)]),
        dismissed=Literal([int(Event.Triage.DUPLICATE), int(Event.Triage.INVALID)]),
        fixed=Literal(int(Event.State.FIXED)),
        wanted=SQL(" OR ").join(wanted),
    )
    found: dict[tuple[int, int], list[OpenEvent]] = {}

    def keep(*, product: int, tree: int, kind: int, subject: int, **columns: Any) -> None:
        event = OpenEvent(kind=Event.Kind(kind), subject=Event.Subject(subject), **columns)
        found.setdefault((product, tree), []).append(event)

    fetch(query, keep, timeout_ms=TIMEOUT_MS)
    return {key: tuple(events) for key, events in found.items()}


def events_by_number(
    numbers: Iterable[int], *, after: str | None = None, limit: int = 100
) -> Listing[EventRow]:
    """Return a page of some events, those with the most impact first. Raises BadCursor."""
    if not (wanted := sorted(set(numbers))):
        return Listing((), None)
    place: Composable = SQL("true")
    if after:
        place = SQL("(e.impact, e.id) < ({}, {})").format(*map(Literal, paging.decode(after, (int, int))))
    query = _EVENTS.format(
        columns=EVENT_COLUMNS,
        joins=EVENT_JOINS,
        numbers=Literal(wanted),
        after=place,
        limit=Literal(limit + 1),
    )
    return paging.listing(fetch(query, event_row), limit, lambda row: (row.impact, row.id))


def where_series(selection: Selection) -> Composable:
    """Return the condition that a series s (its b: architecture, config and compiler) is selected.

    The tree is not looked at.
    """
    return where(selection.without("tree", "branch", "url"), "rows")


def _trees(heads: Heads) -> dict[tuple[int, int], list[int]]:
    trees: dict[tuple[int, int], list[int]] = {}
    for branch, _ in heads:
        for part in branch.parts:
            trees.setdefault((branch.product, part), []).append(branch.tree)
    return trees
