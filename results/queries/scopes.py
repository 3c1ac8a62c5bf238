"""What a set of results says as a whole: counts by everything they can be grouped by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from results.db import fetch
from results.queries.picked import array_of_sums, build_counts, mask, picked
from results.queries.records import StatusCounts
from results.selection import EVERYTHING, Selection
from results.vocabulary import where

TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Builds, boots and tests that are looked at together, each under its own selection.

    ``results_within`` and ``builds_within`` are further conditions on the build b (of a result, or
    itself); the former is None where results count whose build is not known.
    """

    builds: Selection
    boots: Selection
    tests: Selection
    results_within: Composable | None
    builds_within: Composable

    def narrowed(self, *, builds: Selection, boots: Selection, tests: Selection) -> Scope:
        """Return this scope with further terms for each kind."""
        return replace(
            self,
            builds=builds.within(self.builds),
            boots=boots.within(self.boots),
            tests=tests.within(self.tests),
        )


def of_checkouts(numbers: Sequence[int]) -> Scope:
    """Return the scope of all that was made from some checkouts."""
    within = SQL("b.checkout_id = ANY({}::int[])").format(Literal(list(numbers)))
    return Scope(EVERYTHING, EVERYTHING.where(kind="boot"), EVERYTHING.where(kind="test"), within, within)


def of_results(selection: Selection) -> Scope:
    """Return the scope of the results under a selection and of the builds that they ran on."""
    tested = SQL("EXISTS (SELECT FROM results_resultcount rc WHERE rc.build_id = b.id AND {})").format(
        where(selection, "counts")
    )
    return Scope(EVERYTHING, selection.where(kind="boot"), selection.where(kind="test"), None, tested)


@dataclass(frozen=True, slots=True)
class Group:
    """Counts of one value of a grouping; ``by`` says which ("" for all together).

    ``name`` is None for what has no such value. ``part`` is the compiler where architectures are
    grouped, else None.
    """

    by: str
    name: str | None
    part: str | None
    counts: StatusCounts


@dataclass(frozen=True, slots=True)
class ScopeCounts:
    """The groups of each kind; every grouping adds up to the one that is called ""."""

    builds: tuple[Group, ...]
    boots: tuple[Group, ...]
    tests: tuple[Group, ...]


_GROUPS: Final = SQL("""
    WITH picked AS MATERIALIZED (
        SELECT rc.*, b.architecture_id, b.compiler_id, b.config_id
        FROM ({picked}) rc JOIN results_build b ON b.id = rc.build_id
    ),
    sums AS (
        SELECT GROUPING(origin_id, architecture_id, config_id, lab_id, platform_id) AS level,
               origin_id, architecture_id, compiler_id, config_id, lab_id, platform_id, {sums} AS counts
        FROM picked
        GROUP BY GROUPING SETS ((), (origin_id), (architecture_id, compiler_id), (config_id), (lab_id),
                                (platform_id))
    )
    SELECT level, {names}, (SELECT name FROM results_platform WHERE id = platform_id) AS platform, counts
    FROM sums ORDER BY level, origin, arch, compiler, config, lab, platform
""")

_BUILD_GROUPS: Final = SQL("""
    WITH picked AS MATERIALIZED ({picked}),
    sums AS (
        SELECT GROUPING(origin_id, architecture_id, config_id, lab_id) * 2 + 1 AS level,
               origin_id, architecture_id, compiler_id, config_id, lab_id, {sums} AS counts
        FROM picked
        GROUP BY GROUPING SETS ((), (origin_id), (architecture_id, compiler_id), (config_id), (lab_id))
    )
    SELECT level, {names}, NULL AS platform, counts FROM sums
    ORDER BY level, origin, arch, compiler, config, lab
""")

_NAMES: Final = SQL("""
    (SELECT name FROM results_origin WHERE id = origin_id) AS origin,
    (SELECT name FROM results_architecture WHERE id = architecture_id) AS arch,
    (SELECT name FROM results_compiler WHERE id = compiler_id) AS compiler,
    (SELECT name FROM results_config WHERE id = config_id) AS config,
    (SELECT name FROM results_lab WHERE id = lab_id) AS lab
""")

# GROUPING() has a 1 for each column that is not grouped by: of origin, arch, config, lab, platform.
_LEVELS: Final = {0b11111: "", 0b01111: "origin", 0b10111: "arch", 0b11011: "config", 0b11101: "lab",
                  0b11110: "platform"}  # fmt: skip


def scope_counts(scope: Scope) -> ScopeCounts:
    """Return the counts of a scope; may raise QueryTimeout."""
    return ScopeCounts(
        builds=_groups(_builds(scope), scope.builds),
        boots=_groups(_results(scope, scope.boots), scope.boots),
        tests=_groups(_results(scope, scope.tests), scope.tests),
    )


def _results(scope: Scope, selection: Selection) -> Composed:
    return _GROUPS.format(
        picked=picked(selection, within=scope.results_within), sums=array_of_sums("picked"), names=_NAMES
    )


def _builds(scope: Scope) -> Composed:
    columns = ("origin_id", "architecture_id", "compiler_id", "config_id", "lab_id")
    return _BUILD_GROUPS.format(
        picked=build_counts(
            scope.builds, within=scope.builds_within, columns=[Identifier("b", name) for name in columns]
        ),
        sums=array_of_sums("picked"),
        names=_NAMES,
    )


def _groups(query: Composed, selection: Selection) -> tuple[Group, ...]:
    groups = []
    rows: list[dict[str, Any]] = fetch(query, dict, timeout_ms=TIMEOUT_MS)
    for row in rows:
        by = _LEVELS[row["level"]]
        if counts := mask(StatusCounts.of(row["counts"]), selection):
            groups.append(
                Group(by, row[by] if by else None, row["compiler"] if by == "arch" else None, counts)
            )
    return tuple(groups)
