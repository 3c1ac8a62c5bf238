"""What is due, and what it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from results.models import Due


@dataclass(frozen=True, slots=True)
class Popped:
    """``Due`` rows taken off the list: how many, and the keys that they name."""

    rows: int
    checkouts: list[UUID] = field(default_factory=list)
    builds: list[UUID] = field(default_factory=list)
    issues: list[UUID] = field(default_factory=list)
    trees: list[int] = field(default_factory=list)


def _column(statement: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return [row[0] for row in cursor.fetchall()]


def pop(limit: int) -> Popped:
    """Take the oldest rows off the list; they come back when the transaction fails."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM results_due WHERE id IN (SELECT id FROM results_due ORDER BY id LIMIT %s)
            RETURNING kind, ref
            """,
            [limit],
        )
        rows = cursor.fetchall()
    named = {kind: sorted({ref for row_kind, ref in rows if row_kind == kind}) for kind in Due.Kind}
    trees = [ref.int for ref in named[Due.Kind.TREE]]
    return Popped(len(rows), named[Due.Kind.CHECKOUT], named[Due.Kind.BUILD], named[Due.Kind.ISSUE], trees)


def mark_everything() -> int:
    """Make every checkout, build and issue due; return how many they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO results_due (kind, ref)
            SELECT %s, key FROM results_checkout
            UNION ALL SELECT %s, key FROM results_build
            UNION ALL SELECT %s, key FROM (
                SELECT key FROM results_issue UNION SELECT issue_key FROM results_incident
                UNION SELECT issue_key FROM results_issuecount
            ) issues
            """,
            [Due.Kind.CHECKOUT, Due.Kind.BUILD, Due.Kind.ISSUE],
        )
        marked: int = cursor.rowcount
        return marked


def mark_order(trees: Iterable[int]) -> None:
    """Make the order and the names of the revisions of trees due."""
    Due.objects.bulk_create([Due(kind=Due.Kind.TREE, ref=UUID(int=tree)) for tree in trees])


def builds_of(popped: Popped) -> list[int]:
    """Return the ids of the builds that are due, or whose checkout is."""
    return _column(
        """
        SELECT id FROM results_build WHERE key = ANY(%(builds)s)
        UNION
        SELECT b.id FROM results_checkout c JOIN results_build b ON b.checkout_id = c.id
        WHERE c.key = ANY(%(checkouts)s)
        """,
        {"builds": popped.builds, "checkouts": popped.checkouts},
    )


def revisions_of_checkouts(checkouts: list[UUID]) -> list[int]:
    """Return the ids of the revisions of checkouts, and of those that their builds still have."""
    return _column(
        """
        SELECT revision_id FROM results_checkout WHERE key = ANY(%(checkouts)s) AND revision_id IS NOT NULL
        UNION
        SELECT b.revision_id FROM results_checkout c JOIN results_build b ON b.checkout_id = c.id
        WHERE c.key = ANY(%(checkouts)s) AND b.revision_id IS NOT NULL
        """,
        {"checkouts": checkouts},
    )


def revisions_of_builds(builds: list[int]) -> list[int]:
    """Return the ids of the revisions of builds."""
    return _column(
        """
        SELECT DISTINCT revision_id FROM results_build
        WHERE id = ANY(%(builds)s) AND revision_id IS NOT NULL
        """,
        {"builds": builds},
    )


def revisions_of_trees(trees: list[int]) -> list[int]:
    """Return the ids of all revisions of trees."""
    return _column("SELECT id FROM results_revision WHERE tree_id = ANY(%(trees)s)", {"trees": trees})


def trees_of_revisions(revisions: list[int]) -> list[int]:
    """Return the trees of revisions."""
    return _column(
        "SELECT DISTINCT tree_id FROM results_revision WHERE id = ANY(%(revisions)s)",
        {"revisions": revisions},
    )


def mark_trees(revisions: list[int], issues: list[UUID]) -> None:
    """Make revisions, and those of the failures that issues are about, due for judgement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO results_treedue (tree_id, revision_id)
            SELECT r.tree_id, r.id FROM results_revision r WHERE r.id = ANY(%(revisions)s)
            UNION
            SELECT r.tree_id, r.id FROM results_incident i
            JOIN results_test t ON t.key = i.test_key JOIN results_build b ON b.id = t.build_id
            JOIN results_revision r ON r.id = b.revision_id
            WHERE i.issue_key = ANY(%(issues)s)
            UNION
            SELECT r.tree_id, r.id FROM results_incident i
            JOIN results_build b ON b.key = i.build_key JOIN results_revision r ON r.id = b.revision_id
            WHERE i.issue_key = ANY(%(issues)s)
            """,
            {"revisions": revisions, "issues": issues},
        )
