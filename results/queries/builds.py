"""Builds: listings, and one build whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Composed, Literal

from results.compression import text_of
from results.db import Columns, fetch
from results.documents import restore
from results.errors import NotFound
from results.keys import key_of
from results.queries import paging
from results.queries.picked import array_of_sums
from results.queries.provenance import SOURCES, issues_of, sources_of
from results.queries.records import BuildRef, IssueRef, Listing, RevisionRef, StatusCounts
from results.queries.refs import (
    BUILD_COLUMNS,
    REVISION_COLUMNS,
    REVISION_JOINS,
    as_build,
    as_revision_if_known,
)
from results.selection import Selection
from results.status import Status
from results.vocabulary import where

BUILD_DIMENSIONS: Final = (
    "tree", "branch", "url", "commit", "patchset", "build", "origin", "lab", "platform", "compatible",
    "arch", "config", "compiler", "suite", "status", "since", "until", "issue", "q",
)  # fmt: skip
"""What builds can be selected by; lab, platform, compatible and suite select builds with such results."""

BUILD_SORTS: Final = ("status", "config", "arch", "compiler", "start", "duration")

HISTORY_LENGTH: Final = 20


@dataclass(frozen=True, slots=True)
class BuildRow:
    """A known build that is not a dummy, with the counts of its boots and other tests."""

    build: BuildRef
    status: Status
    origin: str
    lab: str | None
    start_time: datetime | None
    duration: float | None
    revision: RevisionRef | None
    boots: StatusCounts
    tests: StatusCounts


@dataclass(frozen=True, slots=True)
class SuiteCounts:
    """Results of one suite in one build."""

    suite: str
    counts: StatusCounts


@dataclass(frozen=True, slots=True)
class BuildDetail:
    """A build, everything that was submitted of it, and what ran on it.

    ``origin`` and ``fields`` are empty for a build that is only a name. ``history``: the same
    config, architecture, compiler, origin and tree on earlier revisions, newest first.
    ``sources``: field name -> submission id, for every field.
    """

    build: BuildRef
    status: Status
    origin: str
    lab: str | None
    start_time: datetime | None
    duration: float | None
    revision: RevisionRef | None
    boots: StatusCounts
    tests: StatusCounts
    fields: dict[str, Any]
    excerpt: str
    suites: tuple[SuiteCounts, ...]
    history: tuple[BuildRow, ...]
    issues: tuple[IssueRef, ...]
    submission: int | None
    sources: dict[str, int]


_ROWS: Final = SQL("""
    SELECT {build}, b.status, b.start_time, b.duration, {revision},
           (SELECT name FROM results_origin WHERE id = b.origin_id) AS origin,
           (SELECT name FROM results_lab WHERE id = b.lab_id) AS lab,
           (SELECT {counts} FROM results_resultcount rc WHERE rc.build_id = b.id AND rc.is_boot) AS boots,
           (SELECT {counts} FROM results_resultcount rc WHERE rc.build_id = b.id AND NOT rc.is_boot) AS tests
    FROM unnest({ids}::int[]) WITH ORDINALITY AS wanted (id, place)
    JOIN results_build b ON b.id = wanted.id
    {joins}
    ORDER BY wanted.place
""")

# Leans on build_revision where a tree or a revision is selected.
_PAGE: Final = SQL("""
    SELECT {value} AS value, b.id FROM results_build b
    WHERE b.known AND NOT b.is_dummy AND {where} AND {after}
    ORDER BY value {direction} NULLS LAST, b.id DESC LIMIT {limit}
""")

_VALUES: Final[dict[str, tuple[SQL, Callable[[Any], Any]]]] = {
    "status": (SQL("-b.status"), int),
    "config": (SQL('(SELECT name FROM results_config WHERE id = b.config_id) COLLATE "C"'), str),
    "arch": (SQL('(SELECT name FROM results_architecture WHERE id = b.architecture_id) COLLATE "C"'), str),
    "compiler": (SQL('(SELECT name FROM results_compiler WHERE id = b.compiler_id) COLLATE "C"'), str),
    "start": (SQL("b.start_time"), datetime.fromisoformat),
    "duration": (SQL("b.duration"), float),
}

_DETAIL: Final = SQL("""
    SELECT b.id, b.key, {build}, b.status, b.start_time, b.duration, {revision},
           (SELECT name FROM results_origin WHERE id = b.origin_id) AS origin,
           (SELECT name FROM results_lab WHERE id = b.lab_id) AS lab,
           (SELECT body FROM results_document WHERE id = b.document_id) AS document,
           (SELECT body FROM results_excerpt WHERE id = b.excerpt_id) AS excerpt,
           b.submission_id AS submission, {sources}
    FROM results_build b {joins} WHERE b.key = {key}
""")

_SUITES: Final = SQL("""
    SELECT rc.is_boot, su.name AS suite, {counts} AS counts
    FROM results_resultcount rc JOIN results_suite su ON su.id = rc.suite_id
    WHERE rc.build_id = {build} GROUP BY rc.is_boot, su.name ORDER BY su.name
