"""The branches that products are about, each with its newest revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import Columns, fetch
from results.queries.records import RevisionRef, TreeRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.queries.revision_counts import HAS_CHECKOUT
from results.queries.revision_names import NamedRevision
from results.selection import Selection
from results.vocabulary import of_tree

WINDOW: Final = 10
"""Revisions of a branch that are looked at, the newest and those before it."""
MOST_BRANCHES: Final = 24
"""Branches of a product that are looked at, those tested last."""

Parts = tuple[Selection, ...]
"""The selections of a product, which have no result in common."""


@dataclass(frozen=True, slots=True)
class Position:
    """A revision in the history of a branch; ``number`` is that of its row, ``place`` its order."""

    number: int
    revision: RevisionRef
    started: datetime
    place: datetime


@dataclass(frozen=True, slots=True)
class Branch:
    """A tree that a product (its place among those asked for) is about.

    ``parts`` are the places of the product's selections that are about it. ``revisions`` are the
    newest first, without patched ones; ``tree`` is the number of the tree's row.
    """

    product: int
    tree: int
    ref: TreeRef
    parts: tuple[int, ...]
    revisions: tuple[Position, ...]


# Leans on revision_history.
_BRANCHES: Final = SQL("""
    SELECT {group} AS group, tr.id AS tree, ARRAY[{conditions}] AS wanted, r.id AS number, r.started, r.place,
           {revision}
    FROM results_tree tr
    CROSS JOIN LATERAL (
        SELECT r.* FROM results_revision r
        WHERE r.tree_id = tr.id AND r.patchset = '' AND {has_checkout} AND {until}
        ORDER BY r.place DESC, r.id DESC LIMIT {window}
    ) r
    WHERE {any}
""")

Pinned = NamedRevision | None
"""The revision that is looked at; None: whatever is the newest."""


def product_branches(products: Sequence[tuple[Parts, Pinned]]) -> tuple[tuple[Branch, ...], ...]:
    """Return the branches of each product, those with the newest revisions first.

    Where a revision is given, they are at most the one that it is of, and end with it.
    """
    groups: dict[Pinned, list[int]] = {}
    for place, (_, pinned) in enumerate(products):
        groups.setdefault(pinned, []).append(place)
    found: list[list[Branch]] = [[] for _ in products]
    queries = [
        _query(group, [part for place in places for part in products[place][0]], pinned)
        for group, (pinned, places) in enumerate(groups.items())
    ]
    if not queries:
        return ()
    query = SQL("{} ORDER BY 1, tree, place DESC, number DESC").format(SQL(" UNION ALL ").join(queries))
    members = list(groups.values())
    for (group, tree), rows in groupby(fetch(query, Columns), lambda row: (row["group"], row["tree"])):
        window = list(rows)
        revisions = tuple(_position(**row) for row in window)
        flags = iter(window[0]["wanted"])
        for place in members[group]:
            about = tuple(part for part, _ in enumerate(products[place][0]) if next(flags))
            if about:
                found[place].append(Branch(place, tree, revisions[0].revision.tree, about, revisions))
    return tuple(
        tuple(sorted(branches, key=lambda branch: branch.revisions[0].started, reverse=True)[:MOST_BRANCHES])
        for branches in found
    )


def _query(group: int, parts: Sequence[Selection], pinned: Pinned) -> Composable:
    conditions = [of_tree(part) for part in parts]
    return _BRANCHES.format(
        group=Literal(group),
        conditions=SQL(", ").join(conditions),
        any=SQL(" OR ").join(SQL("({})").format(condition) for condition in conditions),
        revision=REVISION_COLUMNS,
        has_checkout=HAS_CHECKOUT,
        until=_until(pinned),
        window=Literal(WINDOW),
    )


def _until(pinned: Pinned) -> Composable:
    if pinned is None:
        return SQL("true")
    return SQL("tr.id = {} AND (r.place, r.id) <= ({}, {})").format(
        Literal(pinned.tree), Literal(pinned.place), Literal(pinned.number)
    )


def _position(*, group: int, tree: int, wanted: list[bool], **columns: Any) -> Position:
    return Position(revision=as_revision(columns), **columns)
