"""Finds and keeps the changes of measurements: of tests, and of how long boots and builds take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from results.analysis.history import FloatArray, IntArray
from results.analysis.measurements import (
    Direction,
    MeasurementChange,
    MeasurementRules,
    confidences,
    measurement_changes,
    per_position,
)
from results.analysis.raised import raised_counts
from results.judging.loading import Loaded, Mark
from results.judging.memory import Memory
from results.judging.numbers import BUILD_TIME, ERRORS, IDENTITY, WARNINGS
from results.judging.verdicts import Subjects
from results.models import MetricChange

LEAST: Final = 6
"""Measurements under which no change can be told."""

RULES: Final = {BUILD_TIME: MeasurementRules(relative=0.1, absolute=10)}
"""What is worth telling, for metrics that scatter by themselves: builders differ."""

_SAME: Final = ("unit", "direction", "confirmed", "before", "after", "shift", "low", "high", "confidence")
_NUMBERS: Final = ("index", "before", "after", "shift", "low", "high", "relative", "effect", "p_value")


@dataclass(frozen=True, slots=True)
class _Measured:
    """One metric of one subject: its values in order, and the positions that have one."""

    row: int
    metric: str
    unit: str
    positions: IntArray
    values: FloatArray


def record_metric_changes(loaded: Loaded, subjects: Subjects, memory: Memory) -> None:
    """Make the metric changes of a tree, as far as it was looked at, those that the data show."""
    found = [(each, change) for each in _measured(loaded) for change in _changes(each, memory)]
    subjects.ensure(each.row for each, _ in found if not loaded.series[each.row])
    certain = confidences([change.p_value for _, change in found]).tolist()
    made = [
        _made(loaded, subjects, each, change, round(confidence, 6))
        for (each, change), confidence in zip(found, certain, strict=True)
    ]
    new = {_identity(change): change for change in made}
    marks = [mark.id for mark in loaded.revisions]
    for old in MetricChange.objects.filter(tree=loaded.tree, revision__in=marks):
        same = new.pop(_identity(old), None)
        if same is None:
            old.delete()
        elif any(getattr(old, name) != getattr(same, name) for name in _SAME):
            same.id = old.id
            same.save()
    MetricChange.objects.bulk_create(new.values(), batch_size=1000)


def _identity(change: MetricChange) -> tuple[int | None, int | None, str, int]:
    return change.series_id, change.variant_id, change.metric, change.revision_id


def _changes(measured: _Measured, memory: Memory) -> list[MeasurementChange]:
    """Return the changes of a metric, thinking only about values that were not seen before."""
    if len(measured.values) < LEAST:
        return []
    about = f"{measured.metric if measured.metric in (*RULES, WARNINGS, ERRORS) else ''}\0{measured.unit}\0"
    told = memory.answer(about.encode() + measured.values.tobytes(), lambda: _told(measured))
    return [_change(one) for one in told]


def _told(measured: _Measured) -> list[list[Any]]:
    if measured.metric in (WARNINGS, ERRORS):
        found = raised_counts(measured.values)
    else:
        rules = RULES.get(measured.metric, MeasurementRules())
        found = measurement_changes(measured.values, unit=measured.unit, rules=rules)
    return [
        [change.direction.value, bool(change.confirmed), *(float(getattr(change, name)) for name in _NUMBERS)]
        for change in found
    ]


def _change(told: list[Any]) -> MeasurementChange:
    direction, confirmed, index, *numbers = told
    columns = dict(zip(_NUMBERS[1:], numbers, strict=True))
    return MeasurementChange(index=int(index), direction=Direction(direction), confirmed=confirmed, **columns)


def _measured(loaded: Loaded) -> Iterator[_Measured]:
    """Yield every metric of every subject that has values."""
    names, rows = _together(loaded)
    if not len(rows):
        return
    row_of = _rows(loaded, rows)
    key = row_of * len(names) + rows["metric"]
    order = np.argsort(key, kind="stable")
    bounds = np.flatnonzero(np.diff(key[order])) + 1
    for part in np.split(order, bounds):
        row, code = divmod(int(key[part[0]]), len(names))
        if row_of[part[0]] >= 0:
            positions, values = per_position(rows["position"][part], rows["value"][part])
            yield _Measured(row, *names[code], positions, values)


def _together(loaded: Loaded) -> tuple[list[tuple[str, str]], Any]:
    """Return the metrics with their units, and the numbers of all revisions with their positions."""
    units = {metric: unit for each in loaded.cells for metric, unit in each.numbers.metrics}
    names = sorted(units.items())
    code = {metric: number for number, (metric, _) in enumerate(names)}
    parts = []
    for position, each in enumerate(loaded.cells):
        numbers = each.numbers
        kind = [*((name, "i4") for name in IDENTITY), ("metric", "i4"), ("value", "f8"), ("position", "i4")]
        part = np.empty(len(numbers.rows), kind)
        for name in (*IDENTITY, "value"):
            part[name] = numbers.rows[name]
        codes = np.array([code[metric] for metric, _ in numbers.metrics], np.int64)
        part["metric"] = codes[numbers.rows["metric"]]
        part["position"] = position
        parts.append(part)
    return names, np.concatenate(parts) if parts else np.empty(0)


def _rows(loaded: Loaded, numbers: Any) -> IntArray:
    """Return the row of the history that each number belongs to, -1 for none."""
    row_of = np.full(len(numbers), -1, np.int64)
    order = np.argsort(loaded.series)
    known = loaded.series[order]
    place = np.minimum(np.searchsorted(known, numbers["series"]), len(known) - 1)
    tests = (numbers["series"] > 0) & (known[place] == numbers["series"])
    row_of[tests] = order[place[tests]]
    variants = {loaded.variant(row): row for row in np.flatnonzero(loaded.series == 0).tolist()}
    for number in np.flatnonzero(numbers["series"] == 0).tolist():
        variant = tuple(int(numbers[axis][number]) or None for axis in IDENTITY[1:])
        row_of[number] = variants.get(variant, -1)
    return row_of


def _made(
    loaded: Loaded, subjects: Subjects, measured: _Measured, change: MeasurementChange, confidence: float
) -> MetricChange:
    mark: Mark = loaded.revisions[int(measured.positions[change.index])]
    series = int(loaded.series[measured.row])
    return MetricChange(
        tree_id=loaded.tree,
        series_id=series or None,
        variant_id=None if series else subjects.id_of[measured.row],
        metric=measured.metric,
        unit=measured.unit,
        revision_id=mark.id,
        at=mark.started,
        direction=MetricChange.Direction[change.direction.name],
        confirmed=change.confirmed,
        confidence=confidence,
        **{name: getattr(change, name) for name in ("before", "after", "shift", "low", "high")},
    )
