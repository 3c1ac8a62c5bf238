"""``git describe`` for tested commits that nobody named."""

from __future__ import annotations

from typing import Final

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.models import Commit, Tag
from results.queries.commit_graph import nearest_tag, nodes, span

MOST: Final = 500
"""Commits that are described in one import."""
DIGITS: Final = 12
"""Of the hash in a name, as kernel people write it."""

# Leans on revision_commit.
_NAMELESS: Final = SQL("""
    SELECT c.hash FROM results_commit c
    WHERE c.describe = '' AND EXISTS (
        SELECT FROM results_revision r WHERE r."commit" = encode(c.hash, 'hex') AND r.describe = ''
    )
    ORDER BY c.generation DESC LIMIT {limit}
""")


def describe_tested() -> set[str]:
    """Name tested commits that have no name, from the annotated tags; return the hashes of those named."""
    tags = {bytes(tag.commit): tag.name for tag in Tag.objects.filter(is_annotated=True).order_by("name")}
    if not tags:
        return set()
    named = set()
    for row in fetch(_NAMELESS.format(limit=Literal(MOST)), Columns):
        if name := _name(row["hash"], tags):
            Commit.objects.filter(hash=row["hash"]).update(describe=name)
            named.add(row["hash"].hex())
    return named


def _name(hash_: bytes, tags: dict[bytes, str]) -> str:
    node = nodes([hash_])[hash_]
    tagged = nearest_tag(node, tags)
    if tagged is None:
        return ""
    if tagged == hash_:
        return tags[tagged]
    between = span(tagged, hash_)
    return f"{tags[tagged]}-{between.commits}-g{hash_.hex()[:DIGITS]}" if between else ""
