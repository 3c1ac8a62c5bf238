"""Devices: what hardware is tested, and how it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.api.events import ListRegressions
from dashboard.api.places import GetDevice, ListDevices
from dashboard.charts import Sparkline, sparkline
from dashboard.event_rows import EventLine
from dashboard.filters import read_query
from dashboard.listing import Address, Chip, chips, sentence
from dashboard.middleware import with_charts
from dashboard.parts import Counts, failing, plural
from dashboard.paths import device_path, lab_path, with_query
from dashboard.place_lines import PlaceLine
from dashboard.plots.links import ChartLink, device_charts
from dashboard.rows import SuiteLine, revision_url, selected_counts, tree_name, tree_params
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import Source, twins
from results.queries.device_coverage import StoppedSuite, boot_times, stopped_suites
from results.queries.devices import (
    DeviceDetail,
    DeviceLab,
    DeviceRow,
    DeviceTree,
    device_detail,
    device_listing,
)
from results.queries.events import OPEN, EventFilter, event_page
from results.queries.records import StatusCounts
from results.selection import Selection

DAYS = 7
EVENTS = 20
SAID = ("lab", "origin", "platform", "compatible", "arch", "tree", "branch", "suite", "q")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """A device in the window, each number a link to the runs it counts."""

    row: DeviceRow
    boots: Counts
    tests: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesPage(Frame):
    """The listing of devices."""

    lines: tuple[DeviceLine, ...]
    search: str
    stays: tuple[tuple[str, str], ...]
    chips: tuple[Chip, ...]
    clear: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePage(Frame):
    """A device: its trees, labs and suites."""

    detail: DeviceDetail
    trees: tuple[PlaceLine, ...]
    labs: tuple[PlaceLine, ...]
    suites: tuple[SuiteLine, ...]
    compatibles: tuple[Link, ...]
    charts: tuple[ChartLink, ...]
    exclusive: int
    boot_time: Sparkline | None
    stopped: tuple[StoppedSuite, ...]
    events: tuple[EventLine, ...]


def _first_day() -> date:
    return timezone.now().date() - timedelta(days=DAYS - 1)


def _kinds(about: Selection, boots: StatusCounts, tests: StatusCounts) -> dict[str, Counts]:
    return {
        "boots": selected_counts(about.where(kind="boot"), boots),
        "tests": selected_counts(about.where(kind="test"), tests),
    }


@require_safe
@twins(ListDevices)
def devices(request: HttpRequest) -> HttpResponse:
    """Answer /devices."""
    query = read_query(request.GET, dimensions=SAID)
    since = _first_day()
    rows = device_listing(query.selection, since=since)
    window = query.selection.without("q").where(since=since.isoformat())
    lines = tuple(
        DeviceLine(row=row, **_kinds(window.where(platform=row.platform), row.boots, row.tests))
        for row in rows
    )
    address = Address(request.path, query.selection)
    kept = query.selection.without("q")
    said = sentence(query.selection)
    page = DevicesPage(
        title=f"{plural(len(rows), 'device')}{f' · {said}' if said else ''}",
        heading="Devices",
        section="devices",
        verdict=f"{plural(len(rows), 'device').capitalize()} with results in the last {DAYS} days.",
        summary=plural(len(rows), "device"),
        lines=lines,
        search=" ".join(str(term) for term in query.selection["q"]),
        stays=tuple(kept.params()),
        chips=chips(address),
        clear=request.path,
    )
    return render_page(request, "devices/list.html", page)


@require_safe
@twins(GetDevice, Source(ListRegressions, formats=("atom",)))
@with_charts
def device(request: HttpRequest, platform: str) -> HttpResponse:
    """Answer /device/<platform>."""
    read_query(request.GET)
    detail = device_detail(platform, since=_first_day())
    if detail.platform != platform:
        return redirect(device_path(detail.platform))
    here = Selection().where(platform=platform)
    window = here.where(since=detail.since.isoformat())
    shown = EventFilter(states=OPEN, platform=platform, live=True)
    lines = tuple(EventLine.of(row) for row in event_page(shown, limit=EVENTS))
    page = DevicePage(
        title=f"{detail.boots.failed + detail.tests.failed:,} fail · {platform}",
        heading=platform,
        section="devices",
        verdict=f"Last {DAYS} days: {failing(StatusCounts(), detail.boots, detail.tests)}",
        crumbs=(Link("Devices", reverse("devices")),),
        detail=detail,
        trees=tuple(_tree(here, tree) for tree in detail.trees),
        labs=tuple(_lab(window, lab) for lab in detail.labs),
        suites=tuple(SuiteLine.of(found.suite, found.counts, window) for found in detail.suites),
        compatibles=tuple(
            Link(name, with_query(reverse("devices"), [("compatible", name)])) for name in detail.compatibles
        ),
        charts=device_charts(platform),
        events=lines,
        exclusive=sum(1 for line in lines if line.row.n_platforms == 1),
        boot_time=sparkline(boot_times(platform, since=detail.since), unit=" ms"),
        stopped=stopped_suites(platform, since=detail.since),
    )
    return render_page(request, "devices/detail.html", page)


def _tree(here: Selection, tree: DeviceTree) -> PlaceLine:
    revision = tree.revision
    return PlaceLine.of(
        f"{tree_name(revision.tree)} {revision.title}",
        revision_url(revision),
        tree.started,
        here.within(revision.selection),
        boots=tree.boots,
        tests=tree.tests,
        note=_change(tree),
        more=with_query("/grid", [*tree_params(revision.tree), *here.params(), ("to", revision.commit)]),
    )


def _change(tree: DeviceTree) -> str:
    """Return how many failures more or less there are than in the revision before."""
    if tree.before is None:
        return ""
    more = tree.boots.failed + tree.tests.failed - tree.before.boots.failed - tree.before.tests.failed
    return f"{more:+,} fail since {tree.before.revision.title}" if more else "as many fail as before"


def _lab(window: Selection, lab: DeviceLab) -> PlaceLine:
    return PlaceLine.of(
        lab.lab,
        lab_path(lab.lab),
        lab.last_result,
        window.where(lab=lab.lab),
        boots=lab.boots,
        tests=lab.tests,
    )
