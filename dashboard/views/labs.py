"""Labs: is my lab the problem?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.api.events import ListRegressions
from dashboard.api.places import GetLab, ListLabs
from dashboard.charts import Days, days
from dashboard.event_rows import EventLine
from dashboard.filters import read_query
from dashboard.lab_answer import fail_share, lab_answer
from dashboard.middleware import with_charts
from dashboard.parts import Counts, plural
from dashboard.paths import device_path, with_query
from dashboard.plots.links import ChartLink, lab_charts
from dashboard.rows import selected_counts
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import Source, twins
from results.queries.events import OPEN, EventFilter, event_page
from results.queries.labs import LAB_DAYS, LabDetail, LabDevice, LabRow, lab_detail, lab_listing
from results.queries.outages import OutageRow, outage_listing
from results.selection import Selection

EVENTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LabLine:
    """A lab in the window, each number a link to the runs it counts."""

    row: LabRow
    boots: Counts
    tests: Counts
    days: Days


@dataclass(frozen=True, slots=True, kw_only=True)
class LabsPage(Frame):
    """The listing of labs."""

    lines: tuple[LabLine, ...]
    search: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLine:
    """A device of a lab.

    ``here`` and ``elsewhere``: how much fails of the builds and suites that both this lab and others
    ran on such a device, in percent (None when there are none).
    """

    name: str
    url: str
    boots: Counts
    tests: Counts
    here: float | None
    elsewhere: float | None
    row: LabDevice


@dataclass(frozen=True, slots=True, kw_only=True)
class LabPage(Frame):
    """A lab and its devices."""

    detail: LabDetail
    line: LabLine
    devices: tuple[DeviceLine, ...]
    outages: tuple[OutageRow, ...]
    charts: tuple[ChartLink, ...]
    events: tuple[EventLine, ...]


@require_safe
@twins(ListLabs)
def labs(request: HttpRequest) -> HttpResponse:
    """Answer /labs."""
    asked = read_query(request.GET, extra={"q": None, "origin": None}).extra
    search, origin = asked.get("q", ""), asked.get("origin", "")
    rows = lab_listing(search, origin=origin or None, today=timezone.now().date())
    page = LabsPage(
        title=plural(len(rows), "lab"),
        heading="Labs",
        section="labs",
        verdict=f"{plural(len(rows), 'lab').capitalize()} with results in the last {LAB_DAYS} days.",
        summary=plural(len(rows), "lab"),
        lines=tuple(_line(row) for row in rows),
        search=search,
        origin=origin,
    )
    return render_page(request, "labs/list.html", page)


@require_safe
@twins(GetLab, Source(ListRegressions, names={"name": "lab"}, formats=("atom",)))
@with_charts
def lab(request: HttpRequest, name: str) -> HttpResponse:
    """Answer /lab/<name>."""
    read_query(request.GET)
    detail = lab_detail(name, today=timezone.now().date())
    if detail.lab.lab != name:
        return redirect("lab", name=detail.lab.lab)
    window = Selection().where(lab=name, since=detail.since.isoformat())
    line = _line(detail.lab)
    outages = outage_listing(name, since=timezone.now() - timedelta(days=LAB_DAYS))
    events = event_page(EventFilter(states=OPEN, lab=name, live=True), limit=EVENTS).rows
    page = LabPage(
        title=f"{detail.lab.boots.failed + detail.lab.tests.failed:,} fail · {name}",
        heading=name,
        section="labs",
        verdict=lab_answer(detail, outages, events, now=timezone.now()),
        crumbs=(Link("Labs", reverse("labs")),),
        detail=detail,
        line=line,
        devices=tuple(_device(window, device) for device in detail.devices),
        outages=outages,
        charts=lab_charts(name),
        events=tuple(EventLine.of(row) for row in events),
    )
    return render_page(request, "labs/detail.html", page)


def _line(row: LabRow) -> LabLine:
    first = timezone.now().date() - timedelta(days=LAB_DAYS - 1)
    window = Selection().where(lab=row.lab, since=first.isoformat())
    return LabLine(
        row=row,
        boots=selected_counts(window.where(kind="boot"), row.boots),
        tests=selected_counts(window.where(kind="test"), row.tests),
        days=days([(day.day, day.counts) for day in row.days]),
    )


def _device(window: Selection, device: LabDevice) -> DeviceLine:
    about = window.where(platform=device.platform)
    return DeviceLine(
        name="(no device)" if device.platform is None else device.platform,
        url=with_query("/tests", about.params()) if device.platform is None else device_path(device.platform),
        boots=selected_counts(about.where(kind="boot"), device.boots),
        tests=selected_counts(about.where(kind="test"), device.tests),
        here=fail_share(device.shared),
        elsewhere=fail_share(device.elsewhere),
        row=device,
    )
