"""Facets: what a listing could be narrowed to, with counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from results.db import fetch
from results.queries.builds import BUILD_DIMENSIONS
from results.queries.picked import array_of_sums, build_counts, mask, picked, sum_of
from results.queries.records import StatusCounts
from results.selection import EVERYTHING, NONE, Selection, Term
from results.status import COUNT_COLUMNS, Status
from results.vocabulary import TABLES, all_of, statuses, where

FACETS: Final = ("status", "suite", "platform", "lab", "arch", "config", "compiler", "origin")
FACET_VALUES: Final = 12
TIMEOUT_MS: Final = 1000

Noun = OneOf["builds", "boots", "tests", "results"]
"""What is listed and counted; results are boots and tests together."""

_KINDS: Final = {"boots": "boot", "tests": "test"}
_OF_BUILDS: Final = ("status", "arch", "config", "compiler", "origin")
_COLUMNS: Final = {
    "suite": SQL("rc.suite_id"),
    "platform": SQL("rc.platform_id"),
    "lab": SQL("rc.lab_id"),
    "arch": SQL("b.architecture_id"),
    "config": SQL("b.config_id"),
    "compiler": SQL("b.compiler_id"),
    "origin": SQL("rc.origin_id"),
}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value: how many rows the listing would have with it, the other filters staying.

    ``text`` is the value as a URL says it ("none" for absent); ``name`` is for people. ``picked``:
    the URL has it (``negated``: as ``!value``).
    """

    text: str
    name: str
    count: int
    picked: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """The most frequent values of a dimension, and those picked; ``more`` others exist."""

    dimension: str
    values: tuple[FacetValue, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The facets of a selection; ``counts`` is what its listing shows, by status."""

    facets: tuple[Facet, ...]
    counts: StatusCounts


@dataclass(frozen=True, slots=True)
class Totals:
    """The rows under a selection of each kind; they are the numbers on the tabs."""

    builds: StatusCounts
    boots: StatusCounts
    tests: StatusCounts


@dataclass(frozen=True, slots=True)
class _Value:
    """A row of the answer: a value of a dimension, how many rows have it, how many values there are."""

    dimension: str
    name: str | None
    count: int
    values: int


# The counts under everything but the facets themselves are read once; "<facet>_ok" says whether a
# row of them is picked by that facet's own terms, so that each facet can leave its own out.
_FACETS: Final = SQL("WITH base AS MATERIALIZED ({base}) {values} UNION ALL {by_status}")

_VALUES: Final = SQL("""
    SELECT {dimension} AS dimension, name, count, values FROM (
        SELECT d.name, counted.count, count(*) OVER () AS values,
               row_number() OVER (ORDER BY counted.count DESC, d.name) AS place
        FROM (
            SELECT {dimension_id} AS id, sum({count}) AS count FROM base WHERE {others_ok}
            GROUP BY 1 HAVING sum({count}) > 0
        ) counted
        LEFT JOIN {table} d ON d.id = counted.id
    ) ranked
    WHERE place <= {limit} OR name = ANY({picked}::text[]) OR coalesce(name, '') = '' AND {none_picked}
""")


def facets(selection: Selection, *, noun: Noun = "results", about: Selection = EVERYTHING) -> Facets:
    """Return what a listing of ``noun`` under a selection can be narrowed to; may raise QueryTimeout.

    Dimensions of ``about`` are what the page is about, and no facets.
    """
    if noun in _KINDS:
        selection = selection.where(kind=_KINDS[noun])
    offered = [name for name in (_OF_BUILDS if noun == "builds" else FACETS) if name not in about]
    named = [name for name in offered if name != "status"]
    flagged = [name for name in named if name in selection]
    base = (_build_base if noun == "builds" else _result_base)(selection, named, flagged)
    answer = fetch(
        _FACETS.format(
            base=base,
            values=SQL(" UNION ALL ").join(_values(selection, name, flagged) for name in named),
            by_status=_by_status(flagged),
        ),
        _Value,
        timeout_ms=TIMEOUT_MS,
    )
    by_status = {Status(int(row.name or 0)): row.count for row in answer if row.dimension == "status"}
    return Facets(
        facets=tuple(
            _status_facet(selection, by_status)
            if name == "status"
            else _facet(selection, name, [row for row in answer if row.dimension == name])
            for name in offered
        ),
        counts=mask(StatusCounts(tuple(by_status[status] for status in COUNT_COLUMNS)), selection),
    )


def listed(selection: Selection, *, noun: Noun = "results") -> StatusCounts:
    """Return what a listing of ``noun`` under a selection shows, by status; may raise QueryTimeout."""
    if noun == "builds":
        relation = build_counts(selection)
    else:
        relation = picked(selection.where(kind=_KINDS[noun]) if noun in _KINDS else selection)
    query = SQL("SELECT {} AS counts FROM ({}) rc").format(array_of_sums("rc"), relation)
    found = fetch(query, lambda counts: StatusCounts.of(counts), timeout_ms=TIMEOUT_MS)
    return mask(found[0], selection)


def totals(selection: Selection) -> Totals:
    """Return how many builds, boots and tests a selection has; may raise QueryTimeout.

    ``kind`` is ignored: the numbers are those of the three tabs. So are, of builds, dimensions
    that builds do not have.
    """
    query = SQL("""
        SELECT rc.is_boot, {results} AS counts FROM ({picked}) rc GROUP BY rc.is_boot
        UNION ALL
        SELECT NULL, {builds} FROM ({build_counts}) b
    """).format(
        results=array_of_sums("rc"),
        picked=picked(selection.without("kind")),
        builds=array_of_sums("b"),
        build_counts=build_counts(selection.only(BUILD_DIMENSIONS)),
    )
    answer = fetch(query, lambda is_boot, counts: (is_boot, StatusCounts.of(counts)), timeout_ms=TIMEOUT_MS)
    found = {is_boot: mask(counts, selection) for is_boot, counts in answer}
    return Totals(found[None], found.get(True, StatusCounts()), found.get(False, StatusCounts()))


def _result_base(selection: Selection, named: list[str], flagged: list[str]) -> Composed:
    return SQL("""
        SELECT {columns}, {counts} FROM ({picked}) rc JOIN results_build b ON b.id = rc.build_id
    """).format(
        columns=SQL(", ").join(
            [*(SQL("{} AS {}").format(_COLUMNS[name], Identifier(name)) for name in named)]
            + [
                SQL("{} AS {}").format(where(selection.only([name]), "counts"), _flag(name))
                for name in flagged
            ]
        ),
        counts=SQL(", ").join(Identifier("rc", column) for column in COUNT_COLUMNS.values()),
        picked=picked(selection.without(*flagged)),
    )


def _build_base(selection: Selection, named: list[str], flagged: list[str]) -> Composed:
    flags = [SQL("{} AS {}").format(where(selection.only([name]), "builds"), _flag(name)) for name in flagged]
    columns = {
        "arch": "architecture_id",
        "config": "config_id",
        "compiler": "compiler_id",
        "origin": "origin_id",
    }
    return build_counts(
        selection.without(*flagged),
        columns=[
            *(SQL("{} AS {}").format(Identifier("b", columns[name]), Identifier(name)) for name in named),
            *flags,
        ],
    )


def _flag(name: str) -> Identifier:
    return Identifier(f"{name}_ok")


def _values(selection: Selection, name: str, flagged: list[str]) -> Composed:
    terms = selection[name]
    return _VALUES.format(
        dimension=Literal(name),
        dimension_id=Identifier(name),
        count=sum_of(statuses(selection), "base"),
        others_ok=_all_ok(other for other in flagged if other != name),
        table=TABLES[name],
        limit=Literal(FACET_VALUES),
        picked=Literal([term.value for term in terms if term.value is not None and not term.prefix]),
        none_picked=Literal(any(term.value is None for term in terms)),
    )


def _all_ok(names: Iterable[str]) -> Composable:
    return all_of(_flag(name) for name in names)


def _by_status(flagged: list[str]) -> Composed:
    return SQL("""
        SELECT 'status', by_status.status, by_status.count, 0
        FROM (SELECT {counts} AS counts FROM base WHERE {ok}) sums
        CROSS JOIN LATERAL unnest({statuses}::text[], sums.counts) AS by_status (status, count)
    """).format(
        counts=array_of_sums("base"),
        ok=_all_ok(flagged),
        statuses=Literal([str(int(status)) for status in COUNT_COLUMNS]),
    )


def _status_facet(selection: Selection, by_status: dict[Status, int]) -> Facet:
    terms = selection["status"]
    shown = [status for status in COUNT_COLUMNS if by_status[status] or _term(terms, _status_value(status))]
    values = (
        _facet_value(terms, _status_value(status), str(status.label), by_status[status]) for status in shown
    )
    return Facet("status", tuple(values), 0)


def _status_value(status: Status) -> str | None:
    return None if status is Status.NONE else str(status.label)


def _facet(selection: Selection, name: str, rows: list[_Value]) -> Facet:
    terms = selection[name]
    values = [_facet_value(terms, row.name or None, row.name or NONE, row.count) for row in rows]
    found = {row.name or None for row in rows}
    values += [
        _facet_value(terms, term.value, term.value or NONE, 0)
        for term in terms
        if not term.prefix and term.value not in found
    ]
    return Facet(name, tuple(values), rows[0].values - len(rows) if rows else 0)


def _term(terms: tuple[Term, ...], value: str | None) -> Term | None:
    return next((term for term in terms if term.value == value and not term.prefix), None)


def _facet_value(terms: tuple[Term, ...], value: str | None, name: str, count: int) -> FacetValue:
    term = _term(terms, value)
    return FacetValue(
        text=str(Term(value)),
        name=name,
        count=count,
        picked=term is not None,
        negated=term is not None and term.negated,
    )
