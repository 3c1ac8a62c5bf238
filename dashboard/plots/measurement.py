"""The measurements of a series, with what changed in them."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.filters import BadQuery
from dashboard.parts import plural
from dashboard.paths import series_path
from dashboard.plot import change_words
from dashboard.plots.chart import Chart, Mark, Point, Trace
from dashboard.rows import revision_url
from results.errors import NotFound
from results.queries.series import series_detail
from results.queries.series_analysis import Metric, series_analysis


def measurement_chart(asked: Mapping[str, str]) -> Chart:
    """Return the chart of a metric of a series, its first one when none is named."""
    if not asked["series"].isascii() or not asked["series"].isdigit():
        raise BadQuery("series: it is a number.", ("series", "metric"), ("series",))
    number = int(asked["series"])
    series = series_detail(number)
    metrics = series_analysis(number).metrics
    wanted = asked.get("metric") or (metrics[0].name if metrics else "")
    metric = next((metric for metric in metrics if metric.name == wanted), None)
    if metric is None:
        raise NotFound(f"metric {wanted} of series {number}")
    return Chart(
        name="measurement",
        params=(("series", str(number)), ("metric", metric.name)),
        title=metric.name.capitalize(),
        about=f"{' on '.join(part for part in (series.path, series.platform) if part)}, series {number}",
        about_url=series_path(number),
        sentence=f"{plural(len(metric.points), 'revision')}, {plural(len(metric.shifts), 'change')} found.",
        unit=metric.unit,
        point="Revision",
        points=tuple(Point(revision.title, None, revision_url(revision)) for revision, _ in metric.points),
        traces=_traces(metric),
        marks=tuple(Mark(shift.index, change_words(shift, metric.unit)) for shift in metric.shifts),
        notes=tuple(change_words(shift, metric.unit) for shift in reversed(metric.shifts)),
    )


def _traces(metric: Metric) -> tuple[Trace, ...]:
    """Return the values, and where something changed the medians between the changes with their interval."""
    values = tuple(value for _, value in metric.points)
    measured = Trace(metric.name, values, "dots", "main")
    if not metric.shifts:
        return (measured,)
    cuts = [0, *(shift.index for shift in metric.shifts), len(values)]
    levels = [shift.before for shift in metric.shifts] + [metric.shifts[-1].after]
    # The interval is one of the shift; around what follows it, it tells how sure the level is.
    margins = [(0.0, 0.0), *((shift.low - shift.shift, shift.high - shift.shift) for shift in metric.shifts)]
    median: list[float | None] = []
    low: list[float | None] = []
    high: list[float | None] = []
    for start, end, level, (below, above) in zip(cuts[:-1], cuts[1:], levels, margins, strict=True):
        median += [level] * (end - start)
        low += [level + below] * (end - start)
        high += [level + above] * (end - start)
    return measured, Trace("median", tuple(median), "level", "fail", tuple(low), tuple(high))
