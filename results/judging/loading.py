"""A tree's history as the analysis reads it, in a dozen statements whatever its size.

Codes are ranks of names and rows stand in the order of names, so that nothing depends on the
order in which things arrived and were numbered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from psycopg.sql import SQL, Composable, Identifier, Literal

from results.analysis.history import AXES, History, IntArray, Kind, Outcome, RunTable, SeriesTable
from results.db import fetch
from results.judging.arrays import Columns, copied
from results.models import Build
from results.status import Status

WINDOW: Final = 100
"""Revisions that are looked at."""
TIMEOUT_MS: Final = 60_000

NAMED: Final = ("path", "suite", *AXES)
"""What identifies a series; all but the suite, which follows from the path."""
_TABLES: Final = {"path": "results_testpath"}

_OUTCOMES: Final = {
    Status.PASS: Outcome.PASSED,
    Status.FAIL: Outcome.FAILED,
    Status.MISS: Outcome.BROKEN,
    Status.ERROR: Outcome.BROKEN,
    Status.SKIP: Outcome.SKIPPED,
    Status.DONE: Outcome.SKIPPED,
    Status.NONE: Outcome.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A revision in its place."""

    id: int
    started: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A history, and what its positions, rows and codes stand for.

    ``series`` has the id of each row's series, 0 for builds. ``ids`` and ``names`` translate the
    codes of each axis. ``leaf`` is a code of the last component of each row's path. ``is_cut``:
    there were results of revisions before these.
    """

    tree: int
    history: History
    revisions: tuple[Mark, ...]
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
        table = self.history.series
        return tuple(self.id_of(axis, int(getattr(table, axis)[row])) for axis in _VARIANT)


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

_EXCUSED: Final = SQL("""
    SELECT c.{key} FROM results_incident c JOIN results_issue i ON i.key = c.issue_key AND i.is_newest
    WHERE c.present AND i.culprit_harness AND i.culprit_code IS NOT TRUE AND c.{key} IS NOT NULL
""")

# Leans on build_revision and test_build.
_RUNS: Final = SQL("""
    SELECT b.revision_id, t.series, t.status, t.start, t.excused
    FROM results_build b
    CROSS JOIN LATERAL (
        SELECT array_agg(t.series_id) AS series, array_agg(t.status) AS status,
               array_agg(coalesce(t.start_time, {epoch})) AS start,
               array_agg(t.key IN ({excused})) AS excused
        FROM results_test t WHERE t.build_id = b.id AND t.status <> {none}
    ) t
    WHERE b.revision_id = ANY({revisions}::int[])
""")
_RUN_COLUMNS: Final = (
    ("revision", "i4"), ("series", "i4"), ("status", "i2"), ("order", "i8"), ("excused", "?"),
)  # fmt: skip

_BUILDS: Final = SQL("""
    SELECT array_agg(coalesce(b.origin_id, 0)), array_agg(coalesce(b.architecture_id, 0)),
           array_agg(coalesce(b.config_id, 0)), array_agg(coalesce(b.compiler_id, 0)),
           array_agg(b.revision_id), array_agg(b.status), array_agg(coalesce(b.start_time, {epoch})),
           array_agg(b.key IN ({excused}))
    FROM results_build b
    WHERE b.revision_id = ANY({revisions}::int[]) AND b.known AND NOT b.is_dummy AND b.status <> {none}
""")
_VARIANT: Final = ("origin", "architecture", "config", "compiler")
_BUILD_COLUMNS: Final = (
    *((axis, "i4") for axis in _VARIANT),
    ("revision", "i4"), ("status", "i2"), ("order", "i8"), ("excused", "?"),
)  # fmt: skip

_SERIES: Final = SQL("""
    SELECT array_agg(id), array_agg(path_id), array_agg(suite_id), array_agg(lab_id),
           array_agg(coalesce(platform_id, 0)), array_agg(coalesce(architecture_id, 0)),
           array_agg(coalesce(config_id, 0)), array_agg(coalesce(compiler_id, 0)), array_agg(origin_id)
    FROM results_series WHERE id = ANY({ids}::int[]) AND tree_id = {tree}
""")
_SERIES_COLUMNS: Final = tuple((name, "i4") for name in ("id", *NAMED))

_EPOCH: Final = Literal(datetime(2000, 1, 1, tzinfo=UTC))
"""Stands for the start of runs that do not tell theirs."""


def load(tree: int) -> Loaded:
    """Return the newest ``WINDOW`` revisions of a tree with everything that ran on them."""
    query = _REVISIONS.format(tree=Literal(tree), window=Literal(WINDOW))
    revisions = tuple(fetch(query, Mark, timeout_ms=TIMEOUT_MS))
    marks = Literal([mark.id for mark in revisions])
    about = {"revisions": marks, "none": Literal(int(Status.NONE)), "epoch": _EPOCH}
    runs = copied(_RUNS.format(excused=_excused("test_key"), **about), _RUN_COLUMNS)
    builds = copied(_BUILDS.format(excused=_excused("build_key"), **about), _BUILD_COLUMNS)
    wanted = np.unique(runs["series"])
    table = copied(_SERIES.format(ids=Literal(wanted.tolist()), tree=Literal(tree)), _SERIES_COLUMNS)
    variants, variant_of = np.unique(builds[list(_VARIANT)], return_inverse=True)
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
        history=History(
            commits=np.arange(len(revisions)),
            series=SeriesTable(kind=kind[order], **columns),
            runs=_run_table(runs, builds, table["id"], variant_of + len(table), row_of, revisions),
        ),
        revisions=revisions,
        series=series[order],
        ids=ids,
        names=names,
        leaf=_leaves(names["path"], columns["path"]),
        is_cut=len(revisions) == WINDOW or _was_pruned(tree),
    )


def _was_pruned(tree: int) -> bool:
    return Build.objects.filter(revision__tree=tree, pruned_at__isnull=False).exists()


def _excused(key: str) -> Composable:
    return _EXCUSED.format(key=Identifier(key))


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


def _run_table(
    runs: Columns,
    builds: Columns,
    series: IntArray,
    build_rows: IntArray,
    row_of: IntArray,
    revisions: tuple[Mark, ...],
) -> RunTable:
    outcome_of = np.array([_OUTCOMES[status] for status in sorted(Status)])
    position_of = np.zeros(max((mark.id for mark in revisions), default=0) + 1, np.int64)
    for position, mark in enumerate(revisions):
        position_of[mark.id] = position
    # Runs that wait to be bound to a series of this tree are judged after that.
    runs = runs[np.isin(runs["series"], series)]
    by_id = np.argsort(series)
    rows = by_id[np.searchsorted(series, runs["series"], sorter=by_id)] if len(runs) else runs["series"]
    return RunTable(
        series=row_of[np.concatenate((rows, build_rows)).astype(np.int64)],
        position=np.concatenate([position_of[part["revision"]] for part in (runs, builds)]),
        outcome=np.concatenate([outcome_of[part["status"]] for part in (runs, builds)]),
        order=np.concatenate([part["order"] for part in (runs, builds)]),
        excused=np.concatenate([part["excused"] for part in (runs, builds)]),
    )


def _leaves(names: Mapping[int, str], paths: IntArray) -> IntArray:
    """Return a code of the last component of each path, -1 for none."""
    leaves = [name.rpartition(".")[2] for _, name in sorted(names.items())]
    code = {leaf: number for number, leaf in enumerate(sorted(set(leaves)))}
    coded = np.array([code[leaf] for leaf in leaves] + [-1], np.int64)
    return coded[paths]
