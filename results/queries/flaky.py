"""Series that fail now and then although nothing changed: which cost people the most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from psycopg.sql import SQL, Composable, Identifier, Literal

from results.db import Columns, fetch
from results.models import SeriesVerdict
from results.queries import paging
from results.queries.records import Listing, TreeRef
from results.queries.refs import TREE_COLUMNS, as_tree
from results.vocabulary import all_of, escape_like

FLAKY_VERDICTS: Final = (
    SeriesVerdict.Verdict.FLAKY,
    SeriesVerdict.Verdict.NEW_FLAKE,
    SeriesVerdict.Verdict.FLAKY_SUSPECTED,
)


@dataclass(frozen=True, slots=True)
class FlakyRow:
    """A flaky series: how often it fails, the 95 % interval of that, and failures a day."""

    series: int
    path: str
    platform: str | None
    lab: str
    tree: TreeRef
    score: float
    low: float
    high: float
    tries: int
    failures: int
    per_day: float
    event: int | None


@dataclass(frozen=True, slots=True)
class FlakyFilter:
    """Which series; "" restricts nothing. ``search``: a part of the path."""

    verdict: SeriesVerdict.Verdict = SeriesVerdict.Verdict.FLAKY
    search: str = ""
    tree: str = ""
    platform: str = ""
    lab: str = ""
    suite: str = ""


_FROM: Final = SQL("""
    FROM results_seriesverdict v
    JOIN results_series s ON s.id = v.series_id
    JOIN results_tree tr ON tr.id = v.tree_id
    JOIN results_testpath tp ON tp.id = s.path_id
    JOIN results_lab la ON la.id = s.lab_id
    JOIN results_suite su ON su.id = s.suite_id
    LEFT JOIN results_platform p ON p.id = s.platform_id
    WHERE {where}
""")

# Leans on seriesverdict_ranking.
_FLAKY: Final = SQL("""
    SELECT v.id AS number, s.id AS series, tp.name AS path, p.name AS platform, la.name AS lab, {tree},
           v.score, v.low, v.high, v.tries, v.failures, v.per_day, v.event_id AS event
    {rows} ORDER BY v.per_day DESC, v.id DESC LIMIT {limit}
""")

_COUNTS: Final = SQL("SELECT v.verdict, count(*) {rows} GROUP BY v.verdict")


def flaky_page(which: FlakyFilter, *, after: str | None = None, limit: int = 100) -> Listing[FlakyRow]:
    """Return a page of series, those with the most failures a day first. Raises BadCursor."""
    conditions = [_where(which), SQL("v.verdict = {}").format(Literal(int(which.verdict)))]
    if after:
        place = map(Literal, paging.decode(after, (float, int)))
        conditions.append(SQL("(v.per_day, v.id) < ({}, {})").format(*place))
    query = _FLAKY.format(
        tree=TREE_COLUMNS, rows=_FROM.format(where=all_of(conditions)), limit=Literal(limit + 1)
    )
    page = paging.listing(fetch(query, Columns), limit, lambda row: (row["per_day"], row["number"]))
    return Listing(tuple(_row(**row) for row in page.rows), page.after)


def flaky_counts(which: FlakyFilter) -> dict[SeriesVerdict.Verdict, int]:
    """Return how many series have each of ``FLAKY_VERDICTS``."""
    verdicts = Literal([int(verdict) for verdict in FLAKY_VERDICTS])
    where = all_of([_where(which), SQL("v.verdict = ANY({})").format(verdicts)])
    rows = fetch(_COUNTS.format(rows=_FROM.format(where=where)), Columns)
    found = {row["verdict"]: row["count"] for row in rows}
    return {verdict: found.get(verdict, 0) for verdict in FLAKY_VERDICTS}


def _where(which: FlakyFilter) -> Composable:
    conditions: list[Composable] = []
    if which.search:
        conditions.append(SQL("tp.name ILIKE {}").format(Literal(f"%{escape_like(which.search)}%")))
    for alias, name in (("tr", which.tree), ("p", which.platform), ("la", which.lab), ("su", which.suite)):
        if name:
            conditions.append(SQL("{}.name = {}").format(Identifier(alias), Literal(name)))
    return all_of(conditions)


def _row(*, number: int, **columns: Any) -> FlakyRow:
    return FlakyRow(tree=as_tree(columns), **columns)
