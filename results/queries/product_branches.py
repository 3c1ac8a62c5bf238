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
from results.vocabulary import where_tree

WINDOW: Final = 20
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
    SELECT tr.id AS tree, ARRAY[{conditions}] AS wanted, r.id AS number, r.started, r.place, {revision}
    FROM results_tree tr
    CROSS JOIN LATERAL (
        SELECT r.* FROM results_revision r
        WHERE r.tree_id = tr.id AND r.patchset = '' AND {has_checkout} AND {until}
        ORDER BY r.place DESC, r.id DESC LIMIT {window}
    ) r
    WHERE {any}
    ORDER BY tr.id, r.place DESC, r.id DESC
""")


def product_branches(
    products: Sequence[Parts], *, until: NamedRevision | None = None
) -> tuple[tuple[Branch, ...], ...]:
    """Return the branches of each product, those with the newest revisions first.

    With ``until`` they are at most the one that this revision is of, and end with it.
    """
    conditions = [where_tree(part) for parts in products for part in parts]
    if not conditions:
        return tuple(() for _ in products)
    query = _BRANCHES.format(
        conditions=SQL(", ").join(conditions),
        any=SQL(" OR ").join(conditions),
        revision=REVISION_COLUMNS,
        has_checkout=HAS_CHECKOUT,
        until=_until(until),
        window=Literal(WINDOW),
    )
    found: list[list[Branch]] = [[] for _ in products]
    for tree, rows in groupby(fetch(query, Columns), lambda row: row["tree"]):
        window = list(rows)
        revisions = tuple(_position(**row) for row in window)
        flags = iter(window[0]["wanted"])
        for place, parts in enumerate(products):
            about = tuple(part for part, _ in enumerate(parts) if next(flags))
            if about:
                found[place].append(Branch(place, tree, revisions[0].revision.tree, about, revisions))
    return tuple(
        tuple(sorted(branches, key=lambda branch: branch.revisions[0].started, reverse=True)[:MOST_BRANCHES])
        for branches in found
    )


def _until(revision: NamedRevision | None) -> Composable:
    if revision is None:
        return SQL("true")
    return SQL("tr.id = {} AND (r.place, r.id) <= ({}, {})").format(
        Literal(revision.tree), Literal(revision.place), Literal(revision.number)
    )


def _position(*, tree: int, wanted: list[bool], **columns: Any) -> Position:
    return Position(revision=as_revision(columns), **columns)
