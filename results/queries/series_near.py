"""Where else the test of a series runs: on other devices of its tree, and in other trees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.models import SeriesVerdict
from results.queries.records import TreeRef
from results.queries.refs import TREE_COLUMNS, as_tree
from results.status import Status


@dataclass(frozen=True, slots=True)
class NearSeries:
    """Another series of the same test, how its newest run ended, and the verdict on it (None: never failed).

    ``is_same_tree``: it differs in the device or in how it was built, else it is of another tree.
    """

    series: int
    tree: TreeRef
    platform: str | None
    lab: str
    architecture: str | None
    config: str | None
    compiler: str | None
    status: Status
    start_time: datetime | None
    verdict: SeriesVerdict.Verdict | None
    is_same_tree: bool


# Leans on series_identity and test_history.
_NEAR: Final = SQL("""
    SELECT near.id AS series, {tree}, near.tree_id = here.tree_id AS is_same_tree,
           (SELECT name FROM results_platform WHERE id = near.platform_id) AS platform,
           (SELECT name FROM results_lab WHERE id = near.lab_id) AS lab,
           (SELECT name FROM results_architecture WHERE id = near.architecture_id) AS architecture,
           (SELECT name FROM results_config WHERE id = near.config_id) AS config,
           (SELECT name FROM results_compiler WHERE id = near.compiler_id) AS compiler,
           newest.status, newest.start_time, v.verdict
    FROM results_series here
    JOIN results_series near ON near.path_id = here.path_id AND near.id <> here.id AND (
        near.tree_id = here.tree_id
        OR near.platform_id IS NOT DISTINCT FROM here.platform_id
           AND near.architecture_id IS NOT DISTINCT FROM here.architecture_id
           AND near.lab_id = here.lab_id AND near.tree_id IS NOT NULL
    )
    JOIN results_tree tr ON tr.id = near.tree_id
    CROSS JOIN LATERAL (
        SELECT t.status, t.start_time FROM results_test t WHERE t.series_id = near.id
        ORDER BY t.build_id DESC LIMIT 1
    ) newest
    LEFT JOIN results_seriesverdict v ON v.series_id = near.id
    WHERE here.id = {series}
    ORDER BY newest.status = {fail} DESC, newest.start_time DESC NULLS LAST, near.id LIMIT {limit}
""")


def series_near(series: int, *, limit: int = 500) -> tuple[NearSeries, ...]:
    """Return the other series of the same test in the same tree, and in the same place in other trees.

    Those that fail are first, then the newest.
    """
    query = _NEAR.format(
        tree=TREE_COLUMNS, series=Literal(series), fail=Literal(int(Status.FAIL)), limit=Literal(limit)
    )
    return tuple(fetch(query, _near))


def _near(*, status: int, verdict: int | None, **columns: Any) -> NearSeries:
    return NearSeries(
        tree=as_tree(columns),
        status=Status(status),
        verdict=None if verdict is None else SeriesVerdict.Verdict(verdict),
        **columns,
    )
