"""The rows and columns of a history grid as they are printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from dashboard.paths import series_path
from dashboard.rows import revision_url
from results.queries.grid import Grid, GridCell, GridColumn, GridRow
from results.queries.records import RevisionRef
from results.status import Status

FEWEST: Final = 4
"""Results that a column must have before it is called bad."""

LONGEST: Final = 20
"""Characters of a config that are shown: its end, where configs differ."""

_SHORT: Final = re.compile(r".*-(rc\d+|\d+)(?:-g[0-9a-f]+)?|next-\d{4}(\d{4})|v(\d+\.\d+)(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: a few letters, and what they stand for."""

    text: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class GridLine:
    """A row. ``variant`` is how it was built and where it ran, ``brief`` the same with a short config.

    ``reliability`` is the share of passes among passes and failures in percent."""

    row: GridRow
    variant: str
    brief: str
    columns: tuple[GridColumn, ...]
    reliability: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one path."""

    path: str
    lines: tuple[GridLine, ...]


def column_head(revision: RevisionRef, *, with_repository: bool) -> Head:
    """Return the head of a column: what tells it from its neighbours, else the commit."""
    short = _SHORT.fullmatch(revision.title)
    text = next((part for part in short.groups() if part), "") if short else revision.commit[:4]
    return Head(text, revision.title, revision_url(revision, with_repository=with_repository))


def grid_line(row: GridRow, columns: tuple[GridColumn, ...]) -> GridLine:
    """Return the line of a row."""
    tries = [cell.status for cell in row.cells if cell and cell.status in (Status.PASS, Status.FAIL)]
    passed = sum(1 for status in tries if status is Status.PASS)
    config = row.config or ""
    variant = " ".join(part for part in (row.architecture, config, row.compiler, row.lab) if part)
    short = config if len(config) <= LONGEST else f"…{config[-LONGEST:]}"
    brief = " ".join(part for part in (row.architecture, short, row.compiler, row.lab) if part)
    reliability = 100 * passed // len(tries) if tries else None
    return GridLine(row, variant, brief, columns, reliability, series_path(row.series))


def bad_columns(found: Grid) -> tuple[str, ...]:
    """Say which columns stand out: half of what ran fails there, and twice as much as usual."""
    shares = [_share([row.cells[place] for row in found.rows]) for place in range(len(found.columns))]
    known = [share for share in shares if share is not None]
    usual = median(known) if known else 0.0
    return tuple(
        f"{column.revision.title}: {100 * share:.0f} % of these rows fail"
        for column, share in zip(found.columns, shares, strict=True)
        if share is not None and share >= max(0.5, 2 * usual)
    )


def _share(cells: Sequence[GridCell | None]) -> float | None:
    ran = [cell.status for cell in cells if cell]
    return sum(status is Status.FAIL for status in ran) / len(ran) if len(ran) >= FEWEST else None
