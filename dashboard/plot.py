"""The plot of a measurement: a dot per revision, a rule where it changed, a line at each median."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dashboard.verdict_words import interval
from results.models import MetricChange, SeriesVerdict
from results.queries.metric_changes import MetricChangeRow
from results.queries.series_analysis import Metric, SeriesState, Shift

WIDTH: Final = 720
HEIGHT: Final = 140
MARGIN: Final = 6
Direction = MetricChange.Direction


@dataclass(frozen=True, slots=True)
class Dot:
    """A measurement; ``label`` tells revision and value."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Level:
    """A median that held over a stretch."""

    start: float
    end: float
    y: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot in SVG units, and the words that say the same."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    rules: tuple[float, ...]
    levels: tuple[Level, ...]
    label: str


@dataclass(frozen=True, slots=True)
class MetricFigure:
    """A metric as it is printed: its plot, and a sentence for each change, the newest first."""

    name: str
    unit: str
    low: str
    high: str
    plot: Plot
    changes: tuple[str, ...]


def metric_figure(metric: Metric) -> MetricFigure:
    """Return the figure of a metric with at least two points."""
    values = [value for _, value in metric.points]
    low, high = min(values), max(values)
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    scale = (HEIGHT - 2 * MARGIN) / ((high - low) or 1)

    def across(index: float) -> float:
        return round(MARGIN + index * step, 1)

    def up(value: float) -> float:
        return round(HEIGHT - MARGIN - (value - low) * scale, 1)

    dots = tuple(
        Dot(across(index), up(value), f"{revision.title}: {_said(value, metric.unit)}")
        for index, (revision, value) in enumerate(metric.points)
    )
    cuts = [0, *(shift.index for shift in metric.shifts), len(values)]
    levels = [shift.before for shift in metric.shifts] + [shift.after for shift in metric.shifts[-1:]]
    plot = Plot(
        WIDTH,
        HEIGHT,
        dots,
        tuple(across(shift.index - 0.5) for shift in metric.shifts),
        tuple(
            Level(across(start), across(end - 1), up(level))
            for start, end, level in zip(cuts, cuts[1:], levels, strict=False)
        ),
        f"{metric.name}, {len(values)} revisions, {_said(low, metric.unit)} to {_said(high, metric.unit)}, "
        f"{len(metric.shifts)} changes",
    )
    changes = tuple(change_words(shift, metric.unit) for shift in reversed(metric.shifts))
    return MetricFigure(
        metric.name, metric.unit, _said(low, metric.unit), _said(high, metric.unit), plot, changes
    )


def change_words(shift: Shift, unit: str) -> str:
    """Return a change in a sentence: "v6.18: worse, 101 ms → 151 ms (+49.5 %), shift between …"."""
    kind = {Direction.REGRESSION: "worse", Direction.IMPROVEMENT: "better"}.get(shift.direction, "changed")
    sure = "" if shift.confirmed else ", suspected: few values since"
    between = f"shift between {shift.low:+.4g} and {shift.high:+.4g}"
    return f"{shift.revision.title}: {kind}, {shift_words(shift, unit)}, {between}{sure}"


def shift_words(shift: Shift | MetricChangeRow, unit: str) -> str:
    """Return a change as "101 ms → 151 ms (+49.5 %)"."""
    share = f" ({100 * shift.shift / abs(shift.before):+.1f} %)" if shift.before else ""
    return f"{_said(shift.before, unit)} → {_said(shift.after, unit)}{share}"


def _said(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".rstrip()


def state_words(state: SeriesState | None) -> str:
    """Return the verdict on a series in words: "regression since v6.18", "flaky 12 % …"; "" for none."""
    if state is None or state.verdict == SeriesVerdict.Verdict.UNKNOWN:
        return f"missing: {state.missing}" if state and state.missing else ""
    verdicts = SeriesVerdict.Verdict
    words = str(state.verdict.label)
    if state.since:
        words += f" since {state.since}"
    elif state.verdict in (verdicts.FLAKY, verdicts.FLAKY_SUSPECTED, verdicts.NEW_FLAKE):
        words += f", fails {interval(state.score, state.low, state.high)}"
    return f"{words}; missing: {state.missing}" if state.missing else words
