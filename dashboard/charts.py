"""Geometry of the small drawings that pages contain: pure, in SVG user units, no markup.

Templates turn these records into SVG; sizes are attributes there, because the content security
policy allows no inline style.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from results.queries.records import StatusCounts

BAR_WIDTH: Final = 72
TREND_HEIGHT: Final = 56
TREND_STEP: Final = 24
"""Width of one bar with its gap: the smallest target that a finger can hit."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar. ``kind`` is the end of its CSS class: fail, error, skip or pass."""

    kind: str
    start: float
    length: float


def _parts(counts: StatusCounts) -> tuple[tuple[str, int], ...]:
    broken = counts.unhappy - counts.failed
    return (
        ("fail", counts.failed),
        ("error", broken),
        ("skip", counts.total - counts.unhappy - counts.passed),
        ("pass", counts.passed),
    )


def stacked(counts: StatusCounts, length: float = BAR_WIDTH) -> tuple[Segment, ...]:
    """Return the pieces of a stacked bar, worst first. What occurs is at least one unit long."""
    parts = [(kind, count) for kind, count in _parts(counts) if count]
    if not parts:
        return ()
    spare = length - len(parts)
    segments, start = [], 0.0
    for kind, count in parts:
        piece = 1 + spare * count / counts.total
        segments.append(Segment(kind, round(start, 1), round(piece, 1)))
        start += piece
    return tuple(segments)


@dataclass(frozen=True, slots=True)
class TrendBar:
    """One revision of a trend: its failures and errors, upwards from the base line."""

    x: int
    failed: float
    failed_top: float
    broken: float
    broken_top: float
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Bars over revisions, oldest first. ``peak`` is the number that the full height stands for."""

    width: int
    height: int
    peak: int
    bars: tuple[TrendBar, ...]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What one bar is made of."""

    label: str
    url: str
    counts: StatusCounts


def trend(points: Sequence[TrendPoint]) -> Trend:
    """Return a bar per point: FAIL at the bottom, ERROR and MISS on it, at most ``TREND_HEIGHT`` high."""
    peak = max((point.counts.unhappy for point in points), default=0)
    bars = []
    for index, point in enumerate(points):
        failed = _height(point.counts.failed, peak)
        broken = _height(point.counts.unhappy - point.counts.failed, peak)
        top = round(TREND_HEIGHT - failed, 1)
        bars.append(
            TrendBar(
                index * TREND_STEP, failed, top, broken, round(top - broken, 1), _label(point), point.url
            )
        )
    return Trend(len(points) * TREND_STEP, TREND_HEIGHT, peak, tuple(bars))


def _label(point: TrendPoint) -> str:
    return (
        f"{point.label}: {point.counts.failed:,} fail, {point.counts.unhappy - point.counts.failed:,} error"
    )


def _height(count: int, peak: int) -> float:
    """Return the height of a piece of a bar; what occurs can be seen."""
    return max(1.5, round(TREND_HEIGHT * count / peak, 1)) if count else 0.0


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day: all its results, and the part that failed, upwards from the base line."""

    x: int
    total: float
    total_top: float
    failed: float
    failed_top: float


@dataclass(frozen=True, slots=True)
class Days:
    """A small bar per day, the oldest first, and the words that say the same."""

    width: int
    height: int
    bars: tuple[DayBar, ...]
    label: str


def days(counted: Sequence[tuple[date, StatusCounts]], *, height: int = 18, step: int = 6) -> Days:
    """Return the bars of some days; a day without results has a bar of no height."""
    peak = max((counts.total for _, counts in counted), default=0) or 1
    bars = []
    for index, (_, counts) in enumerate(counted):
        total = round(max(1.0, height * counts.total / peak), 1) if counts else 0.0
        failed = round(max(1.0, height * counts.failed / peak), 1) if counts.failed else 0.0
        bars.append(DayBar(index * step, total, round(height - total, 1), failed, round(height - failed, 1)))
    silent = sum(1 for _, counts in counted if not counts)
    label = f"{len(counted)} days, at most {peak:,} results a day, nothing on {silent}"
    return Days(len(counted) * step, height, tuple(bars), label)


def day_counts(counted: Sequence[tuple[date, int]], noun: str, *, height: int = 18, step: int = 6) -> Days:
    """Return the bars of numbers that are all bad: incidents, say, which ``noun`` is the word for."""
    peak = max((count for _, count in counted), default=0) or 1
    bars = []
    for index, (_, count) in enumerate(counted):
        tall = round(max(1.0, height * count / peak), 1) if count else 0.0
        top = round(height - tall, 1)
        bars.append(DayBar(index * step, tall, top, tall, top))
    total = sum(count for _, count in counted)
    label = f"{total:,} {noun} in {len(counted)} days, at most {peak if total else 0:,} a day"
    return Days(len(counted) * step, height, tuple(bars), label)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line without axes, and the words that say the same."""

    width: int
    height: int
    path: str
    last_x: float
    last_y: float
    label: str


def sparkline(
    values: Sequence[int], *, width: int = 80, height: int = 18, unit: str = ""
) -> Sparkline | None:
    """Return a line through the values, oldest first; None when there are fewer than two."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    scale = (height - 4) / (high - low or 1)
    step = (width - 4) / (len(values) - 1)
    points = [
        (round(2 + i * step, 1), round(height - 2 - (value - low) * scale, 1))
        for i, value in enumerate(values)
    ]
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    label = f"{values[-1]:,}{unit} now, between {low:,}{unit} and {high:,}{unit}"
    return Sparkline(width, height, path, *points[-1], label)
