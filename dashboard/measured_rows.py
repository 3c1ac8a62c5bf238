"""Changes of measurements as they are printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from dashboard.paths import series_path, with_query
from dashboard.plot import shift_words
from dashboard.rows import tree_params
from results.queries.metric_changes import MetricChangeRow
from results.selection import NONE


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change: what was measured, where that is shown, and by how much it changed."""

    row: MetricChangeRow
    name: str
    url: str
    words: str


def change_lines(rows: Iterable[MetricChangeRow]) -> tuple[ChangeLine, ...]:
    """Return the lines of changes."""
    return tuple(ChangeLine(row, *change_name(row), shift_words(row, row.unit)) for row in rows)


def change_name(row: MetricChangeRow) -> tuple[str, str]:
    """Return what was measured, a test or the builds of a variant, and the address of its history."""
    if row.series is not None:
        return row.path or "(no path)", series_path(row.series)
    said = {"arch": row.architecture, "config": row.config, "compiler": row.compiler}
    about = [
        (key, NONE if value is None else value) for key, value in (*said.items(), ("origin", row.origin))
    ]
    name = " ".join(filter(None, said.values()))
    return f"build {name}".strip(), with_query(reverse("builds"), [*about, *tree_params(row.revision.tree)])
