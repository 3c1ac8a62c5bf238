"""Products: how they stand, whether a revision may ship, what became of them; and changing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from django.http import HttpResponse
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request

from dashboard.api.endpoint import Row, Rows, Thing
from dashboard.api.shapes import product_reports
from dashboard.api.shapes import products as shapes
from dashboard.api.writing import Change, Writable
from dashboard.filters import BadQuery, Query
from dashboard.models import Scope
from dashboard.product_refs import PLACES, branches_of, ends_of, one_of
from results.errors import NotFound
from results.products.definition import BadDefinition, parse
from results.products.report import product_report
from results.products.state import ProductState, product_states
from results.products.store import (
    BadSlug,
    NotAllowed,
    change_product,
    create_product,
    delete_product,
    slug_of,
)
from results.queries.products import ProductRow, product_changes, product_count, product_page, product_row
from results.queries.records import Listing

MOST_STATES: Final = 50
"""Products of a page, whatever the limit: each of them is judged anew."""

T = TypeVar("T")


class Definitions(BaseParser):
    """A definition as it is, instead of JSON that has it as ``text``."""

    media_type = "text/plain"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """Return what the JSON would say; ParseError when the bytes are no text."""
        try:
            return {"text": stream.read().decode()}
        except UnicodeDecodeError as error:
            raise ParseError("The definition is not UTF-8.") from error


class ListProducts(Writable, Rows):
    """Products by name, each with the newest state of its branches; a page has at most 50."""

    tag, shape, is_timeless = "products", shapes.ProductItem, False
    extra = {"q": None}
    page_rows = 20
    scope, takes_text, parser_classes = Scope.PRODUCTS, True, (JSONParser, Definitions)
    changes = {
        "post": Change("createProduct", "Make a product.", shapes.NewProduct, 201, shapes.ProductWhole)
    }

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of products with their states."""
        found = product_page(query.extra.get("q", ""), after=query.after, limit=min(limit, MOST_STATES))
        states = product_states([(parse(row.text), None) for row in found])
        return Listing(tuple(zip(found.rows, states, strict=True)), found.after)

    def item(self, record: Any) -> Row:
        """Return a product."""
        return shapes.product_item(*record)

    def total(self, query: Query, **names: Any) -> int | None:
        """Return how many there are."""
        return product_count(query.extra.get("q", ""))

    def post(self, request: Request, **names: Any) -> HttpResponse:
        """Make a product."""
        body = self.sent(request)
        text, why = str(body["text"]), str(body.get("why", ""))
        slug = str(body.get("slug", "")) or slug_of(_tried(lambda: parse(text)).name)
        _tried(lambda: create_product(slug, text, who=self.token.user, why=why))
        return self.answer(_whole(slug), location=f"/api/v1/products/{slug}")


class GetProduct(Writable, Thing):
    """One product: its definition as text and as structure, its state and its history.

    With `commit` it is the state at that revision, whatever ran on it; `tree`, `branch` and `url` pick a
    branch.
    """

    tag, shape, names, is_timeless = "products", shapes.ProductWhole, ("slug",), False
    extra = {"commit": None, **PLACES}
    scope, takes_text, parser_classes = Scope.PRODUCTS, True, (JSONParser, Definitions)
    changes = {
        "put": Change(
            "putProduct", "Make a product, or give it another definition.", shapes.ProductBody, 200,
            shapes.ProductWhole,
        ),
        "delete": Change(
            "deleteProduct", "Delete a product; its history stays, and its short name taken.", None, 204, None
        ),
    }  # fmt: skip

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the product."""
        return _whole(names["slug"], query)

    def put(self, request: Request, **names: Any) -> HttpResponse:
        """Make or change the product."""
        body = self.sent(request)
        slug, text, why = names["slug"], str(body["text"]), str(body.get("why", ""))

        def keep() -> None:
            try:
                change_product(slug, text, who=self.token.user, why=why)
            except NotFound:
                create_product(slug, text, who=self.token.user, why=why)

        _tried(keep)
        return self.answer(_whole(slug))

    def delete(self, request: Request, **names: Any) -> HttpResponse:
        """Delete the product."""
        _tried(lambda: delete_product(names["slug"], who=self.token.user))
        return self.answer()


class GetProductGate(Thing):
    """Whether a revision of a product may ship: `verdict` is pass, fail or unknown.

    Without `commit` it is the newest revision of each branch on which anything of the product ran. The
    status is 200 whatever the verdict.
    """

    tag, shape, names, is_timeless = "products", shapes.ProductGate, ("slug",), False
    extra = {"commit": None, **PLACES}

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the verdict."""
        row = product_row(names["slug"])
        return shapes.product_gate(row.slug, state_at(row, query.extra))


class GetProductReport(Thing):
    """What became of a product from one revision of a branch to another: fixed, regressed, coverage.

    Without `from` and `to` these are the oldest and the newest revision that are looked at.
    """

    tag, shape, names, is_timeless = "products", product_reports.ProductReportWhole, ("slug",), False
    extra = {"from": None, "to": None, **PLACES}

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the report."""
        row = product_row(names["slug"])
        definition = parse(row.text)
        ends = ends_of(definition, query.extra)
        if ends is None:
            raise NotFound(f"branch of product {row.slug}")
        return product_reports.product_report_whole(row.slug, product_report(definition, *ends))


def state_at(row: ProductRow, asked: Any) -> ProductState:
    """Return how a product stands as the parameters ask: at a revision, on a branch, or now."""
    definition = parse(row.text)
    branches = branches_of(definition, asked) if asked else ()
    revision = one_of("commit", asked["commit"], branches, asked) if "commit" in asked else None
    (state,) = product_states([(definition, revision)])
    return state.of_trees({branch.tree for branch in branches}) if branches else state


def _whole(slug: str, query: Query | None = None) -> Row:
    row = product_row(slug)
    return shapes.product_whole(row, state_at(row, query.extra if query else {}), product_changes(row.number))


def _tried(act: Callable[[], T]) -> T:
    try:
        return act()
    except BadDefinition as error:
        raise BadQuery(f"text: {error}", parameters=("text",)) from error
    except BadSlug as error:
        raise BadQuery(f"slug: {error}", parameters=("slug",)) from error
    except NotAllowed as error:
        raise PermissionDenied("The product belongs to somebody else.") from error
