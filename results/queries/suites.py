"""Suites: what is run, on how much, and how it does across trees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import Columns, fetch
from results.errors import NotFound
from results.models import Event, SeriesVerdict
from results.queries.picked import array_of_sums
from results.queries.records import RevisionRef, StatusCounts
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.vocabulary import escape_like


@dataclass(frozen=True, slots=True)
class SuiteRow:
    """A suite and its results since the first day of the listing.

    ``flaky`` series of it are flaky now, ``regressions`` of it are confirmed and open.
    """

    suite: str
    counts: StatusCounts
    platforms: int
    trees: int
    last_result: datetime | None
    flaky: int
    regressions: int


@dataclass(frozen=True, slots=True)
class SuiteTree:
    """The newest revision of a tree that a suite ran in, and its results there.

    ``regressions`` of the suite in this tree are confirmed and open.
    """

    revision: RevisionRef
    started: datetime
    counts: StatusCounts
    platforms: int
    regressions: int


@dataclass(frozen=True, slots=True)
class SuiteDevice:
    """A device that a suite ran on since the first day, and its results there."""

    platform: str | None
    counts: StatusCounts
    last_result: datetime | None


@dataclass(frozen=True, slots=True)
class SuiteDetail:
    """A suite: in each tree, and on each device since ``since``; ``row`` counts all since then."""

    row: SuiteRow
    since: date
    trees: tuple[SuiteTree, ...]
    devices: tuple[SuiteDevice, ...]


# Leans on resultcount_day.
_LISTING: Final = SQL("""
    WITH counted AS MATERIALIZED (
        SELECT rc.suite_id, {sums} AS counts, count(DISTINCT rc.platform_id) AS platforms,
               count(DISTINCT r.tree_id) AS trees, max(rc.last_start) AS last_result
        FROM results_resultcount rc
        JOIN results_build b ON b.id = rc.build_id
        LEFT JOIN results_revision r ON r.id = b.revision_id
        WHERE rc.day >= {since} AND (rc.suite_id + 0) IN (SELECT id FROM results_suite su WHERE {named})
        GROUP BY rc.suite_id
    )
    SELECT su.name AS suite, counted.counts, counted.platforms, counted.trees, counted.last_result,
           coalesce(flaky.n, 0) AS flaky, coalesce(broken.n, 0) AS regressions
    FROM counted
    JOIN results_suite su ON su.id = counted.suite_id
    LEFT JOIN ({flaky}) flaky ON flaky.suite_id = counted.suite_id
    LEFT JOIN ({regressions}) broken ON broken.suite_id = counted.suite_id
    ORDER BY su.name
""")

# Leans on seriesverdict_ranking.
_FLAKY: Final = SQL("""
    SELECT s.suite_id, count(*) AS n
    FROM results_seriesverdict v JOIN results_series s ON s.id = v.series_id
    WHERE v.verdict = {flaky} GROUP BY s.suite_id
""").format(flaky=Literal(int(SeriesVerdict.Verdict.FLAKY)))

# Leans on event_newest and eventseries_identity.
_EVENTS: Final = SQL("""
    SELECT DISTINCT s.suite_id, e.tree_id, e.id
    FROM results_event e
    JOIN results_eventseries m ON m.event_id = e.id
    JOIN results_seriesverdict v ON v.id = m.subject_id
    JOIN results_series s ON s.id = v.series_id
    WHERE e.state = {confirmed}
""").format(confirmed=Literal(int(Event.State.CONFIRMED)))

_REGRESSIONS: Final = SQL("SELECT suite_id, count(*) AS n FROM ({}) e GROUP BY suite_id").format(_EVENTS)

# Leans on resultcount_day, then on build_revision and resultcount_identity.
_TREES: Final = SQL("""
    WITH newest AS MATERIALIZED (
        SELECT DISTINCT ON (r.tree_id) r.id, r.tree_id
        FROM (
            SELECT DISTINCT b.revision_id
            FROM results_resultcount rc JOIN results_build b ON b.id = rc.build_id
            WHERE rc.day >= {since} AND (rc.suite_id + 0) = {suite} AND b.revision_id IS NOT NULL
        ) tested
        JOIN results_revision r ON r.id = tested.revision_id
        ORDER BY r.tree_id, r.place DESC, r.id DESC
    )
    SELECT {revision}, r.started, counted.counts, counted.platforms, coalesce(broken.n, 0) AS regressions
    FROM newest
    CROSS JOIN LATERAL (
        SELECT {sums} AS counts, count(DISTINCT rc.platform_id) AS platforms
        FROM results_build b JOIN results_resultcount rc ON rc.build_id = b.id
        WHERE b.revision_id = newest.id AND rc.suite_id = {suite}
    ) counted
    LEFT JOIN (
        SELECT tree_id, count(*) AS n FROM ({events}) e WHERE suite_id = {suite} GROUP BY tree_id
    ) broken ON broken.tree_id = newest.tree_id
    JOIN results_revision r ON r.id = newest.id
    JOIN results_tree tr ON tr.id = r.tree_id
    ORDER BY r.started DESC, r.id DESC
""")

# Leans on resultcount_day.
_DEVICES: Final = SQL("""
    SELECT p.name AS platform, {sums} AS counts, max(rc.last_start) AS last_result
    FROM results_resultcount rc LEFT JOIN results_platform p ON p.id = rc.platform_id
    WHERE rc.day >= {since} AND (rc.suite_id + 0) = {suite}
    GROUP BY p.name ORDER BY p.name
""")


def suite_listing(search: str = "", *, since: date) -> tuple[SuiteRow, ...]:
    """Return the suites with results since a day (UTC), by name. ``search``: a part of it."""
    named = SQL("su.name ILIKE {}").format(Literal(f"%{escape_like(search)}%"))
    return _rows(named, since)


def suite_detail(suite: str, *, since: date) -> SuiteDetail:
    """Return a suite with its results since a day (UTC); NotFound when there is none of this name."""
    found = fetch(SQL("SELECT id FROM results_suite WHERE name = {}").format(Literal(suite)), Columns)
    if not found:
        raise NotFound(f"suite {suite}")
    rows = _rows(SQL("su.name = {}").format(Literal(suite)), since)
    about = {"suite": Literal(found[0]["id"]), "since": Literal(since), "sums": array_of_sums("rc")}
    trees = fetch(_TREES.format(events=_EVENTS, revision=REVISION_COLUMNS, **about), Columns)
    return SuiteDetail(
        row=rows[0] if rows else SuiteRow(suite, StatusCounts(), 0, 0, None, 0, 0),
        since=since,
        trees=tuple(_tree(**row) for row in trees),
        devices=tuple(_device(**row) for row in fetch(_DEVICES.format(**about), Columns)),
    )


def _rows(named: Composable, since: date) -> tuple[SuiteRow, ...]:
    query = _LISTING.format(
        sums=array_of_sums("rc"),
        since=Literal(since),
        named=named,
        flaky=_FLAKY,
        regressions=_REGRESSIONS,
    )
    return tuple(_suite(**row) for row in fetch(query, Columns))


def _suite(*, counts: list[int], **columns: Any) -> SuiteRow:
    return SuiteRow(counts=StatusCounts.of(counts), **columns)


def _tree(*, counts: list[int], **columns: Any) -> SuiteTree:
    return SuiteTree(revision=as_revision(columns), counts=StatusCounts.of(counts), **columns)


def _device(*, counts: list[int], **columns: Any) -> SuiteDevice:
    return SuiteDevice(counts=StatusCounts.of(counts), **columns)
