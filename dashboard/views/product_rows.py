"""What the numbers of a product's page count: regressions that go on, and what is expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.api.product_events import ASKED, AT, ListProductRegressions, open_events_of
from dashboard.api.products import state_at
from dashboard.event_rows import EventLine
from dashboard.filters import Query, read_query
from dashboard.listing import Address, Pager, pager
from dashboard.parts import enumeration, plural
from dashboard.paths import with_query
from dashboard.rows import tree_name
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.products.state import BranchState, Pair, ProductState
from results.queries import paging
from results.queries.product_branches import WINDOW
from results.queries.product_events import events_by_number
from results.queries.products import ProductRow, product_row
from results.queries.records import Listing

PAGE_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class SilentLine:
    """What is expected and has no verdict, on a branch; ``url`` leads to its runs."""

    branch: str
    pair: Pair
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductEventsPage(Frame):
    """The regressions (or new flakes) that go on in a product."""

    lines: tuple[EventLine, ...]
    total: int
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveragePage(Frame):
    """What is expected of a product, and whether it passed or failed."""

    lines: tuple[SilentLine, ...]
    total: int
    pager: Pager
    window: int = WINDOW


@require_safe
@twins(ListProductRegressions)
def regressions(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer /p/<slug>/regressions: the rows that the numbers of a product's page count."""
    query = read_query(request.GET, extra=ASKED)
    row, asked = product_row(slug), query.extra
    state = state_at(row, _place(query))
    numbers = list(dict.fromkeys(number for b in state.branches for number in open_events_of(b, asked)))
    found = events_by_number(numbers, after=query.after, limit=PAGE_ROWS)
    noun = "new flake" if asked.get("what") == "newflaky" else "regression"
    said = [asked[name] for name in ("kind", "platform") if name in asked]
    page = ProductEventsPage(
        title=" · ".join([plural(len(numbers), noun), *said, row.name, _where(state)]),
        heading=f"{noun.capitalize()}s of {row.name}",
        section="products",
        verdict=f"{plural(len(numbers), noun)} in {_where(state)}"
        f"{f', {enumeration(said)} only' if said else ''}.",
        summary=f"{plural(len(found), 'event')} on this page",
        crumbs=_crumbs(row),
        lines=tuple(map(EventLine.of, found)),
        total=len(numbers),
        pager=_pager(request, query, found),
    )
    return render_page(request, "products/regressions.html", page)


@require_safe
@twins()
def coverage(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer /p/<slug>/coverage: what is expected, or only what is silent."""
    query = read_query(request.GET, extra={**AT, "shown": ("silent",)})
    row = product_row(slug)
    state = state_at(row, _place(query))
    silent_only = "shown" in query.extra
    pairs = [
        (place, branch, pair)
        for place, branch in enumerate(state.branches)
        for pair in (branch.silent if silent_only else branch.pairs)
    ]
    found = paging.listing(_from(query.after, pairs)[: PAGE_ROWS + 1], PAGE_ROWS, _position)
    word = "silent" if silent_only else "expected"
    page = CoveragePage(
        title=f"{len(pairs):,} {word} · {row.name} {_where(state)} coverage",
        heading=f"Coverage of {row.name}",
        section="products",
        verdict=f"{plural(len(pairs), 'suite')} {word} on a device in {_where(state)}.",
        summary=f"{plural(len(found), 'row')} on this page",
        crumbs=_crumbs(row),
        lines=tuple(silent_line(branch, pair) for _, branch, pair in found),
        total=len(pairs),
        pager=_pager(request, query, found),
    )
    return render_page(request, "products/coverage.html", page)


def silent_line(branch: BranchState, pair: Pair) -> SilentLine:
    """Return the line of what is expected on a branch."""
    selection = branch.branch.ref.selection.where(platform=pair.platform, suite=pair.suite)
    url = with_query("/tests", selection.params()) if pair.day else ""
    return SilentLine(tree_name(branch.branch.ref), pair, url)


def _place(query: Query) -> dict[str, str]:
    return {name: value for name, value in query.extra.items() if name in AT}


def _where(state: ProductState) -> str:
    shown = [
        f"{tree_name(branch.branch.ref)}{f' {branch.head.revision.title}' if branch.head else ''}"
        for branch in state.branches
    ]
    return shown[0] if len(shown) == 1 else f"{len(shown)} branches"


def _crumbs(row: ProductRow) -> tuple[Link, ...]:
    return (Link("Products", reverse("products")), Link(row.name, reverse("product", args=[row.slug])))


def _pager(request: HttpRequest, query: Query, found: Listing[Any]) -> Pager:
    address = Address(request.path, stays=tuple(query.extra.items()))
    return pager(address, after=query.after, following=found.after)


Placed = tuple[int, BranchState, Pair]


def _position(row: Placed) -> tuple[int, str, str]:
    place, _, pair = row
    return (place, pair.platform or "", pair.suite)


def _from(cursor: str | None, pairs: list[Placed]) -> list[Placed]:
    if cursor is None:
        return pairs
    after = tuple(paging.decode(cursor, (int, str, str)))
    places = [number for number, row in enumerate(pairs) if _position(row) == after]
    return pairs[places[0] + 1 :] if places else []
