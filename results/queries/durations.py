"""How long builds and boots of a branch take, revision by revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.queries.records import RevisionRef, TreeRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.queries.revision_counts import HAS_CHECKOUT
from results.status import Status


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some durations in seconds, and what nine of ten are above and below; ``n`` of them."""

    low: float
    median: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class RevisionDurations:
    """What a revision took: its builds and boots that passed, None where none tells how long it took."""

    revision: RevisionRef
    started: datetime
    builds: Spread | None
    boots: Spread | None


# Leans on revision_history, build_revision and test_boots.
_DURATIONS: Final = SQL("""
    WITH page AS MATERIALIZED (
        SELECT r.* FROM results_revision r
        WHERE {has_checkout} AND r.tree_id = (
            SELECT id FROM results_tree WHERE name = {name} AND branch = {branch} AND url = {url}
        )
        ORDER BY r.place DESC, r.id DESC LIMIT {limit}
    )
    SELECT {revision}, r.started, builds.spread AS builds, builds.n AS n_builds,
           boots.spread AS boots, boots.n AS n_boots
    FROM page r
    JOIN results_tree tr ON tr.id = r.tree_id
    CROSS JOIN LATERAL (
        SELECT {spread} AS spread, count(d.duration) AS n
        FROM results_build d
        WHERE d.revision_id = r.id AND d.known AND NOT d.is_dummy AND d.status = {passed} AND d.duration >= 0
    ) builds
    CROSS JOIN LATERAL (
        SELECT {spread} AS spread, count(d.duration) AS n
        FROM results_build b JOIN results_test d ON d.build_id = b.id AND d.is_boot
        WHERE b.revision_id = r.id AND d.status = {passed} AND d.duration >= 0
    ) boots
    ORDER BY r.place, r.id
""")
_SPREAD: Final = SQL("percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP (ORDER BY d.duration)")


def branch_durations(tree: TreeRef, *, limit: int = 100) -> tuple[RevisionDurations, ...]:
    """Return the durations of the last revisions of a tree, the oldest first."""
    query = _DURATIONS.format(
        name=Literal(tree.name),
        branch=Literal(tree.branch),
        url=Literal(tree.url),
        has_checkout=HAS_CHECKOUT,
        limit=Literal(limit),
        revision=REVISION_COLUMNS,
        spread=_SPREAD,
        passed=Literal(int(Status.PASS)),
    )
    return tuple(fetch(query, _durations))


def _durations(
    *, started: datetime, builds: list[float] | None, n_builds: int, boots: list[float] | None, n_boots: int,
    **columns: Any,
) -> RevisionDurations:  # fmt: skip
    return RevisionDurations(
        revision=as_revision(columns),
        started=started,
        builds=_spread(builds, n_builds),
        boots=_spread(boots, n_boots),
    )


def _spread(parts: list[float] | None, n: int) -> Spread | None:
    return Spread(low=parts[0], median=parts[1], high=parts[2], n=n) if parts else None
