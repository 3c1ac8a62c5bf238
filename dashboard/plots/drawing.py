"""A chart as a drawing: geometry in SVG user units, no markup. Points stand at equal distances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

from dashboard.plots.chart import Chart, Trace

WIDTH: Final = 720
HEIGHT: Final = 200
LEFT: Final = 52
RIGHT: Final = 10
TOP: Final = 8
BOTTOM: Final = 22
TICKS: Final = 4
DOTS: Final = 240
"""With more points than this lines have no dots."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the drawing and the number at its left end."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a trace; ``label`` tells point and value."""

    x: float
    y: float
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, and the words that say the same."""

    x: float
    y: float
    width: float
    height: float
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class DrawnTrace:
    """A trace: ``path`` and ``band`` are SVG paths, "" for none."""

    name: str
    colour: str
    path: str
    band: str
    dots: tuple[Dot, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart in SVG units; ``label`` says in words what it shows."""

    width: int
    height: int
    left: int
    right: int
    base: int
    ticks: tuple[Tick, ...]
    traces: tuple[DrawnTrace, ...]
    rules: tuple[tuple[float, str], ...]
    first: str
    last: str
    label: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where points and values are."""

    step: float
    x: Callable[[float], float]
    y: Callable[[float], float]


def drawing(chart: Chart) -> Drawing:
    """Return the drawing of a chart that is not empty."""
    low, high, ticks = _scale(chart)
    count = len(chart.points)
    step = (WIDTH - LEFT - RIGHT) / max(count, 1)
    height = HEIGHT - TOP - BOTTOM
    frame = _Frame(
        step,
        lambda index: round(LEFT + (index + 0.5) * step, 1),
        lambda value: round(TOP + height * (high - value) / (high - low), 1),
    )
    under = [0.0] * count
    return Drawing(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        base=HEIGHT - BOTTOM,
        ticks=tuple(Tick(frame.y(tick), f"{tick:g}") for tick in ticks),
        traces=tuple(_trace(chart, trace, frame, under) for trace in chart.drawn),
        rules=tuple((frame.x(mark.index - 0.5), mark.text) for mark in chart.marks),
        first=chart.points[0].label,
        last=chart.points[-1].label if count > 1 else "",
        label=f"{chart.title} of {chart.about}: {chart.sentence}",
    )


def _scale(chart: Chart) -> tuple[float, float, list[float]]:
    """Return the lowest and the highest value of the axis, and round numbers between them."""
    values = [value for trace in chart.drawn for value in _all_values(trace)]
    bars = [trace.values for trace in chart.drawn if trace.look == "bar"]
    values += [sum(value or 0 for value in stack) for stack in zip(*bars, strict=True)]
    high = max(values)
    low = min(values) if any(trace.look == "dots" for trace in chart.drawn) else min(0, *values)
    step = _round_step((high - low) or abs(high) or 1)
    ticks = [step * number for number in range(floor(low / step), ceil(high / step) + 1)]
    if len(ticks) < 2:
        ticks = [ticks[0] - step, ticks[0], ticks[0] + step]
    return ticks[0], ticks[-1], [round(tick, 12) for tick in ticks]


def _all_values(trace: Trace) -> list[float]:
    return [value for each in (trace.values, trace.low, trace.high) for value in each if value is not None]


def _round_step(span: float) -> float:
    rough: float = span / TICKS
    unit: float = 10.0 ** floor(log10(rough))
    return next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)


def _trace(chart: Chart, trace: Trace, frame: _Frame, under: list[float]) -> DrawnTrace:
    labels = [
        "" if value is None else f"{point.label}: {trace.name} {value:,.5g} {chart.unit}".rstrip()
        for point, value in zip(chart.points, trace.values, strict=True)
    ]
    if trace.look == "bar":
        bars = tuple(_bars(chart, trace, frame, under, labels))
        return DrawnTrace(trace.name, trace.colour, "", "", (), bars)
    known = [(index, value) for index, value in enumerate(trace.values) if value is not None]
    dots = tuple(
        Dot(frame.x(index), frame.y(value), labels[index], chart.points[index].url) for index, value in known
    )
    cuts = [mark.index for mark in chart.marks] if trace.look == "level" else []
    return DrawnTrace(
        trace.name,
        trace.colour,
        "" if trace.look == "dots" else _path(known, cuts, frame),
        _band(trace, cuts, frame) if trace.low else "",
        dots if trace.look == "dots" or (trace.look == "line" and len(dots) <= DOTS) else (),
        (),
    )


def _parts(known: Sequence[tuple[int, float]], cuts: Sequence[int], frame: _Frame) -> list[list[str]]:
    """Return the places of values, those between two cuts together."""
    edges = [0, *cuts, known[-1][0] + 1 if known else 0]
    return [
        [f"{frame.x(index):g} {frame.y(value):g}" for index, value in known if start <= index < end]
        for start, end in pairwise(edges)
    ]


def _path(known: Sequence[tuple[int, float]], cuts: Sequence[int], frame: _Frame) -> str:
    return "".join(f"M{'L'.join(part)}" for part in _parts(known, cuts, frame) if len(part) > 1)


def _band(trace: Trace, cuts: Sequence[int], frame: _Frame) -> str:
    low, high = (
        _parts([(index, value) for index, value in enumerate(edge) if value is not None], cuts, frame)
        for edge in (trace.low, trace.high)
    )
    both = ([*below, *reversed(above)] for below, above in zip(low, high, strict=True))
    return "".join(f"M{'L'.join(points)}Z" for points in both if len(points) > 3)


def _bars(
    chart: Chart, trace: Trace, frame: _Frame, under: list[float], labels: Sequence[str]
) -> Sequence[Bar]:
    """Return the bars of a trace upon those of the traces before it, whose tops are ``under``."""
    made = []
    width = round(max(1.0, frame.step * 0.8), 1)
    for index, value in enumerate(trace.values):
        if not value:
            continue
        top, bottom = frame.y(under[index] + value), frame.y(under[index])
        under[index] += value
        x = round(frame.x(index) - width / 2, 1)
        made.append(
            Bar(x, top, width, round(max(1.0, bottom - top), 1), labels[index], chart.points[index].url)
        )
    return made
