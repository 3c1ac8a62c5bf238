"""Measurements, and what the analysis says of a series."""

from __future__ import annotations

from typing import Annotated, TypedDict

from dashboard.api.records import Row, row_of
from dashboard.api.shapes import refs
from results.queries.records import RevisionRef
from results.queries.series_analysis import Metric, SeriesAnalysis, SeriesState, Shift, Stretch


class MeasurementItem(TypedDict):
    """What the runs of a series that passed measured in one revision, on average."""

    metric: str
    unit: str
    value: float
    revision: refs.Revision


class MetricShift(TypedDict):
    """A metric of the series that changed."""

    metric: str
    unit: str
    shift: Annotated[Row, Shift]


class SeriesAnalysisWhole(TypedDict):
    """A series as the analysis sees it; `state` is null when it never failed or was not judged."""

    state: Annotated[Row, SeriesState] | None
    stretches: list[Annotated[Row, Stretch]]
    shifts: list[MetricShift]


def measurement_item(metric: Metric, ref: RevisionRef, value: float) -> MeasurementItem:
    """Return a row of the measurements of a series."""
    return {"metric": metric.name, "unit": metric.unit, "value": value, "revision": refs.revision(ref)}


def series_analysis_whole(found: SeriesAnalysis) -> SeriesAnalysisWhole:
    """Return the analysis of a series."""
    return {
        "state": row_of(found.state) if found.state else None,
        "stretches": [row_of(stretch) for stretch in found.stretches],
        "shifts": [
            {"metric": metric.name, "unit": metric.unit, "shift": row_of(shift)}
            for metric in found.metrics
            for shift in metric.shifts
        ],
    }
