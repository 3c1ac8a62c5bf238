"""A series: the same test, platform, tree, build variant and lab, again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.documents import test_id
from results.errors import NotFound
from results.queries.records import RevisionRef, TreeRef
from results.queries.refs import (
    REVISION_COLUMNS,
    REVISION_JOINS,
    TREE_COLUMNS,
    as_revision_if_known,
    as_tree,
)
from results.status import Status

LOOKED_AT: Final = 2000
"""Runs that are put in order, of those in the builds that arrived last: a tree has fewer in years."""

LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Series:
    """What a series is of. ``tree`` is None while the build or its checkout is not known."""

    id: int
    path: str
    suite: str
    platform: str | None
    lab: str
    origin: str
    tree: TreeRef | None
    architecture: str | None
    config: str | None
    compiler: str | None


@dataclass(frozen=True, slots=True)
class SeriesRun:
    """One run of a series. ``revision`` is None when it is not known."""

    id: str
    status: Status
    start_time: datetime | None
    duration: float | None
    value: float | None
    unit: str
    revision: RevisionRef | None


_SERIES: Final = SQL("""
    SELECT s.id, tp.name AS path, su.name AS suite, o.name AS origin, la.name AS lab, {tree},
           (SELECT name FROM results_platform WHERE id = s.platform_id) AS platform,
           (SELECT name FROM results_architecture WHERE id = s.architecture_id) AS architecture,
           (SELECT name FROM results_config WHERE id = s.config_id) AS config,
           (SELECT name FROM results_compiler WHERE id = s.compiler_id) AS compiler
    FROM results_series s
    JOIN results_testpath tp ON tp.id = s.path_id
    JOIN results_suite su ON su.id = s.suite_id
    JOIN results_origin o ON o.id = s.origin_id
    JOIN results_lab la ON la.id = s.lab_id
    LEFT JOIN results_tree tr ON tr.id = s.tree_id
    WHERE s.id = {series}
""")

# Leans on test_history.
_HISTORY: Final = SQL("""
    SELECT t.key, t.kcidb_id, t.status, t.start_time, t.duration, t.value,
           coalesce((SELECT name FROM results_unit WHERE id = t.unit_id), '') AS unit, {revision}
    FROM (
        SELECT * FROM results_test WHERE series_id = {series} ORDER BY build_id DESC LIMIT {looked_at}
    ) t
    JOIN results_build b ON b.id = t.build_id
    {joins}
    ORDER BY r.place DESC NULLS LAST, r.id DESC NULLS LAST, t.start_time DESC NULLS LAST, t.key
    LIMIT {limit}
""")


def series_detail(series: int) -> Series:
    """Return a series; NotFound when there is none of this number."""
    found = (
        fetch(_SERIES.format(tree=TREE_COLUMNS, series=Literal(series)), Columns) if series <= LARGEST else []
    )
    if not found:
        raise NotFound(f"series {series}")
    row = found[0]
    tree = as_tree(row)
    return Series(tree=tree if tree.name is not None else None, **row)


def series_history(series: int, *, limit: int = 60) -> tuple[SeriesRun, ...]:
    """Return the newest runs of a series, newest revision first, then newest run."""
    query = _HISTORY.format(
        revision=REVISION_COLUMNS,
        series=Literal(series),
        looked_at=Literal(LOOKED_AT),
        joins=REVISION_JOINS,
        limit=Literal(limit),
    )
    return tuple(fetch(query, _run))


def _run(*, key: UUID, kcidb_id: str | None, status: int, **columns: Any) -> SeriesRun:
    return SeriesRun(
        id=test_id(key, kcidb_id), status=Status(status), revision=as_revision_if_known(columns), **columns
    )
