"""Finds and keeps the changes of measurements: numbers of tests, and how long boots take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from psycopg.sql import SQL, Literal

from results.analysis.history import IntArray
from results.analysis.measurements import MeasurementChange, confidences, measurement_changes, per_position
from results.judging.arrays import copied
from results.judging.loading import Loaded, Mark
from results.models import MetricChange, Unit
from results.status import Status

VALUE: Final = "measured"
BOOT_TIME: Final = "boot time"
LEAST: Final = 6
"""Measurements under which no change can be told."""

# Leans on build_revision, test_build and test_boots; only runs that passed measure anything.
_VALUES: Final = SQL("""
    SELECT b.revision_id, t.series, t.value, t.unit
    FROM results_build b
    CROSS JOIN LATERAL (
        SELECT array_agg(t.series_id) AS series, array_agg({value}) AS value,
               array_agg(coalesce(t.unit_id, 0)) AS unit
        FROM results_test t
        WHERE t.build_id = b.id AND {which} AND t.status = {passed}
    ) t
    WHERE b.revision_id = ANY({revisions}::int[])
""")
_COLUMNS: Final = (("revision", "i4"), ("series", "i4"), ("value", "f8"), ("unit", "i4"))
_METRICS: Final = {
    VALUE: (SQL("t.value"), SQL("t.value IS NOT NULL")),
    BOOT_TIME: (SQL("t.duration"), SQL("t.is_boot AND t.duration IS NOT NULL")),
}
_SAME: Final = ("unit", "direction", "confirmed", "before", "after", "shift", "low", "high", "confidence")


def record_metric_changes(loaded: Loaded) -> None:
    """Make the metric changes of a tree, as far as it was looked at, those that the data show."""
    found = [change for metric in _METRICS for change in _found(loaded, metric)]
    new = {(change.series_id, change.metric, change.revision_id): change for change in found}
    marks = [mark.id for mark in loaded.revisions]
    for old in MetricChange.objects.filter(tree=loaded.tree, revision__in=marks):
        same = new.pop((old.series_id, old.metric, old.revision_id), None)
        if same is None:
            old.delete()
        elif any(getattr(old, name) != getattr(same, name) for name in _SAME):
            same.id = old.id
            same.save()
    MetricChange.objects.bulk_create(new.values(), batch_size=1000)


def _found(loaded: Loaded, metric: str) -> list[MetricChange]:
    value, which = _METRICS[metric]
    query = _VALUES.format(
        value=value,
        which=which,
        passed=Literal(int(Status.PASS)),
        revisions=Literal([mark.id for mark in loaded.revisions]),
    )
    rows = copied(query, _COLUMNS)
    names = dict(Unit.objects.values_list("id", "name"))
    place = {mark.id: position for position, mark in enumerate(loaded.revisions)}
    positions = np.array([place[revision] for revision in rows["revision"].tolist()], np.int64)
    ours = set(loaded.series.tolist())
    changes: list[MetricChange] = []
    p_values: list[float] = []
    for chosen in _by_series(rows["series"]):
        series = int(rows["series"][chosen[0]])
        where, values = per_position(positions[chosen], rows["value"][chosen])
        if series not in ours or len(values) < LEAST:
            continue
        unit = "s" if metric == BOOT_TIME else names.get(int(rows["unit"][chosen].max()), "")
        for change in measurement_changes(values, unit=unit):
            made = _made(change, loaded.revisions[where[change.index]], metric, unit)
            made.tree_id, made.series_id = loaded.tree, series
            changes.append(made)
            p_values.append(change.p_value)
    for made, confidence in zip(changes, confidences(p_values).tolist(), strict=True):
        made.confidence = round(confidence, 6)
    return changes


def _made(change: MeasurementChange, mark: Mark, metric: str, unit: str) -> MetricChange:
    return MetricChange(
        metric=metric,
        unit=unit,
        revision_id=mark.id,
        at=mark.started,
        direction=MetricChange.Direction[change.direction.name],
        confirmed=change.confirmed,
        **{name: float(getattr(change, name)) for name in ("before", "after", "shift", "low", "high")},
    )


def _by_series(series: IntArray) -> Iterator[IntArray]:
    """Yield the rows of each series."""
    order = np.argsort(series, kind="stable")
    bounds = np.flatnonzero(np.diff(series[order])) + 1
    return (part for part in np.split(order, bounds) if len(part))
