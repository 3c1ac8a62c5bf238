"""Commits and tags in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db import connection
from psycopg.sql import SQL

from results.git.repository import ReadTag
from results.models import Tag
from results.models.commits import HASH_BYTES
from results.models.dimensions import NAME_LENGTH

Row = tuple[Any, ...]

COLUMNS: Final = (
    "hash", "generation", "authored_at", "committed_at", "parents", "author_name", "author_email", "subject",
)  # fmt: skip

_TEMPORARY: Final = SQL("""
    CREATE TEMPORARY TABLE IF NOT EXISTS coming ON COMMIT DELETE ROWS AS
    SELECT {} FROM results_commit WITH NO DATA
""").format(SQL(", ").join(map(SQL, COLUMNS)))
_COPY: Final = SQL("COPY coming ({}) FROM STDIN").format(SQL(", ").join(map(SQL, COLUMNS)))
_ADD: Final = SQL("""
    INSERT INTO results_commit ({0}) SELECT {0} FROM coming ON CONFLICT (hash) DO NOTHING
""").format(SQL(", ").join(map(SQL, COLUMNS)))

# Every parent of a commit c, as parent.hash.
_PARENTS: Final = SQL("""
    CROSS JOIN LATERAL (
        SELECT substring(c.parents FROM {0} * n + 1 FOR {0}) AS hash
        FROM generate_series(0, length(c.parents) / {0} - 1) n
    ) parent
""").format(SQL(str(HASH_BYTES)))

_EDGES: Final = SQL("""
    SELECT DISTINCT parent.hash FROM results_commit c {parents}
    WHERE NOT EXISTS (SELECT FROM results_commit p WHERE p.hash = parent.hash)
""").format(parents=_PARENTS)

# What is there may turn out to have a parent that is younger than itself, by a clock that was wrong.
_RAISE: Final = SQL("""
    UPDATE results_commit c SET generation = least_.generation + 1 FROM (
        SELECT c.hash, max(p.generation) AS generation
        FROM results_commit c {parents} JOIN results_commit p ON p.hash = parent.hash
        GROUP BY c.hash
    ) least_
    WHERE c.hash = least_.hash AND c.generation <= least_.generation
""").format(parents=_PARENTS)

_TAGGED: Final = SQL("SELECT hash FROM results_commit WHERE hash = ANY(%s)")


def stored_generations() -> dict[bytes, int]:
    """Return the generation of every commit that is known."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hash, generation FROM results_commit")
        return dict(cursor.fetchall())


def edges() -> set[bytes]:
    """Return the parents that have no row."""
    with connection.cursor() as cursor:
        cursor.execute(_EDGES)
        return {row[0] for row in cursor.fetchall()}


def add_commits(rows: Iterable[Row]) -> None:
    """Add rows of ``COLUMNS``, those that are new. To be called in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_TEMPORARY)
        with connection.wrap_database_errors, cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_ADD)


def raise_generations() -> bool:
    """Make every generation larger than those of the parents; return whether any was not."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE)
        raised: bool = cursor.rowcount > 0
        while cursor.rowcount > 0:
            cursor.execute(_RAISE)
        return raised


def keep_tags(tags: Collection[ReadTag]) -> int:
    """Keep the tags of commits that are known; return how many are new or moved."""
    with connection.cursor() as cursor:
        cursor.execute(_TAGGED, [list({tag.commit for tag in tags})])
        known = {row[0] for row in cursor.fetchall()}
    told = {tag.name: tag for tag in tags if tag.commit in known and len(tag.name) <= NAME_LENGTH}
    kept = Tag.objects.in_bulk(list(told), field_name="name")
    new = [
        Tag(name=name, commit=tag.commit, is_annotated=tag.is_annotated)
        for name, tag in told.items()
        if (old := kept.get(name)) is None
        or (bytes(old.commit), old.is_annotated) != (tag.commit, tag.is_annotated)
    ]
    Tag.objects.bulk_create(
        new, update_conflicts=True, unique_fields=["name"], update_fields=["commit", "is_annotated"]
    )
    return len(new)
