"""A tree's history as the analysis reads it, in a dozen statements whatever its size.

Codes are ranks of names and rows stand in the order of names, so that nothing depends on the
order in which things arrived and were numbered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from psycopg.sql import SQL, Identifier, Literal

from results.analysis.history import AXES, Counts, IntArray, Kind, SeriesTable
from results.db import fetch
from results.judging.arrays import Columns, copied
from results.judging.cells import VARIANT, Cells, cells_of
from results.models import Build

WINDOW: Final = 100
"""Revisions that are looked at."""
TIMEOUT_MS: Final = 60_000

NAMED: Final = ("path", "suite", *AXES)
"""What identifies a series; all but the suite, which follows from the path."""
_TABLES: Final = {"path": "results_testpath"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A revision in its place."""

    id: int
    started: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A history, counted, and what its positions, rows and codes stand for.

    ``table`` describes the rows of ``counts``; ``series`` has the id of each row's series, 0 for
    builds. ``ids`` and ``names`` translate the codes of each axis. ``leaf`` is a code of the last
    component of each row's path. ``is_cut``: there were results of revisions before these.
    ``cells``: what each revision showed, as it was read.
    """

    tree: int
    table: SeriesTable
    counts: Counts
    commits: IntArray
    revisions: tuple[Mark, ...]
    cells: tuple[Cells, ...]
    series: IntArray
    ids: Mapping[str, IntArray]
    names: Mapping[str, dict[int, str]]
    leaf: IntArray
    is_cut: bool

    def id_of(self, axis: str, code: int) -> int | None:
        """Return the id of what a code stands for; None for none."""
        return int(self.ids[axis][code]) if code >= 0 else None

    def variant(self, row: int) -> tuple[int | None, ...]:
        """Return the ids of origin, architecture, config and compiler of a row."""
        return tuple(self.id_of(axis, int(getattr(self.table, axis)[row])) for axis in VARIANT)


# A revision that lost tests to pruning tells nothing reliable: it counts as before the window.
_REVISIONS: Final = SQL("""
    SELECT id, started, coalesce(nullif(describe, ''), left("commit", 12)) AS title FROM (
        SELECT * FROM results_revision r
        WHERE tree_id = {tree} AND EXISTS (SELECT FROM results_checkout c WHERE c.revision_id = r.id)
              AND NOT EXISTS (
                  SELECT FROM results_build b WHERE b.revision_id = r.id AND b.pruned_at IS NOT NULL
              )
        ORDER BY place DESC, "commit" DESC, patchset DESC LIMIT {window}
    ) newest
    ORDER BY place, "commit", patchset
""")

_SERIES: Final = SQL("""
    SELECT array_agg(id), array_agg(path_id), array_agg(suite_id), array_agg(lab_id),
           array_agg(coalesce(platform_id, 0)), array_agg(coalesce(architecture_id, 0)),
           array_agg(coalesce(config_id, 0)), array_agg(coalesce(compiler_id, 0)), array_agg(origin_id)
    FROM results_series WHERE id = ANY({ids}::int[]) AND tree_id = {tree}
