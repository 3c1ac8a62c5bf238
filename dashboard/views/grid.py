"""The history of many series at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.api.grid import ListGrid
from dashboard.fields import Field, single_valued, text_fields
from dashboard.filters import Query, read_query
from dashboard.grid_lines import Group, Head, bad_columns, column_head, grid_line
from dashboard.listing import Address, Chip, Pager, Tab, chips, pager, sentence
from dashboard.parts import plural
from dashboard.revision_refs import one_revision, tree_links, tree_of
from dashboard.rows import tree_name
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import Source, twins
from results.queries.grid import GRID_DIMENSIONS, Grid, Rows, grid
from results.queries.pruned import kept_since
from results.queries.revision_names import LATEST, NamedRevision
from results.selection import Selection

ROWS: Final[dict[Rows, str]] = {
    "failing": "failed in one of these revisions",
    "changed": "failed and passed in these revisions",
    "all": "ran in these revisions",
}
WIDTHS: Final = ("20", "40", "60", "120")
WIDTH: Final = "40"
PAGE_ROWS: Final = 50
TEXTS: Final = {"tree": "Tree", "branch": "Branch"}
FIELDS: Final = {"suite": "Suite", "path": "Test", "platform": "Device", "lab": "Lab"}
ASKED: Final[dict[str, Any]] = {
    "tree": None, "branch": None, "url": None, "to": None, "rows": tuple(ROWS), "n": WIDTHS,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPage(Frame):
    """A part of the grid of a tree; without ``heads`` the trees that there are.

    ``kept_since``: of before then tests were deleted, None when no column is that old.
    """

    fields: tuple[Field, ...]
    kept: list[tuple[str, str]]
    trees: tuple[Link, ...] = ()
    heads: tuple[Head, ...] = ()
    groups: tuple[Group, ...] = ()
    bad: tuple[str, ...] = ()
    kept_since: datetime | None = None
    tabs: tuple[Tab, ...] = ()
    widths: tuple[Tab, ...] = ()
    older: str = ""
    newest: str = ""
    chips: tuple[Chip, ...] = ()
    clear: str = ""
    shown: int = 0
    total: int | None = None
    pager: Pager | None = None


def _sources(request: HttpRequest) -> tuple[Source, ...]:
    """Return where the data of a grid are; the page that asks for a tree has none."""
    return (Source(ListGrid),) if "tree" in request.GET or "to" in request.GET else ()


@require_safe
@twins(choose=_sources)
def history(request: HttpRequest) -> HttpResponse:
    """Answer /grid."""
    query = read_query(request.GET, dimensions=GRID_DIMENSIONS, extra=ASKED, sorts=("recent", "name"))
    asked = dict(query.extra)
    if "tree" not in asked and "to" not in asked:
        return render_page(request, "grid/detail.html", _form(request.path, query))
    newest = one_revision("to" if "to" in asked else "tree", asked.get("to", LATEST), tree_of(asked))
    return render_page(request, "grid/detail.html", _page(request.path, query, asked, newest))


def _form(path: str, query: Query) -> GridPage:
    return GridPage(
        title="History grids of all trees",
        heading="History grid",
        section="grid",
        verdict="Tests against revisions, for one branch at a time.",
        fields=text_fields(query, {}, TEXTS, FIELDS),
        kept=[],
        trees=tree_links(path),
    )


def _page(path: str, query: Query, asked: dict[str, str], newest: NamedRevision) -> GridPage:
    rows: Rows = next((name for name in ROWS if name == asked.get("rows")), "failing")
    width = asked.get("n", WIDTH)
    stays = tuple((name, asked[name]) for name in ASKED if name in asked)
    address = Address(path, query.selection, stays, query.sort)
    found = grid(
        newest,
        selection=query.selection,
        rows=rows,
        sort="name" if query.sort.endswith("name") else "recent",
        width=int(width),
        after=query.after,
        limit=PAGE_ROWS,
    )
    number = plural(len(found.rows) if found.total is None else found.total, "series", "series")
    about = " · ".join(part for part in (sentence(query.selection), tree_name(newest.revision.tree)) if part)
    lines = tuple(grid_line(row, found.columns) for row in found.rows)
    return GridPage(
        title=f"{number} {rows} · {about} {newest.revision.title} grid",
        heading=f"History of {tree_name(newest.revision.tree)}",
        section="grid",
        verdict=_verdict(found, rows),
        summary=f"{len(lines)} series on this page",
        fields=text_fields(query, asked, TEXTS, FIELDS),
        kept=[item for item in address.params_but(*single_valued(query, FIELDS)) if item[0] not in TEXTS],
        heads=tuple(column_head(column.revision, with_repository="url" in asked) for column in found.columns),
        groups=tuple(Group(name, tuple(group)) for name, group in groupby(lines, lambda line: line.row.path)),
        bad=bad_columns(found),
        kept_since=kept if (kept := kept_since()) and kept > found.columns[-1].started else None,
        tabs=tuple(Tab(name, _with(address, rows=name).url(), name == rows) for name in ROWS),
        widths=tuple(Tab(name, _with(address, n=name).url(), name == width) for name in WIDTHS),
        older=_with(address, to=found.older.commit).url() if found.older else "",
        newest=_with(address, to="").url() if "to" in asked else "",
        chips=chips(address),
        clear=address.selecting(Selection()).url() if query.selection else "",
        shown=len(lines),
        total=found.total,
        pager=pager(_with(address, to=newest.revision.commit), after=query.after, following=found.rows.after),
    )


def _with(address: Address, **changed: str) -> Address:
    """Return an address with other parameters of the page; "" drops one."""
    merged = {**dict(address.stays), **changed}
    return replace(address, stays=tuple((name, merged[name]) for name in ASKED if merged.get(name)))


def _verdict(found: Grid, rows: Rows) -> str:
    number = "Series that" if found.total is None else f"{plural(found.total, 'series', 'series')} that"
    return f"{number} {ROWS[rows]}: the last {plural(len(found.columns), 'revision')}, newest left."
