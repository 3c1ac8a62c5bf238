"""All builds, or all test runs, under a selection: in the order of their builds, a piece at a time.

Pages are for people and are sorted; these are for scripts that want everything, in memory that
does not grow with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from psycopg.sql import SQL, Composable, Identifier, Literal

from results.db import fetch
from results.documents import node_id
from results.queries.builds import BuildRow, build_rows
from results.queries.picked import picked, sum_of
from results.queries.records import BuildRef, RevisionRef
from results.queries.refs import (
    BUILD_COLUMNS,
    REVISION_COLUMNS,
    REVISION_JOINS,
    as_build,
    as_revision_if_known,
)
from results.selection import Selection
from results.status import Status
from results.streaming import pieces
from results.vocabulary import OF_BUILD, statuses, where

BUILDS_AT_ONCE: Final = 500

PATH: Final = 8
BUILD: Final = 14
"""Places of path and build in a row of ``_TESTS``."""

_STATUSES: Final = {int(status): status for status in Status}


class WholeTest(NamedTuple):
    """A test run with the fields of ``TestRow``; ``document`` is the number of its document."""

    id: str
    status: Status
    is_boot: bool
    start_time: datetime | None
    duration: float | None
    value: float | None
    series: int
    document: int
    has_excerpt: bool
    path: str
    suite: str
    platform: str | None
    lab: str
    origin: str
    unit: str
    build: BuildRef
    revision: RevisionRef | None


_made: Final[Callable[[tuple[Any, ...]], WholeTest]] = partial(tuple.__new__, WholeTest)
"""Three times as fast as calling the class, and there are very many."""

# The counts say which builds have such rows; these are opened one after the other. Leans on test_build.
_TESTS: Final = SQL("""
    SELECT t.status, t.is_boot, t.start_time, t.duration, t.value, t.series_id, t.document_id, t.has_excerpt,
           t.path, t.suite_id, t.platform_id, t.lab_id, t.origin_id, t.unit_id, builds.build_id,
           coalesce(t.kcidb_id, encode(uuid_send(t.key), 'hex'))
    FROM (SELECT DISTINCT build_id FROM ({picked}) picked WHERE {count} > 0 ORDER BY build_id) builds
    CROSS JOIN LATERAL (
        SELECT t.key, t.kcidb_id, t.status, t.is_boot, t.start_time, t.duration, t.value, t.series_id,
               t.document_id, t.excerpt_id IS NOT NULL AS has_excerpt, t.unit_id,
               s.path_id AS path, s.suite_id, s.platform_id, s.lab_id, s.origin_id
        FROM results_test t JOIN results_series s ON s.id = t.series_id
        WHERE t.build_id = builds.build_id AND {where}
        ORDER BY t.key
    ) t
""")

# Leans on build_revision where a tree or a revision is selected.
_BUILDS: Final = SQL("""
    SELECT b.id FROM results_build b WHERE b.known AND NOT b.is_dummy AND {within} AND {where} ORDER BY b.id
""")

_BUILD_REFS: Final = SQL("""
    SELECT b.id, {build}, {revision} FROM results_build b {joins} WHERE b.id = ANY({ids}::int[])
""")

_PATHS: Final = SQL("SELECT id, name FROM results_testpath WHERE id = ANY({ids}::int[])")

_NAMED: Final = ("suite", "platform", "lab", "origin", "unit")


def all_tests(selection: Selection, *, within: Composable | None = None) -> Iterator[list[WholeTest]]:
    """Yield the test runs under a selection, by build; ``within`` is a further condition on the build b."""
    query = _TESTS.format(
        picked=picked(selection, within=within),
        count=sum_of(statuses(selection), "picked"),
        where=where(selection.without(*OF_BUILD), "rows"),
    )
    suites, platforms, labs, origins, units = ({None: None, **_names(table)} for table in _NAMED)
    builds: dict[int, tuple[BuildRef, RevisionRef | None]] = {}
    paths: dict[int, str] = {}
    for rows in pieces(query):
        builds = _builds(rows, builds)
        paths |= _paths({row[PATH] for row in rows} - paths.keys())
        yield [
            _made((
                name if ":" in name else node_id(name), _STATUSES[status], is_boot, start, duration, value,
                series, document, has_excerpt, paths[path], suites[suite], platforms[platform], labs[lab],
                origins[origin], units[unit] or "", *builds[build],
            ))
            for status, is_boot, start, duration, value, series, document, has_excerpt, path, suite, platform,
                lab, origin, unit, build, name in rows
        ]  # fmt: skip


def all_builds(selection: Selection, *, within: Composable | None = None) -> Iterator[list[BuildRow]]:
    """Yield the known builds under a selection; ``within`` is a further condition on b."""
    query = _BUILDS.format(within=within or SQL("true"), where=where(selection, "builds"))
    for rows in pieces(query, rows=BUILDS_AT_ONCE):
        yield list(build_rows([number for (number,) in rows]))


def _names(table: str) -> dict[int, str]:
    query = SQL("SELECT id, name FROM {}").format(Identifier(f"results_{table}"))
    return dict(fetch(query, lambda id, name: (id, name)))


def _paths(numbers: Collection[int]) -> dict[int, str]:
    if not numbers:
        return {}
    return dict(fetch(_PATHS.format(ids=Literal(list(numbers))), lambda id, name: (id, name)))


def _builds(
    rows: Sequence[tuple[Any, ...]], known: dict[int, tuple[BuildRef, RevisionRef | None]]
) -> dict[int, tuple[BuildRef, RevisionRef | None]]:
    """Return the builds of some rows: those that are known already, and others as the database has them."""
    wanted = {row[BUILD] for row in rows}
    builds = {number: known[number] for number in wanted & known.keys()}
    query = _BUILD_REFS.format(
        build=BUILD_COLUMNS,
        revision=REVISION_COLUMNS,
        joins=REVISION_JOINS,
        ids=Literal(list(wanted - builds.keys())),
    )
    found: list[dict[str, Any]] = fetch(query, dict)
    for row in found:
        builds[row["id"]] = (as_build(row), as_revision_if_known(row))
    return builds