""")
_SERIES_COLUMNS: Final = tuple((name, "i4") for name in ("id", *NAMED))
_BUILT: Final = np.dtype([(axis, "<i4") for axis in VARIANT])


def load(tree: int, changed: Collection[int] | None = None) -> Loaded:
    """Return the newest ``WINDOW`` revisions of a tree with everything that ran on them.

    Only revisions that ``changed`` (None: all) are read from their tests, the others as they were kept.
    """
    query = _REVISIONS.format(tree=Literal(tree), window=Literal(WINDOW))
    revisions = tuple(fetch(query, Mark, timeout_ms=TIMEOUT_MS))
    kept = cells_of(tree, [mark.id for mark in revisions], changed)
    cells = tuple(kept[mark.id] for mark in revisions)
    wanted = _distinct([each.tests["series"] for each in cells])
    table = copied(_SERIES.format(ids=Literal(wanted.tolist()), tree=Literal(tree)), _SERIES_COLUMNS)
    table = table[np.argsort(table["id"])]
    built = np.concatenate([each.builds[list(VARIANT)] for each in cells] or [np.empty(0, _BUILT)])
    variants = np.unique(built)
    raw = {axis: np.concatenate((table[axis], _of_builds(variants, axis))) for axis in NAMED}
    ids, names, codes = {}, {}, {}
    for axis, column in raw.items():
        ids[axis], names[axis], codes[axis] = _ranked(axis, column)
    series = np.concatenate((table["id"], np.zeros(len(variants), np.int32)))
    boots = [code for code, name in names["path"].items() if name == "boot" or name.startswith("boot.")]
    kind = np.where(np.isin(codes["path"], boots), int(Kind.BOOT), int(Kind.TEST))
    kind[len(table) :] = Kind.BUILD
    order = np.lexsort([codes[axis] for axis in reversed(NAMED)] + [kind == Kind.BUILD])
    row_of = np.empty(len(order), np.int64)
    row_of[order] = np.arange(len(order))
    columns = {axis: column[order] for axis, column in codes.items()}
    return Loaded(
        tree=tree,
        table=SeriesTable(kind=kind[order], **columns),
        counts=_counts(cells, table["id"], variants, row_of),
        commits=np.arange(len(revisions)),
        revisions=revisions,
        cells=cells,
        series=series[order],
        ids=ids,
        names=names,
        leaf=_leaves(names["path"], columns["path"]),
        is_cut=len(revisions) == WINDOW or _was_pruned(tree),
    )


def _distinct(parts: Sequence[IntArray]) -> IntArray:
    """Return the distinct numbers in many long lists of small ones."""
    seen = np.zeros(max((int(part.max(initial=0)) for part in parts), default=0) + 1, bool)
    for part in parts:
        seen[part] = True
    return np.flatnonzero(seen)


def _was_pruned(tree: int) -> bool:
    return Build.objects.filter(revision__tree=tree, pruned_at__isnull=False).exists()


def _of_builds(variants: Columns, axis: str) -> IntArray:
    known = axis in (variants.dtype.names or ())
    return np.asarray(variants[axis] if known else np.zeros(len(variants), np.int32))


def _ranked(axis: str, column: IntArray) -> tuple[IntArray, dict[int, str], IntArray]:
    """Return the ids of an axis in the order of their names, code -> name, and the codes of a column."""
    used, index = np.unique(column, return_inverse=True)
    table = Identifier(_TABLES.get(axis, f"results_{axis}"))
    query = SQL("SELECT id, name FROM {} WHERE id = ANY({}::int[])").format(table, Literal(used.tolist()))
    rows: list[dict[str, Any]] = fetch(query, dict, timeout_ms=TIMEOUT_MS)
    found = sorted((row["name"], row["id"]) for row in rows)
    rank = {number: code for code, (_, number) in enumerate(found)}
    codes = np.array([rank.get(number, -1) for number in used.tolist()], np.int64)[index]
    ids = np.array([number for _, number in found], np.int64)
    return ids, {code: name for code, (name, _) in enumerate(found)}, codes


def _counts(cells: Sequence[Cells], series: IntArray, variants: Columns, row_of: IntArray) -> Counts:
    """Return the counts of all revisions side by side."""
    tables = {name: np.zeros((len(row_of), len(cells)), np.int32) for name in Counts.__slots__}
    for position, each in enumerate(cells):
        # Tests that wait to be bound to a series of this tree are judged after that.
        tests = each.tests[np.isin(each.tests["series"], series, kind="table")]
        rows = row_of[np.searchsorted(series, tests["series"])]
        built = row_of[len(series) + np.searchsorted(variants, each.builds[list(VARIANT)])]
        for name, table in tables.items():
            table[rows, position] = tests[name]
            table[built, position] = each.builds[name]
    return Counts(**tables)


def _leaves(names: Mapping[int, str], paths: IntArray) -> IntArray:
    """Return a code of the last component of each path, -1 for none."""
    leaves = [name.rpartition(".")[2] for _, name in sorted(names.items())]
    code = {leaf: number for number, leaf in enumerate(sorted(set(leaves)))}
    coded = np.array([code[leaf] for leaf in leaves] + [-1], np.int64)
    return coded[paths]
