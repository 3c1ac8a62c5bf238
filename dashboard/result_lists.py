"""The listings of tests and of builds with everything around them, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from dashboard.filters import Query
from dashboard.listing import (
    Address,
    Chip,
    Column,
    FacetPanel,
    Pager,
    chips,
    columns,
    facet_panels,
    pager,
)
from dashboard.rows import BuildLine, TestLine, build_lines, test_lines
from results.errors import QueryTimeout
from results.queries.builds import BUILD_SORTS, build_page
from results.queries.facets import Facets, Noun, facets, listed
from results.queries.picked import is_scoped
from results.queries.pruned import Pruned, pruned_builds
from results.queries.records import Listing, StatusCounts
from results.queries.tests import TEST_SORTS, test_page
from results.selection import Selection

PAGE_ROWS = 100

Head = tuple[str, str, str]
"""Name, text and CSS class of a column."""

TEST_HEADS: tuple[Head, ...] = (
    ("status", "Status", ""),
    ("path", "Test", ""),
    ("verdict", "Verdict", ""),
    ("platform", "Device", ""),
    ("build", "Build", "p2 p3"),
    ("lab", "Lab", ""),
    ("revision", "Revision", ""),
    ("start", "Age", ""),
    ("duration", "Duration", "n p3"),
)
BUILD_HEADS: tuple[Head, ...] = (
    ("status", "Status", ""),
    ("config", "Config", ""),
    ("arch", "Arch", ""),
    ("compiler", "Compiler", ""),
    ("verdict", "Verdict", ""),
    ("revision", "Revision", ""),
    ("origin", "Origin", "p2 p3"),
    ("start", "Age", ""),
    ("duration", "Duration", "n p2 p3"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultList:
    """A listing with its controls.

    ``rows`` or ``panels`` is None when it took too long; ``later`` is where panels are that were not
    asked for yet, "" when they were. ``total`` counts all rows, not those of
    this page (None when not counted). ``clear`` is the address without filters ("" when there are
    none). ``pruned`` tells which rows are counted and gone.
    """

    noun: str
    rows: tuple[Any, ...] | None
    total: int | None
    columns: tuple[Column, ...]
    panels: tuple[FacetPanel, ...] | None
    later: str
    chips: tuple[Chip, ...]
    pager: Pager
    clear: str
    address: Address
    with_revision: bool
    pruned: Pruned | None

    @property
    def searched(self) -> str:
        """The text that is searched for."""
        return " ".join(str(term) for term in self.address.selection["q"])

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of the text filter leaves as it is."""
        return self.address.params_but("q")

    @property
    def verdict(self) -> str:
        """How many rows there are in all, "" when that was not counted."""
        return "" if self.total is None else f"{self.total:,} {self.noun}"

    @property
    def summary(self) -> str:
        """What is announced when the list was exchanged."""
        return f"{len(self.rows or ()):,} {self.noun} on this page"

    def title(self, said: str) -> str:
        """Return a title: how many, and of what."""
        return " · ".join(part for part in (self.verdict or self.noun, said) if part)


def without_revision(heads: tuple[Head, ...]) -> tuple[Head, ...]:
    """Return the columns of a listing within one revision; what made room for that column comes back."""
    return tuple((name, text, css.replace("p2", "")) for name, text, css in heads if name != "revision")


def tests_list(address: Address, about: Selection, query: Query, *, noun: Noun) -> ResultList:
    """Return the tests (boots, or both) under what a page is about and what was asked for.

    ``about`` selects what the page is about; the query can only narrow it.
    """
    heads = without_revision(TEST_HEADS) if "commit" in about else TEST_HEADS
    return _result_list(address, about, query, noun, _test_lines, columns(heads, TEST_SORTS, address))


def builds_list(address: Address, about: Selection, query: Query) -> ResultList:
    """Return the builds under what a page is about and what was asked for."""
    heads = without_revision(BUILD_HEADS) if "commit" in about else BUILD_HEADS
    return _result_list(address, about, query, "builds", _build_lines, columns(heads, BUILD_SORTS, address))


def _test_lines(selection: Selection, **paging: Any) -> Listing[TestLine]:
    found = test_page(selection, **paging)
    return Listing(test_lines(found.rows), found.after)


def _build_lines(selection: Selection, **paging: Any) -> Listing[BuildLine]:
    found = build_page(selection, **paging)
    return Listing(build_lines(found.rows), found.after)


def _result_list(
    address: Address,
    about: Selection,
    query: Query,
    noun: Noun,
    read: Callable[..., Listing[Any]],
    heads: tuple[Column, ...],
) -> ResultList:
    selection = query.selection.within(about)
    later = "" if noun == "builds" or is_scoped(selection) else _facets_url(address)
    found, counts = (None, _total(selection, noun)) if later else _facets(selection, noun, about)
    try:
        page = read(selection, sort=query.sort or "status", after=query.after, limit=PAGE_ROWS)
    except QueryTimeout:
        page = None
    return ResultList(
        noun=noun,
        rows=None if page is None else page.rows,
        total=counts.total if counts else None,
        columns=heads,
        panels=facet_panels(found, address) if found else None,
        later=later,
        chips=chips(address),
        pager=pager(address, after=query.after, following=None if page is None else page.after),
        clear=address.selecting(Selection()).url() if query.selection else "",
        address=address,
        with_revision="commit" not in about,
        pruned=_pruned(selection, noun, page),
    )


def _facets(
    selection: Selection, noun: Noun, about: Selection
) -> tuple[Facets, StatusCounts] | tuple[None, None]:
    try:
        found = facets(selection, noun=noun, about=about)
    except QueryTimeout:
        return None, None
    return found, found.counts


def _total(selection: Selection, noun: Noun) -> StatusCounts | None:
    try:
        return listed(selection, noun=noun)
    except QueryTimeout:
        return None


def _facets_url(address: Address) -> str:
    """Return where the facets of a listing of everything are: to count them takes longer than to list it."""
    return replace(address, path="/_/facets").url()


def _pruned(selection: Selection, noun: Noun, page: Listing[Any] | None) -> Pruned | None:
    """Return what is missing in a list of tests; builds are never pruned themselves.

    Of a few builds that is told on every page, else where the list ends.
    """
    if noun == "builds" or page is None or (page.after and not is_scoped(selection)):
        return None
    try:
        return pruned_builds(selection)
    except QueryTimeout:
        return None
