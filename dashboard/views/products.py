"""Products: whether what a vendor ships on may ship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.api.product_events import AT, ListProductRegressions, open_events_of
from dashboard.api.products import GetProduct, ListProducts, state_at
from dashboard.event_rows import EventLine
from dashboard.filters import read_query
from dashboard.listing import Address, Pager, pager
from dashboard.parts import enumeration, plural
from dashboard.paths import with_query
from dashboard.product_lines import (
    MOST_COLUMNS,
    MOST_DEVICES,
    Badge,
    BranchHead,
    Row,
    branch_head,
    branch_params,
    device_rows,
    gate_rows,
    said_of,
    sub_page,
)
from dashboard.rows import tree_name
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import Source, twins
from dashboard.views.product_rows import SilentLine, silent_line
from results.errors import QueryTimeout
from results.products.definition import parse
from results.products.state import BranchState, ProductState, Verdict, product_states
from results.queries.product_events import events_by_number
from results.queries.products import ProductRow, product_count, product_page, product_row

PAGE_PRODUCTS: Final = 20
SHOWN_EVENTS: Final = 10
SHOWN_SILENT: Final = 15


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product in the listing, with the first of its branches; ``more`` are not shown."""

    row: ProductRow
    url: str
    badge: Badge
    heads: tuple[BranchHead, ...]
    more: int
    devices: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductsPage(Frame):
    """The listing of products."""

    lines: tuple[ProductLine, ...]
    search: str
    total: int
    pager: Pager

    @property
    def noun(self) -> str:
        """What is listed."""
        return "product" if self.total == 1 else "products"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage(Frame):
    """A product: branches beside each other, under them gates and devices."""

    row: ProductRow
    badge: Badge
    heads: tuple[BranchHead, ...]
    others: tuple[Link, ...]
    gates: tuple[Row, ...]
    devices: tuple[Row, ...]
    hidden_devices: int
    events: tuple[EventLine, ...]
    event_links: tuple[Link, ...]
    silent: tuple[SilentLine, ...]
    silent_links: tuple[Link, ...]
    unmatched: tuple[str, ...]
    is_ambiguous: bool
    is_at: bool


@require_safe
@twins(ListProducts)
def products(request: HttpRequest) -> HttpResponse:
    """Answer /products."""
    query = read_query(request.GET, extra={"q": None})
    search = query.extra.get("q", "")
    found = product_page(search, after=query.after, limit=PAGE_PRODUCTS)
    states = _states(found.rows)
    total = product_count(search)
    page = ProductsPage(
        title=f"{plural(total, 'product')}{f' · {search}' if search else ''}",
        heading="Products",
        section="products",
        verdict=_of_all(states),
        summary=f"{plural(len(found), 'product')} on this page",
        lines=tuple(_line(row, state) for row, state in zip(found, states or repeat(None), strict=False)),
        search=search,
        total=total,
        pager=pager(
            Address(request.path, stays=tuple(query.extra.items())), after=query.after, following=found.after
        ),
    )
    return render_page(request, "products/list.html", page)


@require_safe
@twins(GetProduct, Source(ListProductRegressions, formats=("csv", "atom", "mbox")))
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer /p/<slug>."""
    query = read_query(request.GET, extra=AT)
    row = product_row(slug)
    state = state_at(row, query.extra)
    shown = state.branches[:MOST_COLUMNS]
    heads = tuple(branch_head(slug, branch) for branch in shown)
    broken = [number for branch in shown for number in open_events_of(branch, {})]
    silent = [(branch, pair) for branch in shown for pair in branch.silent]
    page = ProductPage(
        title=f"{_word(state.verdict)} · {row.name}",
        heading=row.name,
        section="products",
        verdict=_verdict(state),
        crumbs=(Link("Products", reverse("products")),),
        row=row,
        badge=Badge.of(state.verdict),
        heads=heads,
        others=tuple(_branch_link(request.path, branch) for branch in state.branches[MOST_COLUMNS:]),
        gates=gate_rows(slug, state, heads),
        devices=device_rows(slug, state, heads, timezone.now().date()),
        hidden_devices=max(0, len(state.platforms) - MOST_DEVICES),
        events=tuple(EventLine.of(event) for event in events_by_number(broken, limit=SHOWN_EVENTS)),
        event_links=_links("product_regressions", slug, [(b, len(open_events_of(b, {}))) for b in shown]),
        silent=tuple(silent_line(branch, pair) for branch, pair in silent[:SHOWN_SILENT]),
        silent_links=_links(
            "product_coverage", slug, [(b, len(b.silent)) for b in shown], ("shown", "silent")
        ),
        unmatched=tuple(_said(state, part) for part in state.unmatched),
        is_ambiguous=state.is_ambiguous,
        is_at="commit" in query.extra,
    )
    return render_page(request, "products/detail.html", page)


def _states(rows: Sequence[ProductRow]) -> tuple[ProductState, ...]:
    """Return how products stand; nothing at all when that takes too long: they are still listed."""
    try:
        return product_states([(parse(row.text), None) for row in rows])
    except QueryTimeout:
        return ()


def _line(row: ProductRow, state: ProductState | None) -> ProductLine:
    branches = state.branches if state else ()
    shown = branches[:3]
    return ProductLine(
        row=row,
        url=reverse("product", args=[row.slug]),
        badge=Badge.of(state.verdict if state else Verdict.UNKNOWN),
        heads=tuple(branch_head(row.slug, branch) for branch in shown),
        more=len(branches) - len(shown),
        devices=len(state.platforms) if state else None,
    )


def _of_all(states: tuple[ProductState, ...]) -> str:
    if not states:
        return "Saved sets of trees, devices and tests, with gates that say whether a revision may ship."
    words = {
        Verdict.FAIL: ("fails a gate", "fail a gate"),
        Verdict.PASS: ("passes all gates", "pass all gates"),
        Verdict.UNKNOWN: ("cannot be told", "cannot be told"),
    }
    counts = {verdict: sum(state.verdict == verdict for state in states) for verdict in words}
    said = enumeration(
        f"{plural(count, 'product')} {words[verdict][count > 1]}"
        for verdict, count in counts.items()
        if count
    )
    return f"{said}, on the newest tested revision of each branch."


def _word(verdict: Verdict) -> str:
    return {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.UNKNOWN: "no verdict"}[verdict]


def _verdict(state: ProductState) -> str:
    if not state.branches:
        return "None of its branches was ever tested."
    return " · ".join(
        f"{tree_name(branch.branch.ref)}: {said_of(branch)}" for branch in state.branches[:MOST_COLUMNS]
    )


def _links(
    name: str, slug: str, counts: list[tuple[BranchState, int]], *params: tuple[str, str]
) -> tuple[Link, ...]:
    return tuple(
        Link(f"{count:,} in {tree_name(branch.branch.ref)}", sub_page(name, slug, branch, *params))
        for branch, count in counts
        if count and branch.head
    )


def _branch_link(path: str, branch: BranchState) -> Link:
    return Link(tree_name(branch.branch.ref), with_query(path, branch_params(branch.branch.ref)))


def _said(state: ProductState, part: int) -> str:
    terms = state.definition.parts[part].only(("tree", "branch", "url"))
    return ", ".join(f"{name} {' or '.join(map(str, values))}" for name, values in terms.terms)
