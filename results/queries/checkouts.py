"""Checkouts: the sources that origins obtained, as they named them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Composed, Literal

from results.compression import text_of
from results.db import fetch
from results.documents import restore
from results.errors import NotFound
from results.jsontext import loads
from results.keys import key_of
from results.queries import paging
from results.queries.records import Listing, RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision_if_known
from results.selection import Selection
from results.vocabulary import all_of, where

CHECKOUT_DIMENSIONS: Final = ("tree", "branch", "url", "commit", "patchset", "origin", "since", "until")
"""What checkouts can be selected by."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A known checkout. ``number`` is that of its row, for other questions.

    ``tree_name``, ``url`` and ``branch`` are what its origin calls them ("" when it does not); the
    revision has our names. ``place`` orders revisions.
    """

    number: int
    id: str
    origin: str
    start_time: datetime | None
    valid: bool | None
    revision: RevisionRef
    place: tuple[datetime, int]
    subject: str
    tree_name: str
    url: str
    branch: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckoutDetail:
    """A checkout and everything that was submitted of it."""

    checkout: Checkout
    fields: dict[str, Any]


_COLUMNS: Final = SQL("""
    SELECT c.id AS number, c.kcidb_id AS id, o.name AS origin, c.start_time, c.valid, {revision}, r.subject,
           r.place AS revision_place, r.id AS revision_number, d.body AS document
    FROM results_checkout c
    JOIN results_origin o ON o.id = c.origin_id
    JOIN results_document d ON d.id = c.document_id
    JOIN results_revision r ON r.id = c.revision_id
    JOIN results_tree tr ON tr.id = r.tree_id
    WHERE c.known AND {where}
    ORDER BY c.start_time DESC NULLS LAST, c.id DESC LIMIT {limit}
""")

# Leans on checkout_newest.
_SINCE: Final = SQL("""
    c.origin_id = (SELECT id FROM results_origin WHERE name = {origin}) AND c.start_time >= {since}
""")

# Leans on revision_commit.
_OF_COMMIT: Final = SQL("""
    c.revision_id = ANY(ARRAY(
        SELECT id FROM results_revision WHERE "commit" = {commit} OR describe = {commit}
    ))
""")

# Leans on revision_history.
_BEFORE: Final = SQL("""
    c.origin_id = (SELECT id FROM results_origin WHERE name = {origin}) AND c.revision_id = ANY(ARRAY(
        SELECT r.id FROM results_revision this
        JOIN results_revision r ON r.tree_id = this.tree_id AND (r.place, r.id) <= (this.place, this.id)
        WHERE this.id = (SELECT revision_id FROM results_checkout WHERE id = {number})
              AND EXISTS (SELECT FROM results_checkout o WHERE o.revision_id = r.id AND o.origin_id = (
                  SELECT id FROM results_origin WHERE name = {origin}))
        ORDER BY r.place DESC, r.id DESC LIMIT {limit}
    ))
""")

MANY: Final = 100_000


def checkout_page(selection: Selection, *, after: str | None = None, limit: int = 100) -> Listing[Checkout]:
    """Return a page of the checkouts under a selection (of ``CHECKOUT_DIMENSIONS``), the newest first."""
    conditions = [where(selection, "checkouts")]
    if after:
        conditions.append(_after(*paging.decode(after, (datetime.fromisoformat, int))))
    rows = _checkouts(all_of(conditions), limit + 1)
    return paging.listing(rows, limit, lambda row: (row.start_time, row.number))


def checkout_detail(kcidb_id: str) -> CheckoutDetail:
    """Return a checkout; NotFound when it is not known."""
    query = _query(SQL("c.key = {}").format(Literal(key_of(kcidb_id))), 1)
    found = fetch(
        query, lambda **row: CheckoutDetail(fields=restore(row["document"], None), checkout=_of(**row))
    )
    if not found:
        raise NotFound(f"checkout {kcidb_id}")
    return found[0]


def recent_checkouts(origin: str, *, since: datetime) -> list[Checkout]:
    """Return the checkouts of an origin since a time, the newest first."""
    return _checkouts(_SINCE.format(since=Literal(since), origin=Literal(origin)), MANY)


def newest_checkouts(origin: str, *, since: datetime) -> tuple[Checkout, ...]:
    """Return the newest checkout since a time of each tree name, URL and branch of an origin, newest first.

    These are the names that the origin uses.
    """
    heads: dict[tuple[str, str, str], Checkout] = {}
    for row in recent_checkouts(origin, since=since):
        heads.setdefault((row.tree_name, row.url, row.branch), row)
    return tuple(heads.values())


def checkouts_numbered(numbers: Iterable[int]) -> dict[int, Checkout]:
    """Return the known checkouts with these numbers of rows."""
    condition = SQL("c.id = ANY({}::int[])").format(Literal(list(set(numbers))))
    return {row.number: row for row in _checkouts(condition, MANY)}


def checkouts_of(
    commit: str, *, origin: str | None = None, url: str | None = None, branch: str | None = None,
    tree: str | None = None,
) -> tuple[Checkout, ...]:  # fmt: skip
    """Return the checkouts of a commit (a hash, or its describe), the newest first.

    URL, branch and tree are those that the origin submitted, or ours.
    """
    wanted = {"url": url, "branch": branch, "tree_name": tree}
    ours = {"url": "url", "branch": "branch", "tree_name": "name"}
    return tuple(
        row
        for row in _checkouts(_OF_COMMIT.format(commit=Literal(commit)), MANY)
        if origin in (None, row.origin)
        and all(
            value is None or value in (getattr(row, name), getattr(row.revision.tree, ours[name]))
            for name, value in wanted.items()
        )
    )


def checkouts_before(checkout: Checkout, *, limit: int) -> tuple[Checkout, ...]:
    """Return what an origin checked out of the newest revisions of a tree, up to a checkout's own.

    The newest revision comes first; checkouts of one revision stand together.
    """
    query = _BEFORE.format(
        origin=Literal(checkout.origin), number=Literal(checkout.number), limit=Literal(limit)
    )
    return tuple(sorted(_checkouts(query, MANY), key=lambda row: row.place, reverse=True))


def _checkouts(condition: Composable, limit: int) -> list[Checkout]:
    return fetch(_query(condition, limit), _of)


def _query(condition: Composable, limit: int) -> Composed:
    return _COLUMNS.format(revision=REVISION_COLUMNS, where=condition, limit=Literal(limit))


def _of(*, document: bytes, **columns: Any) -> Checkout:
    fields: dict[str, Any] = loads(text_of(document).encode())
    revision = as_revision_if_known(columns)
    assert revision is not None  # the query joins it
    return Checkout(
        revision=revision,
        place=(columns.pop("revision_place"), columns.pop("revision_number")),
        tree_name=_text(fields, "tree_name") or revision.tree.name,
        url=_text(fields, "git_repository_url"),
        branch=_text(fields, "git_repository_branch"),
        tags=tuple(_texts(fields.get("git_commit_tags"))),
        **columns,
    )


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> Iterable[str]:
    return (item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _after(start: datetime | None, number: int) -> Composed:
    if start is None:
        return SQL("(c.start_time IS NULL AND c.id < {})").format(Literal(number))
    return SQL("(c.start_time IS NULL OR (c.start_time, c.id) < ({}, {}))").format(
        Literal(start), Literal(number)
    )
