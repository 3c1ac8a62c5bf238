"""The tests of a revision as the tree that their dotted paths are: one level at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from psycopg.sql import SQL, Composable, Composed, Literal

from results.db import fetch
from results.queries.picked import array_of_sums
from results.queries.records import RevisionRef, StatusCounts
from results.status import COUNT_COLUMNS
from results.vocabulary import where

NODES: Final = 1000
"""Nodes of a level that are returned, those that fail first."""


@dataclass(frozen=True, slots=True)
class PathNode:
    """A node below the one that was asked for, with the results of all tests at it and below.

    ``path`` goes on to where the tree branches next; ``tests``: how many paths there are.
    """

    path: str
    tests: int
    counts: StatusCounts


# Paths are few beside runs, so runs are counted before their paths are cut. Leans on build_revision
# and test_build.
_LEVEL: Final = SQL("""
    WITH counted AS MATERIALIZED (
        SELECT s.path_id, {columns}
        FROM results_build b JOIN results_test t ON t.build_id = b.id
        JOIN results_series s ON s.id = t.series_id
        WHERE {where} AND s.path_id IN (SELECT id FROM results_testpath tp WHERE {below})
        GROUP BY s.path_id
    ),
    nodes AS (
        SELECT array_to_string((string_to_array(tp.name, '.'))[1:{depth}], '.') AS node,
               min(tp.name COLLATE "C") AS first, max(tp.name COLLATE "C") AS last, count(*) AS tests,
               {sums} AS counts
        FROM counted c JOIN results_testpath tp ON tp.id = c.path_id GROUP BY 1
    )
    SELECT first, last, tests, counts FROM nodes
    ORDER BY counts[1] DESC, counts[2] + counts[3] DESC, node COLLATE "C" LIMIT {limit}
""")


def path_level(revision: RevisionRef, under: str = "", *, limit: int = NODES) -> tuple[PathNode, ...]:
    """Return the nodes below a path ("" = the top) in a revision, those with most failures first.

    A test that stands at the path itself is a node, too. May raise QueryTimeout.
    """
    query = _LEVEL.format(
        columns=_counted(),
        where=where(revision.selection, "rows"),
        below=_below(under),
        depth=Literal(under.count(".") + 2 if under else 1),
        sums=array_of_sums("c"),
        limit=Literal(limit),
    )
    return tuple(fetch(query, _node))


def _counted() -> Composable:
    return SQL(", ").join(
        SQL("count(*) FILTER (WHERE t.status = {})::int AS {}").format(Literal(int(status)), SQL(column))
        for status, column in COUNT_COLUMNS.items()
    )


def _below(under: str) -> Composed:
    if not under:
        return SQL("{}").format(SQL("true"))
    return SQL("(tp.name = {} OR starts_with(tp.name, {}))").format(Literal(under), Literal(f"{under}."))


def _node(*, first: str, last: str, tests: int, counts: list[int]) -> PathNode:
    """Make a node: what the first and the last path below it share, they all share."""
    shared = []
    for one, other in zip(first.split("."), last.split("."), strict=False):
        if one != other:
            break
        shared.append(one)
    return PathNode(".".join(shared), tests, StatusCounts.of(counts))
