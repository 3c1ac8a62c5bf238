"""Fewer points than were measured, without losing what stands out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashboard.plots.chart import Chart, Mark, Trace

MOST = 1200
"""Points that a chart keeps: more than a screen has columns."""


def decimated(chart: Chart, most: int = MOST) -> Chart:
    """Return a chart with about ``most`` points: of each stretch its lowest, highest and last one.

    The points on either side of a mark stay, too. What is left are points that were measured.
    """
    if len(chart.points) <= most:
        return chart
    kept = _kept(chart, most)
    place = {index: number for number, index in enumerate(kept)}
    return replace(
        chart,
        points=tuple(chart.points[index] for index in kept),
        traces=tuple(_picked(trace, kept) for trace in chart.traces),
        marks=tuple(Mark(place[mark.index], mark.text) for mark in chart.marks),
    )


def _kept(chart: Chart, most: int) -> list[int]:
    each = 3 * len(chart.drawn) or 1
    stretch = max(2, -(-len(chart.points) * each // most))
    kept = {0, len(chart.points) - 1}
    for start in range(0, len(chart.points), stretch):
        part = range(start, min(start + stretch, len(chart.points)))
        for trace in chart.drawn:
            kept.update(_extremes(trace, part))
    for mark in chart.marks:
        kept.update(index for index in (mark.index - 1, mark.index) if 0 <= index < len(chart.points))
    return sorted(kept)


def _extremes(trace: Trace, part: range) -> Iterable[int]:
    known = [(value, index) for index in part if (value := trace.values[index]) is not None]
    return {min(known)[1], max(known)[1], known[-1][1]} if known else ()


def _picked(trace: Trace, kept: list[int]) -> Trace:
    def pick(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
        return tuple(values[index] for index in kept) if values else ()

    return replace(trace, values=pick(trace.values), low=pick(trace.low), high=pick(trace.high))
