"""Products as they are listed, and what became of the definition of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import Columns, fetch
from results.errors import NotFound
from results.models import ProductChange
from results.queries import paging
from results.queries.records import Listing
from results.vocabulary import escape_like


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product. ``owner`` is "" when nobody but staff may change it."""

    number: int
    slug: str
    name: str
    about: str
    text: str
    owner: str
    created: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class ProductChangeRow:
    """A definition that a product had from then on; ``before`` is the one that it had until then.

    ``who`` is "" for a command, or an account that is gone.
    """

    what: ProductChange.What
    at: datetime
    who: str
    why: str
    text: str
    before: str


# Leans on product_listing.
_PRODUCTS: Final = SQL("""
    SELECT p.id AS number, p.slug, p.name, p.about, p.text, p.created, p.changed,
           coalesce((SELECT username FROM auth_user WHERE id = p.owner_id), '') AS owner
    FROM results_product p
    WHERE p.deleted IS NULL AND {where} AND {after}
    ORDER BY p.name, p.id LIMIT {limit}
""")

_COUNT: Final = SQL("SELECT count(*) FROM results_product p WHERE p.deleted IS NULL AND {where}")

# Leans on productchange_newest.
_CHANGES: Final = SQL("""
    SELECT c.what, c.at, c.why, c.text, coalesce(older.text, '') AS before,
           coalesce((SELECT username FROM auth_user WHERE id = c.who_id), '') AS who
    FROM results_productchange c
    LEFT JOIN LATERAL (
        SELECT o.text FROM results_productchange o
        WHERE o.product_id = c.product_id AND o.id < c.id ORDER BY o.id DESC LIMIT 1
    ) older ON true
    WHERE c.product_id = {product} ORDER BY c.id DESC LIMIT {limit}
""")


def product_page(search: str = "", *, after: str | None = None, limit: int = 25) -> Listing[ProductRow]:
    """Return a page of products by name; ``search``: a part of name, short name or description.

    Raises BadCursor.
    """
    place: Composable = SQL("true")
    if after:
        name, number = paging.decode(after, (str, int))
        place = SQL("(p.name, p.id) > ({}, {})").format(Literal(name), Literal(number))
    query = _PRODUCTS.format(where=_where(search), after=place, limit=Literal(limit + 1))
    return paging.listing(fetch(query, ProductRow), limit, lambda row: (row.name, row.number))


def product_row(slug: str) -> ProductRow:
    """Return a product; NotFound when there is none, or not any more."""
    condition = SQL("p.slug = {}").format(Literal(slug))
    found = fetch(_PRODUCTS.format(where=condition, after=SQL("true"), limit=Literal(1)), ProductRow)
    if not found:
        raise NotFound(f"product {slug}")
    return found[0]


def product_count(search: str = "") -> int:
    """Return how many products there are in all."""
    found: list[Columns] = fetch(_COUNT.format(where=_where(search)), Columns)
    return int(found[0]["count"])


def product_changes(product: int, *, limit: int = 100) -> tuple[ProductChangeRow, ...]:
    """Return the newest part of the history of a product's definition, the newest first."""
    return tuple(fetch(_CHANGES.format(product=Literal(product), limit=Literal(limit)), _change))


def _where(search: str) -> Composable:
    if not search:
        return SQL("true")
    text = Literal(f"%{escape_like(search)}%")
    return SQL("(p.name ILIKE {0} OR p.slug ILIKE {0} OR p.about ILIKE {0})").format(text)


def _change(*, what: int, **columns: Any) -> ProductChangeRow:
    return ProductChangeRow(what=ProductChange.What(what), **columns)
