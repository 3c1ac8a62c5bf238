"""Trees, and the history of one branch."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.api.revisions import ListRevisions, ListTrees
from dashboard.charts import Sparkline, Trend, TrendPoint, sparkline, trend
from dashboard.event_rows import EventLine
from dashboard.fields import Field, single_valued, text_fields
from dashboard.filters import Query, read_query
from dashboard.listing import Address, Chip, Pager, chips, pager, sentence
from dashboard.middleware import with_charts
from dashboard.parts import failing, plural
from dashboard.paths import with_query
from dashboard.plots.links import ChartLink, branch_charts
from dashboard.rows import RevisionLine, tree_name, tree_params
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.queries.events import OPEN, EventFilter, event_page
from results.queries.records import TreeRef
from results.queries.revisions import RevisionRow, revision_history
from results.queries.trees import TreeRow, find_trees, tree_listing
from results.selection import DIMENSIONS, REVISION, Selection

DAYS = 30
REVISIONS = 40
EVENTS = 10
FIELDS = {
    "platform": "Device",
    "lab": "Lab",
    "suite": "Suite",
    "origin": "Origin",
    "since": "Since",
    "until": "Until",
}
SAID = [name for name in DIMENSIONS if name not in (*REVISION, "build", "kind", "q")]
"""What the counts of a branch can be restricted to."""


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A tree: its newest revision and the trend of its failures."""

    revision: RevisionLine
    trend: Sparkline | None

    @classmethod
    def of(cls, row: TreeRow, *, with_repository: bool) -> TreeLine:
        """Make the line of a tree."""
        newest = RevisionRow(
            revision=row.newest,
            subject=row.subject,
            started=row.started,
            last_result=row.last_result,
            origins=(),
            builds=row.builds,
            boots=row.boots,
            tests=row.tests,
        )
        return cls(RevisionLine.of(newest, with_repository=with_repository), sparkline(row.trend))


@dataclass(frozen=True, slots=True, kw_only=True)
class TreesPage(Frame):
    """The listing of trees."""

    lines: tuple[TreeLine, ...]
    search: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePage(Frame):
    """The revisions of one branch, newest first."""

    tree: TreeRef
    lines: tuple[RevisionLine, ...]
    trend: Trend
    charts: tuple[ChartLink, ...]
    chips: tuple[Chip, ...]
    pager: Pager
    clear: str
    grid: str
    events: tuple[EventLine, ...]
    fields: tuple[Field, ...]
    kept: list[tuple[str, str]]
    only_tags: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoriesPage(Frame):
    """Several repositories that share the name of a branch."""

    links: tuple[Link, ...]


@require_safe
@twins(ListTrees)
def trees(request: HttpRequest) -> HttpResponse:
    """Answer /trees."""
    asked = read_query(request.GET, extra={"q": None, "origin": None}).extra
    search, origin = asked.get("q", ""), asked.get("origin", "")
    rows = tree_listing(search, origin=origin or None, days=DAYS, now=timezone.now())
    names = [tree_name(row.tree) for row in rows]
    number = plural(len(rows), "branch", "branches")
    failed = sum(1 for row in rows if row.builds.failed or row.boots.failed or row.tests.failed)
    page = TreesPage(
        title=f"{failed:,} of {number} fail · trees",
        heading="Trees",
        section="trees",
        verdict=f"{number.capitalize()} with a revision in the last {DAYS} days.",
        summary=number,
        lines=tuple(TreeLine.of(row, with_repository=names.count(tree_name(row.tree)) > 1) for row in rows),
        search=search,
        origin=origin,
    )
    return render_page(request, "trees/list.html", page)


@require_safe
@twins(ListRevisions)
@with_charts
def tree(request: HttpRequest, tree: str, branch: str = "") -> HttpResponse:
    """Answer /tree/<tree>/<branch>."""
    query = read_query(request.GET, dimensions=SAID, extra={"url": None, "tags": ("only",)})
    found = find_trees(tree, branch=branch, url=query.extra.get("url"))
    if not found:
        raise Http404(f"There is no tree {tree}/{branch}.")
    if len(found) > 1:
        return render_page(request, "trees/repositories.html", _repositories(request.path, found))
    return render_page(request, "trees/detail.html", _page(request.path, found[0], query))


def _page(path: str, tree: TreeRef, query: Query) -> TreePage:
    stays = (("url", query.extra["url"]),) if "url" in query.extra else ()
    only_tags = "tags" in query.extra
    address = Address(path, query.selection, (*stays, *([("tags", "only")] if only_tags else [])))
    listing = revision_history(
        tree, selection=query.selection, only_tags=only_tags, after=query.after, limit=REVISIONS
    )
    lines = tuple(
        RevisionLine.of(
            row,
            counted=query.selection,
            with_repository=bool(stays),
            before=before.revision if before else None,
        )
        for row, before in zip_longest(listing, listing.rows[1:])
    )
    return TreePage(
        title=_title(tree, listing.rows, query.selection),
        heading=tree_name(tree),
        section="trees",
        verdict=_verdict(listing.rows),
        summary=plural(len(lines), "revision"),
        crumbs=(Link("Trees", reverse("trees")),),
        tree=tree,
        lines=lines,
        trend=trend([_point(line) for line in reversed(lines)]),
        charts=branch_charts(tree, with_repository=bool(stays)),
        chips=chips(address),
        pager=pager(address, after=query.after, following=listing.after),
        clear=address.selecting(Selection()).url(),
        grid=with_query(reverse("grid"), [*tree_params(tree), *stays]),
        events=tuple(EventLine.of(row) for row in event_page(_open(tree, query), limit=EVENTS)),
        fields=text_fields(query, {}, {}, FIELDS),
        kept=[item for item in address.params_but(*single_valued(query, FIELDS)) if item[0] != "tags"],
        only_tags=only_tags,
    )


def _open(tree: TreeRef, query: Query) -> EventFilter:
    """Return which events of a tree are shown: those on the device or in the lab that is looked at."""
    places = query.selection.only(("platform", "lab", "suite"))
    return EventFilter(states=OPEN, about=places.within(tree.selection), live=True)


def _title(tree: TreeRef, rows: tuple[RevisionRow, ...], selection: Selection) -> str:
    said = f"{sentence(selection)} · " if selection else ""
    failed = f"{rows[0].failed:,} fail · " if rows else ""
    return f"{failed}{said}{tree_name(tree)}"


def _verdict(rows: tuple[RevisionRow, ...]) -> str:
    if not rows:
        return "No revision matches."
    newest = rows[0]
    return f"{newest.revision.title}: {failing(newest.builds, newest.boots, newest.tests)}"


def _point(line: RevisionLine) -> TrendPoint:
    return TrendPoint(line.title, line.url, line.builds.counts + line.boots.counts + line.tests.counts)


def _repositories(path: str, found: tuple[TreeRef, ...]) -> RepositoriesPage:
    name = tree_name(found[0])
    return RepositoriesPage(
        title=f"{len(found)} repositories · {name}",
        heading=name,
        section="trees",
        verdict=f"{len(found)} repositories are called {name}.",
        crumbs=(Link("Trees", reverse("trees")),),
        links=tuple(
            Link(tree.url or "(repository not named)", Address(path, stays=(("url", tree.url),)).url())
            for tree in found
        ),
    )
