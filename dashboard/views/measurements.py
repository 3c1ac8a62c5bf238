"""Measurements that changed, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.api.measurements import DIRECTIONS, ListMetricChanges
from dashboard.filters import read_query
from dashboard.listing import Address, Pager, Tab, pager
from dashboard.measured_rows import ChangeLine, change_lines
from dashboard.parts import plural
from dashboard.paths import with_query
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.queries.metric_changes import (
    MetricFilter,
    metric_change_counts,
    metric_change_page,
)

EXTRA: Final[dict[str, Any]] = {"direction": tuple(DIRECTIONS), "q": None, "tree": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementsPage(Frame):
    """The listing of changes in one direction."""

    lines: tuple[ChangeLine, ...]
    tabs: tuple[Tab, ...]
    asked: dict[str, str]
    total: int
    pager: Pager
    clear: str


@require_safe
@twins(ListMetricChanges)
def measurements(request: HttpRequest) -> HttpResponse:
    """Answer /measurements."""
    query = read_query(request.GET, extra=EXTRA)
    asked: dict[str, str] = dict(query.extra)
    word = asked.get("direction", "worse")
    which = MetricFilter(DIRECTIONS[word], asked.get("q", ""), asked.get("tree", ""))
    found, counts = metric_change_page(which, after=query.after), metric_change_counts(which)
    page = MeasurementsPage(
        title=f"{counts[which.direction]:,} {word} · measurements",
        heading="Measurements that changed",
        section="regressions",
        verdict="Numbers of tests, the time that boots and builds take and warnings of builds, where they "
        "changed beyond their noise.",
        summary=f"{plural(len(found), 'change')} on this page",
        crumbs=(Link("Regressions", reverse("regressions")),),
        lines=change_lines(found),
        tabs=tuple(
            Tab(
                each.capitalize(),
                with_query(request.path, {**asked, "direction": each}.items()),
                each == word,
                counts[direction],
            )
            for each, direction in DIRECTIONS.items()
        ),
        asked=asked,
        total=counts[which.direction],
        pager=pager(
            Address(request.path, stays=tuple(asked.items())), after=query.after, following=found.after
        ),
        clear=with_query(request.path, [("direction", word)]),
    )
    return render_page(request, "events/measurements.html", page)
