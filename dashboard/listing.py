"""The controls of a listing, as records: its address, chips, facets, sort links and pager.

Every control is a link. An ``Address`` knows what the page itself is about (its path says it, and
parameters that stay), what was asked for on top, and the order of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from dashboard.paths import with_query
from results.queries.facets import Facets, FacetValue
from results.selection import Selection, Term

TITLES: Final = {
    "status": "Status",
    "kind": "Kind",
    "suite": "Suite",
    "path": "Test",
    "platform": "Device",
    "compatible": "Compatible",
    "lab": "Lab",
    "arch": "Architecture",
    "config": "Config",
    "compiler": "Compiler",
    "origin": "Origin",
    "tree": "Tree",
    "branch": "Branch",
    "url": "Repository",
    "commit": "Commit",
    "patchset": "Patches",
    "build": "Build",
    "since": "Since",
    "until": "Until",
    "issue": "Issue",
    "q": "Text",
}
"""What people call a dimension."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a listing stands. ``stays``: parameters that belong to the page, whatever is filtered.

    ``selection`` is what the reader asked for, without what the page is about. ``sort`` is "" for
    the default order.
    """

    path: str
    selection: Selection = field(default_factory=Selection)
    stays: tuple[tuple[str, str], ...] = ()
    sort: str = ""

    def url(self, *extra: tuple[str, str]) -> str:
        """Return this address, with further parameters."""
        return with_query(self.path, [*self.params_but(), *extra])

    def params_but(self, *dimensions: str) -> list[tuple[str, str]]:
        """Return the parameters of this address less some dimensions: what a form has to keep."""
        sort = [("sort", self.sort)] if self.sort else []
        return [*self.stays, *self.selection.without(*dimensions).params(), *sort]

    def selecting(self, selection: Selection) -> Address:
        """Return the address of the same listing under another selection, at its first page."""
        return replace(self, selection=selection)

    def sorted_by(self, sort: str) -> Address:
        """Return the address of the same rows in another order."""
        return replace(self, sort=sort)


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter; ``url`` is the listing without it."""

    title: str
    text: str
    url: str


def _without(selection: Selection, dimension: str, term: Term) -> Selection:
    rest = [kept for kept in selection[dimension] if kept != term]
    return Selection.of({**dict(selection.terms), dimension: rest})


def _with(selection: Selection, dimension: str, term: Term) -> Selection:
    return Selection.of({**dict(selection.terms), dimension: [*selection[dimension], term]})


def chips(address: Address) -> tuple[Chip, ...]:
    """Return one chip for each term of the selection."""
    return tuple(
        Chip(
            TITLES[dimension],
            _said(term),
            address.selecting(_without(address.selection, dimension, term)).url(),
        )
        for dimension, terms in address.selection.terms
        for term in terms
    )


def sentence(selection: Selection) -> str:
    """Return the selection in words for a title: "fail or error, kselftest.net, rk3399-gru-kevin"."""
    return ", ".join(" or ".join(_said(term) for term in terms) for _, terms in selection.terms)


def _said(term: Term) -> str:
    text = "none" if term.value is None else term.value or '""'
    return f"{'not ' if term.negated else ''}{text}{'*' if term.prefix else ''}"


@dataclass(frozen=True, slots=True)
class FacetLink:
    """One value of a facet; ``url`` leads to just the ``count`` rows that have it.

    Of one that is picked, ``url`` drops it. ``also`` adds it to others that are picked ("" when
    there are none).
    """

    text: str
    name: str
    count: int
    url: str
    also: str
    picked: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class FacetPanel:
    """One dimension that the listing can be narrowed to; ``more`` values are not shown."""

    dimension: str
    title: str
    links: tuple[FacetLink, ...]
    more: int


def facet_panels(found: Facets, address: Address) -> tuple[FacetPanel, ...]:
    """Return a panel for each facet that offers a choice."""
    panels = []
    for facet in found.facets:
        links = tuple(_facet_link(facet.dimension, value, address) for value in facet.values)
        if len(links) > 1 or any(link.picked for link in links):
            panels.append(FacetPanel(facet.dimension, TITLES[facet.dimension], links, facet.more))
    return tuple(panels)


def _facet_link(dimension: str, value: FacetValue, address: Address) -> FacetLink:
    now = address.selection
    term = Term.parse(f"!{value.text}" if value.negated else value.text)
    also = ""
    if value.picked:
        changed = _without(now, dimension, term)
    else:
        changed = Selection.of({**dict(now.terms), dimension: [term]})
        if any(not other.negated for other in now[dimension]):
            also = address.selecting(_with(now, dimension, term)).url()
    url = address.selecting(changed).url()
    return FacetLink(value.text, value.name, value.count, url, also, value.picked, value.negated)


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column. ``url`` sorts by it ("" when it does not sort).

    ``direction`` is "ascending" or "descending" for the column that sorts now, else "".
    """

    name: str
    text: str
    css: str
    url: str
    direction: str


def columns(
    heads: Iterable[tuple[str, str, str]], sorts: Sequence[str], address: Address
) -> tuple[Column, ...]:
    """Return the heads of a table from (name, text, CSS class); names in ``sorts`` become links.

    The first of ``sorts`` is the default order. Clicking the column that sorts turns it around.
    """
    current = address.sort or next(iter(sorts), "")
    made = []
    for name, text, css in heads:
        if name not in sorts:
            made.append(Column(name, text, css, "", ""))
            continue
        wanted = f"-{name}" if current == name else name
        direction = "ascending" if current == name else "descending" if current == f"-{name}" else ""
        url = address.sorted_by("" if wanted == sorts[0] else wanted).url()
        made.append(Column(name, text, css, url, direction))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Tab:
    """A choice among listings; ``count`` is None when nothing was counted."""

    text: str
    url: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Pager:
    """Keyset paging: back to the first page, on to the next one ("" when there is none)."""

    first: str
    next: str


def pager(address: Address, *, after: str | None, following: str | None) -> Pager:
    """Return the pager of a page that came after a cursor, and is followed by another one."""
    first = address.url() if after else ""
    return Pager(first, address.url(("after", following)) if following else "")
