"""Where else the test of a series runs, as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dashboard.parts import plural
from dashboard.paths import with_query
from dashboard.rows import tree_name, tree_params
from results.models import SeriesVerdict
from results.queries.series import Series
from results.queries.series_near import NearSeries
from results.selection import Selection
from results.status import Status

SHOWN: Final = 12
LOOKS: Final = {
    SeriesVerdict.Verdict.REGRESSION: "new",
    SeriesVerdict.Verdict.PERSISTENT: "fail",
    SeriesVerdict.Verdict.FLAKY: "flaky",
    SeriesVerdict.Verdict.NEW_FLAKE: "flaky",
    SeriesVerdict.Verdict.FLAKY_SUSPECTED: "flaky",
}


@dataclass(frozen=True, slots=True)
class NearLine:
    """Another series of the same test. ``verdict`` in words, and its status class."""

    row: NearSeries
    name: str
    built: str
    verdict: str
    look: str


@dataclass(frozen=True, slots=True)
class NearGroup:
    """Other series of the same test: ``said`` counts all of them, ``more`` leads to them, "" for nowhere."""

    title: str
    said: str
    lines: tuple[NearLine, ...]
    more: str


def near_groups(series: Series, near: Sequence[NearSeries]) -> tuple[NearGroup, ...]:
    """Return the other series in the same tree, and those in the same place in other trees."""
    about = Selection().where(path=series.path or None).params()
    grid = with_query("/grid", [*tree_params(series.tree), ("rows", "all"), *about]) if series.tree else ""
    groups = (
        ("Same test in this tree", [one for one in near if one.is_same_tree], grid),
        ("Same test here, other branches", [one for one in near if not one.is_same_tree], ""),
    )
    return tuple(_group(title, rows, more) for title, rows, more in groups if rows)


def _group(title: str, rows: Sequence[NearSeries], more: str) -> NearGroup:
    failing = sum(1 for one in rows if one.status is Status.FAIL)
    said = f"{failing:,} of {plural(len(rows), 'series', 'series')} fail"
    return NearGroup(title, said, tuple(_line(one) for one in rows[:SHOWN]), more)


def _line(row: NearSeries) -> NearLine:
    place = row.platform or "(no device)"
    return NearLine(
        row=row,
        name=f"{place} in {row.lab}" if row.is_same_tree else tree_name(row.tree),
        built=" ".join(part for part in (row.architecture, row.config, row.compiler) if part),
        verdict=str(row.verdict.label) if row.verdict else "",
        look=LOOKS.get(row.verdict, "skip") if row.verdict else "skip",
    )
