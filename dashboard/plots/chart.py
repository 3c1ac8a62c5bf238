"""A chart as numbers. Everything that shows one is made of this record, so that they all agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal as OneOf

Look = OneOf["line", "level", "bar", "dots", "table"]
"""How a trace is drawn; what is for the table alone is not. A level stays as it is between two marks."""

Colour = OneOf["main", "fail", "error", "pass", "flaky", "fixed", "soft"]
"""What a colour means; the style sheet says what it looks like."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the horizontal axis. ``moment`` is when it was; ``url`` is the page about it."""

    label: str
    moment: datetime | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A value for each point, None where there is none. ``low`` and ``high`` enclose a band around it."""

    name: str
    values: tuple[float | None, ...]
    look: Look = "line"
    colour: Colour = "main"
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened between the points ``index - 1`` and ``index``."""

    index: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart. ``name`` and ``params`` are its address; ``about`` what it is a chart of, with a page.

    ``sentence`` says in words what it shows; ``point`` is what one point of the axis is called.
    """

    name: str
    params: tuple[tuple[str, str], ...]
    title: str
    about: str
    about_url: str
    sentence: str
    unit: str
    point: str
    points: tuple[Point, ...]
    traces: tuple[Trace, ...]
    marks: tuple[Mark, ...] = ()
    section: str = "trees"
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def drawn(self) -> tuple[Trace, ...]:
        """The traces that are drawn."""
        return tuple(
            trace
            for trace in self.traces
            if trace.look != "table" and any(value is not None for value in trace.values)
        )

    @property
    def columns(self) -> tuple[tuple[str, tuple[float | None, ...]], ...]:
        """Every number of the chart: the name of a column, and its values."""
        found: list[tuple[str, tuple[float | None, ...]]] = []
        for trace in self.traces:
            found.append((trace.name, trace.values))
            if trace.low:
                found += [(f"{trace.name}, low", trace.low), (f"{trace.name}, high", trace.high)]
        return tuple(found)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.drawn
