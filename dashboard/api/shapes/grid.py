"""The history of many series at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from dashboard.api.shapes import refs
from results.queries.grid import GridCell, GridColumn, GridRow
from results.queries.records import RevisionRef


class CellPart(TypedDict):
    """How a series ended in a revision. `run` is the id of a run that ended so, null for a pass."""

    commit: str
    describe: str
    status: refs.StatusName
    run: str | None


class GridItem(TypedDict):
    """A series and how it ended in the last revisions; `verdict` is what the analysis says of it now."""

    series: int
    path: str
    platform: str | None
    lab: str
    architecture: str | None
    config: str | None
    compiler: str | None
    verdict: str | None
    cells: list[CellPart]


def grid_item(row: GridRow, columns: Sequence[GridColumn]) -> GridItem:
    """Return a row of a grid; ``columns`` are the revisions of its cells."""
    return {
        "series": row.series,
        "path": row.path,
        "platform": row.platform,
        "lab": row.lab,
        "architecture": row.architecture,
        "config": row.config,
        "compiler": row.compiler,
        "verdict": None if row.verdict is None else str(row.verdict.label),
        "cells": [
            _cell(column.revision, cell) for column, cell in zip(columns, row.cells, strict=True) if cell
        ],
    }


def _cell(revision: RevisionRef, cell: GridCell) -> CellPart:
    return {
        "commit": revision.commit,
        "describe": revision.describe,
        "status": refs.status_name(cell.status),
        "run": cell.run,
    }
