"""The order of a tree's revisions, made in one place: ``Revision.place``.

A commit comes after its ancestors, so that what lies on one line of first parents is in that order,
and unrelated commits come in the order of their commit times (``Commit.generation``); patches come
after what they are put on. A revision that git does not know stands where it was first tested. To
mix the two, a known one is placed at its first test, or at that of the first later one: an old
commit that is tested late stands before what followed it, not at the end.
"""

from __future__ import annotations

from typing import Final

from django.db import connection
from psycopg.sql import SQL

# ``bound``: the first test of a known revision or of any that comes after it. Then each is put a
# microsecond before the next where they would be the same. What lost its checkouts bounds nothing.
_PLACE: Final = SQL("""
    WITH marks AS (
        SELECT r.id, r.tree_id, r.started, r."commit", r.patchset, c.generation
        FROM results_revision r
        LEFT JOIN results_commit c ON c.hash = CASE
            WHEN r."commit" ~ '^[0-9a-f]{40}$' THEN decode(r."commit", 'hex') END
            AND EXISTS (SELECT FROM results_checkout o WHERE o.revision_id = r.id)
        WHERE r.tree_id = ANY(%(trees)s)
    ),
    bounded AS (
        SELECT *, CASE WHEN generation IS NULL THEN started ELSE min(started) OVER (
            PARTITION BY tree_id, generation IS NULL
            ORDER BY generation DESC, "commit" DESC, patchset <> '' DESC, started DESC, patchset DESC
        ) END AS bound
        FROM marks
    ),
    counted AS (
        SELECT *, row_number() OVER (
            PARTITION BY tree_id
            ORDER BY bound, generation NULLS FIRST, "commit", patchset <> '', started, patchset
        ) * interval '1 microsecond' AS step
        FROM bounded
    ),
    placed AS (
        SELECT id, min(bound - step) OVER (PARTITION BY tree_id ORDER BY step DESC) + step AS place
        FROM counted
    )
    UPDATE results_revision r SET place = placed.place FROM placed
    WHERE r.id = placed.id AND r.place <> placed.place
    RETURNING r.id
""")


def place_revisions(trees: list[int]) -> set[int]:
    """Put the revisions of trees in order; return those that have another place now."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, {"trees": trees})
        return {row[0] for row in cursor.fetchall()}
