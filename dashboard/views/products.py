"""Products: whether what a vendor ships on may ship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.api.products import GetProduct, ListProducts, state_at
from dashboard.event_rows import EventLine
from dashboard.filters import Query, read_query
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
from dashboard.product_refs import PLACES
from dashboard.rows import tree_name
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.models import Event
from results.products.definition import parse
from results.products.state import BranchState, Pair, ProductState, Verdict, product_states
from results.queries import paging
from results.queries.product_events import events_by_number
from results.queries.products import ProductRow, product_count, product_page, product_row
from results.queries.records import Listing

PAGE_PRODUCTS: Final = 25
SHOWN_EVENTS: Final = 10
SHOWN_SILENT: Final = 15
PAGE_ROWS: Final = 100
AT: Final[dict[str, Any]] = {"commit": None, **PLACES}
KINDS: Final = ("boot", "tests")
WHATS: Final = ("newfail", "newflaky")


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product in the listing, with the first of its branches; ``more`` are not shown."""

    row: ProductRow
    url: str
    badge: Badge
    heads: tuple[BranchHead, ...]
    more: int
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductsPage(Frame):
    """The listing of products."""

    lines: tuple[ProductLine, ...]
    search: str
    total: int
    pager: Pager


@dataclass(frozen=True, slots=True)
class SilentLine:
    """What is expected and has no verdict, on a branch; ``url`` leads to its runs."""

    branch: str
    pair: Pair
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage(Frame):
    """A product: branches beside each other, under them gates and devices."""

    row: ProductRow
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


@require_safe
@twins(ListProducts)
def products(request: HttpRequest) -> HttpResponse:
    """Answer /products."""
    query = read_query(request.GET, extra={"q": None})
    search = query.extra.get("q", "")
    found = product_page(search, after=query.after, limit=PAGE_PRODUCTS)
    states = product_states([(parse(row.text), None) for row in found])
    total = product_count(search)
    page = ProductsPage(
        title=f"{plural(total, 'product')}{f' · {search}' if search else ''}",
        heading="Products",
        section="products",
        verdict=_of_all(states),
        summary=f"{plural(len(found), 'product')} on this page",
        lines=tuple(_line(row, state) for row, state in zip(found, states, strict=True)),
        search=search,
        total=total,
        pager=pager(
            Address(request.path, stays=tuple(query.extra.items())), after=query.after, following=found.after
        ),
    )
    return render_page(request, "products/list.html", page)


@require_safe
@twins(GetProduct)
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer /p/<slug>."""
    query = read_query(request.GET, extra=AT)
    row = product_row(slug)
    state = state_at(row, query.extra)
    shown = state.branches[:MOST_COLUMNS]
    heads = tuple(branch_head(slug, branch) for branch in shown)
    broken = [number for branch in shown for number in _open(branch, {})]
    silent = [(branch, pair) for branch in shown for pair in branch.silent]
    page = ProductPage(
        title=f"{_word(state.verdict)} · {row.name}",
        heading=row.name,
        section="products",
        verdict=_verdict(state),
        crumbs=(Link("Products", reverse("products")),),
        row=row,
        heads=heads,
        others=tuple(_branch_link(request.path, branch) for branch in state.branches[MOST_COLUMNS:]),
        gates=gate_rows(slug, state, heads),
        devices=device_rows(slug, state, heads, timezone.now().date()),
        hidden_devices=max(0, len(state.platforms) - MOST_DEVICES),
        events=tuple(EventLine.of(event) for event in events_by_number(broken, limit=SHOWN_EVENTS)),
        event_links=_links("product_regressions", slug, [(b, len(_open(b, {}))) for b in shown]),
        silent=tuple(_silent(branch, pair) for branch, pair in silent[:SHOWN_SILENT]),
        silent_links=_links(
            "product_coverage", slug, [(b, len(b.silent)) for b in shown], ("shown", "silent")
        ),
        unmatched=tuple(_said(state, part) for part in state.unmatched),
        is_ambiguous=state.is_ambiguous,
        is_at="commit" in query.extra,
    )
    return render_page(request, "products/detail.html", page)


@require_safe
@twins()
def regressions(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer /p/<slug>/regressions: the rows that the numbers of a product's page count."""
    query = read_query(request.GET, extra={**AT, "platform": None, "kind": KINDS, "what": WHATS})
    row, asked = product_row(slug), query.extra
    state = state_at(row, _place(query))
    numbers = list(dict.fromkeys(number for b in state.branches for number in _open(b, asked)))
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
        lines=tuple(_silent(branch, pair) for _, branch, pair in found),
        total=len(pairs),
        pager=_pager(request, query, found),
    )
    return render_page(request, "products/coverage.html", page)


def _line(row: ProductRow, state: ProductState) -> ProductLine:
    shown = state.branches[:3]
    return ProductLine(
        row=row,
        url=reverse("product", args=[row.slug]),
        badge=Badge.of(state.verdict),
        heads=tuple(branch_head(row.slug, branch) for branch in shown),
        more=len(state.branches) - len(shown),
        devices=len(state.platforms),
    )


def _of_all(states: tuple[ProductState, ...]) -> str:
    if not states:
        return "Saved sets of trees, devices and tests, with gates that say whether a revision may ship."
    words = {Verdict.FAIL: "fail a gate", Verdict.PASS: "pass all gates", Verdict.UNKNOWN: "cannot be told"}
    counts = {verdict: sum(state.verdict == verdict for state in states) for verdict in words}
    said = enumeration(f"{count:,} {words[verdict]}" for verdict, count in counts.items() if count)
    return f"{said[:1].upper()}{said[1:]}, on the newest revision of each branch."


def _word(verdict: Verdict) -> str:
    return {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.UNKNOWN: "no verdict"}[verdict]


def _verdict(state: ProductState) -> str:
    if not state.branches:
        return "None of its branches was ever tested."
    return " · ".join(
        f"{tree_name(branch.branch.ref)}{f' {branch.head.revision.title}' if branch.head else ''}: "
        f"{said_of(branch)}"
        for branch in state.branches[:3]
    )


def _open(branch: BranchState, asked: Any) -> tuple[int, ...]:
    """Return the events of a branch that the parameters pick: regressions, unless they say otherwise."""
    wanted = Event.Kind.FLAKE if asked.get("what") == "newflaky" else Event.Kind.REGRESSION
    platform = asked.get("platform")
    return tuple(
        dict.fromkeys(
            event.event
            for event in branch.events
            if event.kind == wanted
            and (platform is None or (event.platform or "none") == platform)
            and ("kind" not in asked or (event.subject == Event.Subject.BOOT) == (asked["kind"] == "boot"))
        )
    )


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


def _silent(branch: BranchState, pair: Pair) -> SilentLine:
    selection = branch.branch.ref.selection.where(platform=pair.platform, suite=pair.suite)
    url = with_query("/tests", selection.params()) if pair.day else ""
    return SilentLine(tree_name(branch.branch.ref), pair, url)


def _said(state: ProductState, part: int) -> str:
    terms = state.definition.parts[part].only(("tree", "branch", "url"))
    return ", ".join(f"{name} {' or '.join(map(str, values))}" for name, values in terms.terms)


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
