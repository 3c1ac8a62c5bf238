"""Trees: what is tested, and how each one is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.queries.records import RevisionRef, StatusCounts, TreeRef
from results.queries.refs import REVISION_COLUMNS, TREE_COLUMNS, as_revision, as_tree
from results.queries.revision_counts import COUNT_COLUMNS, HAS_CHECKOUT, LAST_RESULT, as_counts
from results.vocabulary import escape_like

TREND_LENGTH: Final = 20


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A tree (one branch), its newest revision with that one's counts, and its trend.

    ``trend``: FAIL results of builds, boots and tests of its last revisions, oldest first.
    """

    tree: TreeRef
    newest: RevisionRef
    subject: str
    started: datetime
    last_result: datetime | None
    builds: StatusCounts
    boots: StatusCounts
    tests: StatusCounts
    trend: tuple[int, ...]


# Leans on revision_history and revisioncount_identity.
_LISTING: Final = SQL("""
    WITH recent AS MATERIALIZED (
        SELECT tr.id AS tree_id, r.id, r.started, r.place
        FROM results_tree tr
        CROSS JOIN LATERAL (
            SELECT r.id, r.started, r.place FROM results_revision r
            WHERE r.tree_id = tr.id AND {has_checkout}
            ORDER BY r.place DESC, r.id DESC LIMIT {length}
        ) r
        WHERE (tr.name ILIKE {search} OR tr.branch ILIKE {search}) AND {origin}
    ),
    newest AS (
        SELECT DISTINCT ON (tree_id) tree_id, id FROM recent
        WHERE tree_id IN (SELECT tree_id FROM recent WHERE started >= {since})
        ORDER BY tree_id, place DESC, id DESC
    ),
    trends AS (
        SELECT tree_id, array_agg(failed ORDER BY place, id) AS trend FROM (
            SELECT recent.*, (
                SELECT coalesce(sum(n.n_fail), 0)::int FROM results_revisioncount n
                WHERE n.revision_id = recent.id
            ) AS failed
            FROM recent WHERE tree_id IN (SELECT tree_id FROM newest)
        ) counted
        GROUP BY tree_id
    )
    SELECT {revision}, r.subject, r.started, {last_result}, {counts}, trends.trend
    FROM newest
    JOIN results_revision r ON r.id = newest.id
    JOIN results_tree tr ON tr.id = r.tree_id
    JOIN trends ON trends.tree_id = newest.tree_id
    ORDER BY tr.name, tr.branch, tr.url
""")

_REPORTED: Final = SQL("""
    EXISTS (
        SELECT FROM results_revision r JOIN results_revisioncount n ON n.revision_id = r.id
        WHERE r.tree_id = tr.id AND r.started >= {since}
              AND n.origin_id = (SELECT id FROM results_origin WHERE name = {origin})
    )
""")


def tree_listing(
    search: str = "", *, origin: str | None = None, days: int = 30, now: datetime
) -> tuple[TreeRow, ...]:
    """Return the trees with a revision in the last ``days`` days, by name and branch.

    ``search`` is a part of the name or the branch; ``origin`` keeps trees that it reported on in
    that time (counts are of all origins).
    """
    since = Literal(now - timedelta(days=days))
    query = _LISTING.format(
        has_checkout=HAS_CHECKOUT,
        length=Literal(TREND_LENGTH),
        search=Literal(f"%{escape_like(search)}%"),
        origin=_REPORTED.format(since=since, origin=Literal(origin)) if origin is not None else SQL("true"),
        since=since,
        revision=REVISION_COLUMNS,
        last_result=LAST_RESULT,
        counts=COUNT_COLUMNS,
    )
    return tuple(fetch(query, _tree_row))


def _tree_row(*, trend: list[int], **columns: Any) -> TreeRow:
    revision, counts = as_revision(columns), as_counts(columns)
    return TreeRow(tree=revision.tree, newest=revision, trend=tuple(trend), **counts, **columns)


def find_trees(name: str, *, branch: str, url: str | None = None) -> tuple[TreeRef, ...]:
    """Return the trees of this name and branch: several when their URLs differ, none if unknown."""
    query = SQL("""
        SELECT {tree} FROM results_tree tr WHERE tr.name = {name} AND tr.branch = {branch} AND {url}
        ORDER BY tr.url
    """).format(
        tree=TREE_COLUMNS,
        name=Literal(name),
        branch=Literal(branch),
        url=SQL("true") if url is None else SQL("tr.url = {}").format(Literal(url)),
    )
    return tuple(fetch(query, lambda **columns: as_tree(columns)))
