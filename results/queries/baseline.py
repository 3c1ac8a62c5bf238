"""What a revision is compared with when nobody says with what: the last complete one before it."""

from __future__ import annotations

from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.errors import NotFound
from results.models import RevisionCount
from results.queries.picked import sum_of
from results.queries.records import RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.queries.revision_counts import HAS_CHECKOUT
from results.queries.revision_names import NamedRevision
from results.status import Status

LOOKED_AT: Final = 10
"""Earlier revisions among which the last complete one is looked for."""

# Complete is what has at least half of the results of the one that has most. Patched sources are
# nobody's baseline. Leans on revision_identity, revision_history and revisioncount_identity.
_BASELINE: Final = SQL("""
    WITH asked AS (
        SELECT r.id, r.tree_id, r.place FROM results_revision r
        JOIN results_tree tr ON tr.id = r.tree_id
        WHERE tr.name = {name} AND tr.branch = {branch} AND tr.url = {url}
              AND r."commit" = {commit} AND r.patchset = {patchset}
    ),
    near AS MATERIALIZED (
        SELECT r.id, r.place, (
            SELECT coalesce(sum({results}), 0) FROM results_revisioncount n
            WHERE n.revision_id = r.id AND n.kind <> {build}
        ) AS results
        FROM asked JOIN results_revision r ON r.tree_id = asked.tree_id
        WHERE (r.place, r.id) < (asked.place, asked.id) AND r.patchset = '' AND {has_checkout}
        ORDER BY r.place DESC, r.id DESC LIMIT {looked_at}
    ),
    chosen AS (
        (SELECT id FROM near WHERE results > 0 AND 2 * results >= (SELECT max(results) FROM near)
         ORDER BY place DESC, id DESC LIMIT 1)
        UNION ALL SELECT id FROM asked
    )
    SELECT {revision}, r.id AS number, r.tree_id AS tree, r.started, r.place, r.subject
    FROM chosen JOIN results_revision r ON r.id = chosen.id JOIN results_tree tr ON tr.id = r.tree_id
    ORDER BY r.id = (SELECT id FROM asked)
""")


def with_baseline(revision: RevisionRef) -> tuple[NamedRevision | None, NamedRevision]:
    """Return the last complete revision before one (None: there is none), and that one; or NotFound."""
    query = _BASELINE.format(
        name=Literal(revision.tree.name),
        branch=Literal(revision.tree.branch),
        url=Literal(revision.tree.url),
        commit=Literal(revision.commit),
        patchset=Literal(revision.patchset),
        results=sum_of(Status, "n"),
        build=Literal(int(RevisionCount.Kind.BUILD)),
        has_checkout=HAS_CHECKOUT,
        looked_at=Literal(LOOKED_AT),
        revision=REVISION_COLUMNS,
    )
    found = [_named(row) for row in fetch(query, Columns)]
    if not found:
        raise NotFound(f"revision {revision.commit}")
    return (found[0] if len(found) > 1 else None), found[-1]


def _named(row: dict[str, Any]) -> NamedRevision:
    return NamedRevision(revision=as_revision(row), **row)
