"""What tests measured: the history of a series, and where it changed."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from dashboard.api.endpoint import FEED, Row, Rows, Thing
from dashboard.api.feeds import Entry
from dashboard.api.records import row_of
from dashboard.api.results import no_pages
from dashboard.api.shapes import measurements as shapes
from dashboard.filters import Query
from dashboard.measured_rows import change_name
from dashboard.plot import shift_words
from results.models import MetricChange
from results.queries.metric_changes import (
    MetricChangeRow,
    MetricFilter,
    metric_change_counts,
    metric_change_page,
)
from results.queries.records import Listing
from results.queries.series import series_detail
from results.queries.series_analysis import RUNS, series_analysis

DIRECTIONS: Final = {
    "worse": MetricChange.Direction.REGRESSION,
    "better": MetricChange.Direction.IMPROVEMENT,
    "changed": MetricChange.Direction.CHANGED,
}


class ListMetricChanges(Rows):
    """Measurements that changed beyond their noise, the newest first; those for the worse by default."""

    tag, shape, page_name = "measurements", MetricChangeRow, "measurements"
    renderer_classes = FEED
    extra = {"direction": tuple(DIRECTIONS), "q": None, "tree": None}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of changes."""
        return metric_change_page(_filter(query), after=query.after, limit=limit)

    def total(self, query: Query, **names: Any) -> int | None:
        """Return how many there are in this direction."""
        which = _filter(query)
        return metric_change_counts(which)[which.direction]

    def item(self, record: Any) -> Row:
        """Return a change."""
        return row_of(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a change."""
        name, url = change_name(record)
        places = " · ".join(part for part in (record.platform, record.lab) if part)
        return Entry(
            path=f"{url}#{quote(record.metric, safe='')}-{record.revision.commit[:12]}",
            title=f"{name} {record.metric}: {shift_words(record, record.unit)}",
            summary=f"{places} in {record.revision.title}",
            updated=record.at,
        )


class ListMeasurements(Rows):
    """What a series measured, the oldest revision first: one value (the mean) of each metric and revision.

    As CSV it is a table for a plot.
    """

    tag, shape, names, page_rows = "series", shapes.MeasurementItem, ("number",), RUNS

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return the measurements of the newest runs."""
        no_pages(query)
        series_detail(names["number"])
        points = [
            (metric, *point) for metric in series_analysis(names["number"]).metrics for point in metric.points
        ]
        return Listing(tuple(points[:limit]), None)

    def item(self, record: Any) -> Row:
        """Return a measurement."""
        return shapes.measurement_item(*record)


class GetSeriesAnalysis(Thing):
    """What the analysis says of a series: its verdict, stretches of one failure rate, changed metrics."""

    tag, shape, names = "series", shapes.SeriesAnalysisWhole, ("number",)

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the analysis."""
        series_detail(names["number"])
        return shapes.series_analysis_whole(series_analysis(names["number"]))


def _filter(query: Query) -> MetricFilter:
    asked = query.extra
    direction = DIRECTIONS[asked.get("direction", "worse")]
    return MetricFilter(direction, asked.get("q", ""), asked.get("tree", ""))
