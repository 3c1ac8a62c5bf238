"""Charts: each a page with a drawing and a table, a figure for Plotly, and CSV, all of the same numbers."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from dashboard.api.formats import harmless
from dashboard.filters import read_query
from dashboard.middleware import with_charts
from dashboard.plots.chart import Chart, Point
from dashboard.plots.decimation import decimated
from dashboard.plots.drawing import Drawing, drawing
from dashboard.plots.figure import figure_json
from dashboard.plots.links import ChartLink
from dashboard.plots.subjects import SUBJECTS, chart
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins

FORMATS: Final = ("json", "csv")
_HOMES: Final = {"trees": "Trees", "labs": "Labs", "devices": "Devices"}

Cells = tuple[tuple[str, float | None], ...]
"""The name of a column and its value, of one point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPage(Frame):
    """A chart; ``drawing`` is None when there is nothing to draw. The newest of ``rows`` is first."""

    chart: Chart
    drawing: Drawing | None
    links: tuple[ChartLink, ...]
    rows: tuple[tuple[Point, Cells], ...]


@require_safe
@twins()
@with_charts
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Answer /charts/<name>."""
    found = _asked(request, name)
    shown = ChartPage(
        title=f"{found.title} · {found.about}",
        heading=f"{found.title} of {found.about}",
        section=found.section,
        verdict=found.sentence,
        crumbs=(Link(_HOMES[found.section], reverse(found.section)), Link(found.about, found.about_url)),
        chart=found,
        drawing=None if found.is_empty else drawing(decimated(found)),
        links=(ChartLink("Interactive chart", found.name, found.params),),
        rows=tuple(reversed(_rows(found))),
    )
    return render_page(request, "charts/detail.html", shown)


@require_safe
def numbers(request: HttpRequest, name: str) -> HttpResponse:
    """Answer /_/charts/<name>: the figure, or with ``format=csv`` the numbers."""
    found = _asked(request, name, formats=FORMATS)
    if request.GET.get("format") == "csv":
        response = HttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'inline; filename="{found.name}.csv"'
    else:
        response = HttpResponse(figure_json(decimated(found)), content_type="application/json")
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _asked(request: HttpRequest, name: str, *, formats: tuple[str, ...] = ()) -> Chart:
    if name not in SUBJECTS:
        raise Http404(f"There is no chart {name}.")
    own = dict.fromkeys(SUBJECTS[name].parameters)
    query = read_query(request.GET, extra={**own, **({"format": formats} if formats else {})})
    return chart(name, query.extra)


def _rows(found: Chart) -> tuple[tuple[Point, Cells], ...]:
    names = [name for name, _ in found.columns]
    rows = zip(*(values for _, values in found.columns), strict=True)
    return tuple(
        (point, tuple(zip(names, row, strict=True))) for point, row in zip(found.points, rows, strict=True)
    )


def _csv(found: Chart) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([found.point.lower(), "time", *(harmless(name) for name, _ in found.columns)])
    for point, values in _rows(found):
        moment = f"{point.moment:%Y-%m-%dT%H:%M:%SZ}" if point.moment else ""
        writer.writerow(
            [harmless(point.label), moment, *("" if value is None else value for _, value in values)]
        )
    return text.getvalue()
