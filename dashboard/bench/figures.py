"""Figures beside their budgets, and how they are printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. ``at_most`` or ``at_least`` is its budget, if it has one."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def is_within(self) -> bool | None:
        """Whether the budget is met; None when there is none."""
        if self.at_most is not None:
            return self.value <= self.at_most
        if self.at_least is not None:
            return self.value >= self.at_least
        return None

    @property
    def budget(self) -> str:
        """The budget as text."""
        if self.at_most is not None:
            return f"≤ {number(self.at_most)} {self.unit}".rstrip()
        if self.at_least is not None:
            return f"≥ {number(self.at_least)} {self.unit}".rstrip()
        return ""


@dataclass(slots=True)
class Section:
    """Some figures under a heading."""

    title: str
    figures: list[Figure] = field(default_factory=list)


def number(value: float) -> str:
    """Return a number with as many digits as say something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed (0.95: p95)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def half(values: Sequence[float]) -> float:
    """Return the median (p50)."""
    return median(values)


def verdict(is_within: bool | None) -> str:
    """Return the mark beside a figure."""
    return {True: "ok", False: "OVER", None: ""}[is_within]


def table(rows: Iterable[Sequence[str]], *, left: int = 1) -> Iterator[str]:
    """Yield rows as lines of equal columns; all but the first ``left`` are aligned to the right."""
    cells = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        yield "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()


def lines(section: Section) -> Iterator[str]:
    """Yield a section as text."""
    yield ""
    yield section.title
    yield from table(
        (
            figure.name,
            f"{number(figure.value)} {figure.unit}".rstrip(),
            figure.budget,
            verdict(figure.is_within),
            figure.note,
        )
        for figure in section.figures
    )