""")

# Leans on build_variant. What is NULL in the build is NULL in its like.
_HISTORY: Final = SQL("""
    SELECT like_it.id
    FROM results_build b
    JOIN results_revision r ON r.id = b.revision_id
    JOIN results_build like_it ON {same_variant} AND like_it.known AND NOT like_it.is_dummy
         AND like_it.origin_id = b.origin_id
    JOIN results_revision earlier ON earlier.id = like_it.revision_id AND earlier.tree_id = r.tree_id
         AND (earlier.place, earlier.id) < (r.place, r.id)
    WHERE b.id = {build}
    ORDER BY earlier.place DESC, earlier.id DESC, like_it.id DESC LIMIT {limit}
""")


def build_page(
    selection: Selection, *, sort: str = "status", after: str | None = None, limit: int = 100
) -> Listing[BuildRow]:
    """Return a page of the builds under a selection (of ``BUILD_DIMENSIONS``; KeyError for others).

    By default the worst status comes first, then the newest build.
    """
    value, read = _VALUES[sort.removeprefix("-")]
    forward = not sort.startswith("-")
    query = _PAGE.format(
        value=value,
        where=where(selection, "builds"),
        after=_after(value, *paging.decode(after, (read, int)), forward=forward) if after else SQL("true"),
        direction=SQL("ASC" if forward else "DESC"),
        limit=Literal(limit + 1),
    )
    page = paging.listing(fetch(query, Columns), limit, lambda row: (row["value"], row["id"]))
    return Listing(build_rows([row["id"] for row in page.rows]), page.after)


def build_detail(kcidb_id: str) -> BuildDetail:
    """Return a build, known or only mentioned; NotFound when nobody named it."""
    key = key_of(kcidb_id)
    query = _DETAIL.format(
        build=BUILD_COLUMNS,
        revision=REVISION_COLUMNS,
        sources=SOURCES.format(Literal("build"), SQL("b.key")),
        joins=REVISION_JOINS,
        key=Literal(key),
    )
    found = fetch(query, Columns)
    if not found:
        raise NotFound(f"build {kcidb_id}")
    row = found[0]
    number = row.pop("id")
    results = fetch(_SUITES.format(counts=array_of_sums("rc"), build=Literal(number)), Columns)
    suites = [
        (result["is_boot"], SuiteCounts(result["suite"], StatusCounts.of(result["counts"])))
        for result in results
    ]
    build, document, excerpt = as_build(row), row.pop("document"), row.pop("excerpt")
    fields = restore(document, excerpt) if build.known else {}
    return BuildDetail(
        history=build_rows(fetch(_history(number, build), lambda id: id)) if build.known else (),
        issues=issues_of("build", row.pop("key")),
        build=build,
        revision=as_revision_if_known(row),
        status=Status(row.pop("status")),
        origin=row.pop("origin") or "",
        boots=sum((suite.counts for is_boot, suite in suites if is_boot), StatusCounts()),
        tests=sum((suite.counts for is_boot, suite in suites if not is_boot), StatusCounts()),
        fields=fields,
        excerpt=text_of(excerpt),
        suites=tuple(suite for _, suite in suites),
        sources=sources_of(fields, row["submission"], row.pop("sources")),
        **row,
    )


def build_rows(ids: Sequence[int]) -> tuple[BuildRow, ...]:
    """Return the builds with these numbers, in this order."""
    query = _ROWS.format(
        build=BUILD_COLUMNS,
        revision=REVISION_COLUMNS,
        counts=array_of_sums("rc"),
        ids=Literal(list(ids)),
        joins=REVISION_JOINS,
    )
    return tuple(fetch(query, _build_row, as_written=True))


def _build_row(*, status: int, boots: list[int], tests: list[int], **columns: Any) -> BuildRow:
    return BuildRow(
        build=as_build(columns),
        status=Status(status),
        revision=as_revision_if_known(columns),
        boots=StatusCounts.of(boots),
        tests=StatusCounts.of(tests),
        **columns,
    )


def _after(value: SQL, last: Any, build: int, *, forward: bool) -> Composable:
    """Return the condition to come after a row, NULL being last and newer builds first."""
    if last is None:
        return SQL("({} IS NULL AND b.id < {})").format(value, Literal(build))
    return SQL("({value} {beyond} {last} OR {value} IS NULL OR {value} = {last} AND b.id < {build})").format(
        value=value, beyond=SQL(">" if forward else "<"), last=Literal(last), build=Literal(build)
    )


def _history(number: int, build: BuildRef) -> Composed:
    columns = {
        "config_id": build.config,
        "architecture_id": build.architecture,
        "compiler_id": build.compiler,
    }
    same = SQL(" AND ").join(
        SQL("like_it.{0} IS NULL" if value is None else "like_it.{0} = b.{0}").format(SQL(column))
        for column, value in columns.items()
    )
    return _HISTORY.format(same_variant=same, build=Literal(number), limit=Literal(HISTORY_LENGTH))
