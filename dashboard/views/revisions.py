"""Revisions: what was found in one commit of a tree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.api.endpoint import Endpoint
from dashboard.api.results import ListBuilds, ListTests
from dashboard.api.revision_parts import (
    GetRevisionArrival,
    ListRevisionChanges,
    ListRevisionLabs,
    ListRevisionPaths,
)
from dashboard.api.revisions import GetRevision
from dashboard.filters import Query, read_query
from dashboard.listing import Address, Column, columns, sentence
from dashboard.parts import failing
from dashboard.paths import tree_path, with_query
from dashboard.place_lines import PlaceLine
from dashboard.result_lists import (
    BUILD_HEADS,
    TEST_HEADS,
    ResultList,
    builds_list,
    tests_list,
    without_revision,
)
from dashboard.revision_refs import with_chosen_baseline
from dashboard.revision_tabs import (
    ArrivalTab,
    ChangesTab,
    PathsTab,
    arrival_tab,
    changes_tab,
    lab_lines,
    paths_tab,
)
from dashboard.rows import (
    BuildLine,
    RevisionLine,
    TestLine,
    build_lines,
    comparison_url,
    revision_url,
    test_lines,
    tree_name,
)
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import Source, twins
from dashboard.views.commits import matches_page, untested
from results.errors import NotFound, QueryTimeout
from results.queries.arrival import Arrival, arrival, origin_arrivals
from results.queries.builds import BUILD_DIMENSIONS, BUILD_SORTS, build_page
from results.queries.path_tree import path_level
from results.queries.pruned import Pruned, pruned_builds
from results.queries.records import RevisionRef, StatusCounts
from results.queries.revision_changes import revision_changes
from results.queries.revision_labs import revision_labs
from results.queries.revisions import RevisionDetail, RevisionRow, revision_detail
from results.queries.tests import TEST_SORTS, test_page
from results.queries.trees import find_trees
from results.selection import DIMENSIONS, NONE, REVISION, Selection

TABS = ("changes", "builds", "boots", "tests", "paths", "labs", "arrival")
LISTS = ("builds", "boots", "tests")
"""The tabs that are lists, with filters of their own."""

PARTS: dict[str, type[Endpoint]] = {
    "changes": ListRevisionChanges,
    "paths": ListRevisionPaths,
    "labs": ListRevisionLabs,
    "arrival": GetRevisionArrival,
}
"""Where the data of the other tabs are."""

KINDS = {"boots": "boot", "tests": "test"}
SHOWN = 20
PAGE = ("tab", "url", "patchset")
"""Parameters that belong to the page, whatever is filtered."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a revision; ``counts`` is None where nothing is counted."""

    text: str
    url: str
    is_current: bool
    counts: StatusCounts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What fails, worst kind first; the addresses lead to the whole lists."""

    builds: tuple[BuildLine, ...]
    boots: tuple[TestLine, ...]
    tests: tuple[TestLine, ...]
    build_columns: tuple[Column, ...]
    test_columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionPage(Frame):
    """A revision under one of its tabs: what that tab shows is set.

    ``compare``: what changed since the previous revision, "" when there is none. Under the first
    tab are ``changes``, or in a tree's first revision the ``overview``; neither when it took too long.
    """

    detail: RevisionDetail
    previous: Link | None
    next: Link | None
    compare: str
    tabs: tuple[Tab, ...]
    tab: str
    pruned: Pruned | None = None
    list: ResultList | None = None
    changes: ChangesTab | None = None
    overview: Overview | None = None
    paths: PathsTab | None = None
    labs: tuple[PlaceLine, ...] = ()
    arrival: ArrivalTab | None = None
    asked: str = ""


def _sources(request: HttpRequest) -> tuple[Source, ...]:
    """Return where the data of a tab are: as JSON the revision itself under the first of them."""
    tab = request.GET.get("tab", TABS[0])
    if tab not in LISTS:
        revision = Source(GetRevision, names={"tab": "", "baseline": "", "under": ""})
        if tab not in PARTS:
            return (revision,)
        part = Source(PARTS[tab], names={"tab": ""})
        return (revision, part) if tab == TABS[0] else (part, revision)
    parts = request.resolver_match.kwargs if request.resolver_match else {}
    params = [] if "patchset" in request.GET else [("patchset", NONE)]
    params += [] if "branch" in parts else [("branch", NONE)]
    params += [("kind", KINDS[tab])] if tab in KINDS else []
    listing = ListBuilds if tab == "builds" else ListTests
    return (Source(listing, names={"tab": ""}, params=tuple(params)),)


@require_safe
@twins(choose=_sources)
def revision(request: HttpRequest, tree: str, commit: str, branch: str = "") -> HttpResponse:
    """Answer /c/<tree>/<branch>/<commit>."""
    tab = request.GET.get("tab", TABS[0])
    query = _read(request, tab)
    found = _candidates(tree, branch, commit, query)
    if not found:
        return untested(request, commit, f"{tree_label(tree, branch)} has no revision {commit}.")
    if len(found) > 1:
        lines = tuple(RevisionLine.of(_row(detail), with_repository=True) for detail in found)
        page = matches_page(lines, f"{tree_label(tree, branch)} {commit}")
        return render_page(request, "revisions/matches.html", page)
    return render_page(request, "revisions/detail.html", _page(request.path, found[0], tab, query))


def _read(request: HttpRequest, tab: str) -> Query:
    own: dict[str, Collection[str] | None] = {"tab": TABS, "url": None, "patchset": None}
    if tab not in LISTS:
        further = {"changes": ("baseline",), "arrival": ("baseline",), "paths": ("under",)}.get(tab, ())
        return read_query(request.GET, extra={**own, **dict.fromkeys(further)})
    dimensions: Sequence[str] = BUILD_DIMENSIONS if tab == "builds" else DIMENSIONS
    return read_query(
        request.GET,
        dimensions=[name for name in dimensions if name not in REVISION],
        sorts=BUILD_SORTS if tab == "builds" else TEST_SORTS,
        extra=own,
    )


def _candidates(tree: str, branch: str, commit: str, query: Query) -> tuple[RevisionDetail, ...]:
    """Return the revision of each repository that has this name, branch and commit."""
    found = []
    for candidate in find_trees(tree, branch=branch, url=query.extra.get("url")):
        try:
            found.append(revision_detail(candidate, commit=commit, patchset=query.extra.get("patchset", "")))
        except NotFound:
            continue
    return tuple(found)


def tree_label(tree: str, branch: str) -> str:
    """Return how a branch is called in a sentence."""
    return f"{tree}/{branch}" if branch else tree


def _row(detail: RevisionDetail) -> RevisionRow:
    origins = tuple(dict.fromkeys(checkout.origin for checkout in detail.checkouts))
    return RevisionRow(
        revision=detail.revision,
        subject=detail.subject,
        started=detail.started,
        last_result=detail.last_result,
        origins=origins,
        builds=detail.builds,
        boots=detail.boots,
        tests=detail.tests,
    )


def _page(path: str, detail: RevisionDetail, tab: str, query: Query) -> RevisionPage:
    revision = detail.revision
    stays = tuple((name, query.extra[name]) for name in PAGE if query.extra.get(name))
    address = Address(path, query.selection, stays, query.sort)
    counted = {"builds": detail.builds, "boots": detail.boots, "tests": detail.tests}
    with_repository = "url" in query.extra
    failed = sum(counts.failed for counts in counted.values())
    shown = _shown(address, detail, query, tab)
    listed = shown.get("list")
    counts = listed.title(sentence(query.selection)) if listed else f"{failed:,} fail"
    return RevisionPage(
        title=" · ".join([counts, *_said(tab, query), f"{tree_name(revision.tree)} {revision.title}"]),
        heading=revision.title,
        section="trees",
        verdict=failing(detail.builds, detail.boots, detail.tests),
        summary=listed.summary if listed else "",
        crumbs=(
            Link("Trees", reverse("trees")),
            Link(
                tree_name(revision.tree),
                with_query(tree_path(revision.tree), _repository(revision, with_repository)),
            ),
        ),
        detail=detail,
        previous=_neighbour(detail.previous, tab, with_repository),
        next=_neighbour(detail.next, tab, with_repository),
        compare=comparison_url(detail.previous, revision, with_repository=with_repository)
        if detail.previous
        else "",
        tabs=_tabs(path, tab, stays, counted),
        tab=tab,
        **shown,
    )


def _said(tab: str, query: Query) -> list[str]:
    """Return what the title says of a tab that is no list."""
    return (
        [] if tab in (*LISTS, TABS[0]) else [tab, *([query.extra["under"]] if "under" in query.extra else [])]
    )


def _shown(address: Address, detail: RevisionDetail, query: Query, tab: str) -> dict[str, Any]:
    """Return the fields of the page that a tab fills."""
    revision = detail.revision
    if tab in LISTS:
        return {"list": _list(address, revision.selection, query, tab)}
    if tab == "labs":
        return {"labs": lab_lines(revision_labs(revision), revision)}
    if tab == "paths":
        under = query.extra.get("under", "")
        return {"paths": paths_tab(path_level(revision, under), revision, under, address.url())}
    a, b = with_chosen_baseline(revision, query.extra.get("baseline"))
    if tab == "arrival":
        return {"arrival": arrival_tab(arrival(a, b), a, b)}
    shown: dict[str, Any] = {"pruned": pruned_builds(revision.selection)}
    if a is None:
        return {**shown, "overview": _overview(revision.selection, detail)}
    try:
        found = revision_changes(a, b)
    except QueryTimeout:
        return shown
    arrived = Arrival(origin_arrivals(a, b), (), 0)
    changes = changes_tab(found, arrived, a, b, with_repository="url" in query.extra)
    return {**shown, "changes": changes, "asked": query.extra.get("baseline", "")}


def _repository(revision: RevisionRef, shown: bool) -> list[tuple[str, str]]:
    return [("url", revision.tree.url)] if shown else []


def _neighbour(revision: RevisionRef | None, tab: str, with_repository: bool) -> Link | None:
    if revision is None:
        return None
    params = [("tab", tab)] if tab != TABS[0] else []
    return Link(revision.title, revision_url(revision, *params, with_repository=with_repository))


def _tabs(
    path: str, current: str, stays: tuple[tuple[str, str], ...], counted: dict[str, StatusCounts]
) -> tuple[Tab, ...]:
    others = [item for item in stays if item[0] != "tab"]
    return tuple(
        Tab(
            text=name.title(),
            url=with_query(path, others if name == TABS[0] else [("tab", name), *others]),
            is_current=name == current,
            counts=counted.get(name),
        )
        for name in TABS
    )


def _list(address: Address, about: Selection, query: Query, tab: str) -> ResultList:
    if tab == "builds":
        return builds_list(address, about, query)
    return tests_list(
        address, about.where(kind=KINDS[tab]), query, noun="boots" if tab == "boots" else "tests"
    )


def _overview(about: Selection, detail: RevisionDetail) -> Overview:
    """Return the first failures of each kind; what counts no failure is not asked for."""
    bad = about.where(status="fail")
    address = Address("")
    boots = test_page(bad.where(kind="boot"), limit=SHOWN).rows if detail.boots.failed else ()
    tests = test_page(bad.where(kind="test"), limit=SHOWN).rows if detail.tests.failed else ()
    lines = test_lines((*boots, *tests))
    return Overview(
        builds=build_lines(build_page(bad, limit=SHOWN)) if detail.builds.failed else (),
        boots=lines[: len(boots)],
        tests=lines[len(boots) :],
        build_columns=columns(without_revision(BUILD_HEADS), (), address),
        test_columns=columns(without_revision(TEST_HEADS), (), address),
    )
