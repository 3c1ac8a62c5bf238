"""The columns of what pages link to, and the records made of them.

A query that names a build b, a revision r and its tree tr selects these columns; ``as_build`` and
``as_revision`` take them out of a row.
"""

from __future__ import annotations

from typing import Any, Final

from psycopg.sql import SQL

from results.queries.records import BuildRef, RevisionRef, TreeRef

TREE_COLUMNS: Final = SQL("tr.name AS tree_name, tr.branch AS tree_branch, tr.url AS tree_url")

REVISION_COLUMNS: Final = SQL("""
    r."commit" AS revision_commit, r.patchset AS revision_patchset, r.describe AS revision_describe,
    tr.name AS tree_name, tr.branch AS tree_branch, tr.url AS tree_url
""")

BUILD_COLUMNS: Final = SQL("""
    b.kcidb_id AS build_id, b.known AS build_known, b.is_dummy AS build_is_dummy,
    (SELECT name FROM results_architecture WHERE id = b.architecture_id) AS build_architecture,
    (SELECT name FROM results_config WHERE id = b.config_id) AS build_config,
    (SELECT name FROM results_compiler WHERE id = b.compiler_id) AS build_compiler
""")

REVISION_JOINS: Final = SQL("""
    LEFT JOIN results_revision r ON r.id = b.revision_id
    LEFT JOIN results_tree tr ON tr.id = r.tree_id
""")


def as_tree(row: dict[str, Any]) -> TreeRef:
    """Take the tree out of a row."""
    return TreeRef(row.pop("tree_name"), row.pop("tree_branch"), row.pop("tree_url"))


def as_revision(row: dict[str, Any]) -> RevisionRef:
    """Take the revision and its tree out of a row."""
    return RevisionRef(
        as_tree(row), row.pop("revision_commit"), row.pop("revision_patchset"), row.pop("revision_describe")
    )


def as_revision_if_known(row: dict[str, Any]) -> RevisionRef | None:
    """Take the revision out of a row; None when all its columns are NULL."""
    revision = as_revision(row)
    return revision if revision.commit else None


def as_build(row: dict[str, Any]) -> BuildRef:
    """Take the build out of a row."""
    return BuildRef(
        id=row.pop("build_id"),
        known=row.pop("build_known"),
        is_dummy=row.pop("build_is_dummy"),
        architecture=row.pop("build_architecture"),
        config=row.pop("build_config"),
        compiler=row.pop("build_compiler"),
    )
