"""What fails in the newest revision of each tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.queries.records import RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.queries.revision_counts import HAS_CHECKOUT
from results.queries.revisions import NEWEST


@dataclass(frozen=True, slots=True)
class FailingSuite:
    """A suite that fails in a revision: how many of its results, on how many devices."""

    revision: RevisionRef
    suite: str
    is_boot: bool
    failed: int
    devices: int


# Leans on build_revision and resultcount_identity.
_FAILING: Final = SQL("""
    WITH newest AS MATERIALIZED ({newest}),
    failing AS MATERIALIZED (
        SELECT b.revision_id, rc.suite_id, rc.is_boot, sum(rc.n_fail)::int AS failed,
               count(DISTINCT rc.platform_id)::int AS devices
        FROM newest
        JOIN results_build b ON b.revision_id = newest.id
        JOIN results_resultcount rc ON rc.build_id = b.id
        WHERE rc.n_fail > 0
        GROUP BY b.revision_id, rc.suite_id, rc.is_boot
        ORDER BY devices DESC, failed DESC, b.revision_id, rc.suite_id LIMIT {limit}
    )
    SELECT {revision}, su.name AS suite, f.is_boot, f.failed, f.devices
    FROM failing f
    JOIN results_suite su ON su.id = f.suite_id
    JOIN results_revision r ON r.id = f.revision_id
    JOIN results_tree tr ON tr.id = r.tree_id
    ORDER BY f.devices DESC, f.failed DESC, f.revision_id, f.suite_id
""")


def failing_suites(*, trees: int = 20, limit: int = 20) -> tuple[FailingSuite, ...]:
    """Return what fails in the newest revisions of the trees, on the most devices first.

    The revisions are those of ``newest_revisions(limit=trees)``.
    """
    query = _FAILING.format(
        newest=NEWEST.format(has_checkout=HAS_CHECKOUT, limit=Literal(trees)),
        revision=REVISION_COLUMNS,
        limit=Literal(limit),
    )
    return tuple(fetch(query, _row))


def _row(**columns: Any) -> FailingSuite:
    return FailingSuite(revision=as_revision(columns), **columns)
