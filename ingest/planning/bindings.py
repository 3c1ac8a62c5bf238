"""What the series of a build's tests take from the build and its checkout, as far as it is known."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.db import connection

from ingest.planning.rows import Row


class Binding(NamedTuple):
    """Ids of what makes a variant of a tree. All None while the revision of the build is not known."""

    tree: int | None = None
    config: int | None = None
    architecture: int | None = None
    compiler: int | None = None


NOT_BOUND: Final = Binding()


def bindings(builds: dict[str, int], checkout_rows: list[Row], build_rows: list[Row]) -> dict[str, Binding]:
    """Return the binding of builds (key -> id), as it will be once these rows are written."""
    columns = _stored_builds(builds) | {row.key[0]: row.columns for row in build_rows if row.key[0] in builds}
    revisions = _stored_revisions({part["checkout_id"] for part in columns.values() if part["checkout_id"]})
    coming = {row.key[0]: row.columns["revision_id"] for row in checkout_rows}
    by_id = {found: coming.get(key, stored) for found, (key, stored) in revisions.items()}
    trees = _trees({revision for revision in by_id.values() if revision})
    return {key: _binding(columns.get(key, {}), by_id, trees) for key in builds}


def _binding(columns: dict[str, Any], revisions: dict[int, int | None], trees: dict[int, int]) -> Binding:
    revision = revisions.get(columns.get("checkout_id", 0))
    if revision is None:
        return NOT_BOUND
    return Binding(trees[revision], columns["config_id"], columns["architecture_id"], columns["compiler_id"])


def _stored_builds(builds: dict[str, int]) -> dict[str, dict[str, Any]]:
    names = ("checkout_id", "config_id", "architecture_id", "compiler_id")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT key, checkout_id, config_id, architecture_id, compiler_id
            FROM results_build WHERE id = ANY(%s)
            """,
            [list(builds.values())],
        )
        return {key.hex: dict(zip(names, row, strict=True)) for key, *row in cursor.fetchall()}


def _stored_revisions(checkouts: set[int]) -> dict[int, tuple[str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, key, revision_id FROM results_checkout WHERE id = ANY(%s)", [list(checkouts)]
        )
        return {found: (key.hex, revision) for found, key, revision in cursor.fetchall()}


def _trees(revisions: set[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, tree_id FROM results_revision WHERE id = ANY(%s)", [list(revisions)])
        return dict(cursor.fetchall())
