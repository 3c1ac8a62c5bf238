"""Suites: what is run, and one of them across trees and devices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.api.suites import GetSuite, ListSuites
from dashboard.filters import read_query
from dashboard.parts import Counts, failing, plural
from dashboard.paths import device_path, suite_path, with_query
from dashboard.rows import revision_url, selected_counts, tree_name, tree_params
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.queries.records import StatusCounts
from results.queries.suites import SuiteDetail, SuiteDevice, SuiteRow, SuiteTree, suite_detail, suite_listing
from results.selection import Selection

DAYS = 7


@dataclass(frozen=True, slots=True)
class SuiteLine:
    """A suite in the window, each number a link to what it counts."""

    row: SuiteRow
    url: str
    counts: Counts
    flaky: str
    regressions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuitesPage(Frame):
    """The listing of suites."""

    lines: tuple[SuiteLine, ...]
    search: str


@dataclass(frozen=True, slots=True)
class TreeLine:
    """The newest revision of a tree that the suite ran in; ``grid`` shows the ones before."""

    row: SuiteTree
    tree: str
    url: str
    counts: Counts
    regressions: str
    grid: str


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device that the suite ran on."""

    row: SuiteDevice
    name: str
    url: str
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SuitePage(Frame):
    """A suite across trees and devices."""

    line: SuiteLine
    detail: SuiteDetail
    trees: tuple[TreeLine, ...]
    devices: tuple[DeviceLine, ...]


def _since() -> date:
    return timezone.now().date() - timedelta(days=DAYS - 1)


@require_safe
@twins(ListSuites)
def suites(request: HttpRequest) -> HttpResponse:
    """Answer /suites."""
    search = read_query(request.GET, extra={"q": None}).extra.get("q", "")
    rows = suite_listing(search, since=_since())
    page = SuitesPage(
        title=f"{plural(len(rows), 'suite')}{f' · {search}' if search else ''}",
        heading="Test suites",
        section="suites",
        verdict=f"{plural(len(rows), 'suite').capitalize()} with results in the last {DAYS} days.",
        summary=plural(len(rows), "suite"),
        lines=tuple(_line(row) for row in rows),
        search=search,
    )
    return render_page(request, "suites/list.html", page)


@require_safe
@twins(GetSuite)
def suite(request: HttpRequest, name: str) -> HttpResponse:
    """Answer /suite/<name>."""
    read_query(request.GET)
    detail = suite_detail(name, since=_since())
    row = detail.row
    page = SuitePage(
        title=f"{row.counts.failed:,} fail · {name or 'no suite'}",
        heading=name or "(no suite)",
        section="suites",
        verdict=f"Last {DAYS} days: {failing(StatusCounts(), StatusCounts(), row.counts)}",
        crumbs=(Link("Suites", reverse("suites")),),
        line=_line(row),
        detail=detail,
        trees=tuple(_tree(name, tree) for tree in detail.trees),
        devices=tuple(_device(name, device) for device in detail.devices),
    )
    return render_page(request, "suites/detail.html", page)


def _line(row: SuiteRow) -> SuiteLine:
    about = Selection().where(suite=row.suite or None)
    counts = selected_counts(about.where(since=_since().isoformat()), row.counts)
    return SuiteLine(
        row=row,
        url=suite_path(row.suite) if row.suite else counts.listing,
        counts=counts,
        flaky=with_query(reverse("flaky"), about.params()),
        regressions=with_query(reverse("regressions"), about.params()),
    )


def _tree(suite: str, row: SuiteTree) -> TreeLine:
    tree = row.revision.tree
    about = Selection().where(suite=suite).params()
    return TreeLine(
        row=row,
        tree=tree_name(tree),
        url=revision_url(row.revision),
        counts=selected_counts(row.revision.selection.where(suite=suite), row.counts),
        regressions=with_query(reverse("regressions"), [*tree.selection.params(), *about]),
        grid=with_query(reverse("grid"), [*tree_params(tree), *about]),
    )


def _device(suite: str, row: SuiteDevice) -> DeviceLine:
    about = Selection().where(suite=suite, platform=row.platform, since=_since().isoformat())
    counts = selected_counts(about, row.counts)
    return DeviceLine(
        row=row,
        name="(no device)" if row.platform is None else row.platform,
        url=counts.listing if row.platform is None else device_path(row.platform),
        counts=counts,
    )
