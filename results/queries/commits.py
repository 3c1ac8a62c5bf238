"""Commits: what git says of them, which lie between two, and which tested ones are near."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import Columns, fetch
from results.models.commits import HASH_BYTES
from results.queries.commit_graph import Node, Span, newer, nodes, older, span_of
from results.queries.records import RevisionRef, TreeRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.queries.revision_counts import HAS_CHECKOUT

SHOWN: Final = 100
"""Commits that a list shows."""
NEAR: Final = 2500
"""Commits that are looked at, at least, for tested ones."""
FAR: Final = 20_000

_HASH: Final = re.compile(r"[0-9a-f]{40}")
_BEGINNING: Final = re.compile(r"[0-9a-f]{4,40}")
_DESCRIBED: Final = re.compile(r".+-[0-9]+-g([0-9a-f]{4,40})")


@dataclass(frozen=True, slots=True)
class CommitRow:
    """A commit; ``hash`` is the whole of it, in hexadecimal digits."""

    hash: str
    subject: str
    author_name: str
    author_email: str
    authored: datetime
    committed: datetime
    is_merge: bool


@dataclass(frozen=True, slots=True)
class CommitCount:
    """How many commits lie between two; not ``is_exact``: at least so many."""

    commits: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class CommitList:
    """The commits between two, newest first: the first ``SHOWN`` of those that ``count`` counts."""

    count: CommitCount
    rows: tuple[CommitRow, ...]


@dataclass(frozen=True, slots=True)
class NearestTested:
    """The tested revisions of a tree nearest to a commit: one that it contains, and one that contains it."""

    tree: TreeRef
    before: RevisionRef | None
    after: RevisionRef | None


_COLUMNS: Final = SQL("""
    encode(c.hash, 'hex') AS hash, c.subject, c.author_name, c.author_email, c.authored_at AS authored,
    c.committed_at AS committed, length(c.parents) > 20 AS is_merge
""")

_LISTED: Final = SQL("""
    SELECT {columns} FROM unnest({hashes}) WITH ORDINALITY AS wanted (hash, place)
    JOIN results_commit c ON c.hash = wanted.hash ORDER BY wanted.place
""")

_FOUND: Final = SQL("""
    SELECT {columns} FROM results_commit c WHERE {condition} ORDER BY c.generation DESC, c.hash LIMIT {limit}
""")

_OF_TAG: Final = SQL('c.hash = (SELECT "commit" FROM results_tag WHERE name = {})')
_TAGGED: Final = SQL("{column} = (SELECT encode(\"commit\", 'hex') FROM results_tag WHERE name = {text})")

# Generations of the two, and what was counted between them before.
_ENDS: Final = SQL("""
    SELECT a.generation AS old, b.generation AS new, k.commits, k.is_exact, k.newest
    FROM (VALUES ({old}, {new})) AS ends (old, new)
    LEFT JOIN results_commit a ON a.hash = ends.old
    LEFT JOIN results_commit b ON b.hash = ends.new
    LEFT JOIN results_commitrange k
        ON k.old = encode(ends.old, 'hex') AND k.new = encode(ends.new, 'hex')
""")

# Leans on revision_commit. Patched sources are no commits.
_TESTED: Final = SQL("""
    SELECT r."commit" AS hash, r.tree_id AS tree, {revision}
    FROM results_revision r JOIN results_tree tr ON tr.id = r.tree_id
    WHERE r."commit" = ANY({hashes}) AND r.patchset = '' AND {has_checkout}
    ORDER BY r.tree_id
""")


def digits_of(text: str) -> str:
    """Return the beginning of a hash (4 digits), as it is or at the end of a describe; "" for other texts."""
    if _BEGINNING.fullmatch(text):
        return text
    said = _DESCRIBED.fullmatch(text)
    return said[1] if said else ""


def tagged(column: Composable, text: str) -> Composable:
    """Return the condition that a column of whole hashes names the commit of a tag."""
    return _TAGGED.format(column=column, text=Literal(text))


def find_commits(text: str, *, limit: int = 10) -> tuple[CommitRow, ...]:
    """Return the commits that git knows by the beginning of a hash (4 digits), a tag or a describe."""
    digits = digits_of(text)
    condition = _begins(digits) if digits else _OF_TAG.format(Literal(text))
    return _commits(_FOUND, condition=condition, limit=Literal(limit))


def commit_of(hash_: str) -> CommitRow | None:
    """Return a commit by its whole hash; None when git does not know it, or was never asked."""
    found = _listed([bytes.fromhex(hash_)]) if _HASH.fullmatch(hash_) else ()
    return found[0] if found else None


def commits_between(old: str, new: str, *, shown: int = SHOWN) -> CommitList | None:
    """Return what ``git log old..new`` lists, merges included; None when git knows not both.

    ``old`` and ``new`` are whole hashes. May raise QueryTimeout.
    """
    if not (_HASH.fullmatch(old) and _HASH.fullmatch(new)):
        return None
    found = _span(bytes.fromhex(old), bytes.fromhex(new), shown)
    if found is None:
        return None
    return CommitList(CommitCount(found.commits, found.is_exact), _listed(found.newest))


def _span(old: bytes, new: bytes, shown: int) -> Span | None:
    """Return what was counted before, for an event, or else is counted now."""
    (row,) = fetch(_ENDS.format(old=Literal(old), new=Literal(new)), Columns)
    if None in (row["old"], row["new"]):
        return None
    if row["commits"] is not None and shown <= SHOWN:
        ends = range(0, len(row["newest"]), HASH_BYTES)
        newest = tuple(row["newest"][end : end + HASH_BYTES] for end in ends)
        return Span(row["commits"], newest[:shown], row["is_exact"])
    return span_of(Node(old, row["old"]), Node(new, row["new"]), shown=shown)


def nearest_tested(hash_: str) -> tuple[NearestTested, ...]:
    """Return the tested revisions before and after a commit, tree by tree; none when it is not known."""
    start = nodes([bytes.fromhex(hash_)]).get(bytes.fromhex(hash_))
    if start is None:
        return ()
    before = _nearest(_ancestors(start))
    after = _nearest(_descendants(start))
    return tuple(
        NearestTested(either.tree, before.get(tree), after.get(tree))
        for tree, either in {**before, **after}.items()
    )


def _ancestors(start: Node) -> Iterator[list[bytes]]:
    reached = {start.hash}
    for block in older(start, FAR):
        found = []
        for node in block:
            if node.hash in reached:
                reached.remove(node.hash)
                reached.update(node.parents)
                found.append(node.hash)
        yield found


def _descendants(start: Node) -> Iterator[list[bytes]]:
    reached = {start.hash}
    for block in newer(start, FAR):
        found = []
        for node in block:
            if node.hash == start.hash or not reached.isdisjoint(node.parents):
                reached.add(node.hash)
                found.append(node.hash)
        yield found


def _nearest(blocks: Iterable[list[bytes]]) -> dict[int, RevisionRef]:
    """Return the first tested revision of each tree, from blocks of commits that go away from one."""
    nearest: dict[int, RevisionRef] = {}
    read = 0
    for block in blocks:
        hashes = [hash_.hex() for hash_ in block]
        query = _TESTED.format(revision=REVISION_COLUMNS, hashes=Literal(hashes), has_checkout=HAS_CHECKOUT)
        place = {hash_: number for number, hash_ in enumerate(hashes)}
        for row in sorted(fetch(query, Columns), key=lambda row: place[row["hash"]]):
            nearest.setdefault(row["tree"], as_revision(row))
        read += len(block)
        if nearest and read >= NEAR:
            break
    return nearest


def _begins(digits: str) -> Composable:
    least, most = (bytes.fromhex(digits + digit * (40 - len(digits))) for digit in "0f")
    return SQL("c.hash BETWEEN {} AND {}").format(Literal(least), Literal(most))


def _listed(hashes: Iterable[bytes]) -> tuple[CommitRow, ...]:
    return _commits(_LISTED, hashes=SQL("{}::bytea[]").format(Literal(list(hashes))))


def _commits(query: SQL, **parts: Any) -> tuple[CommitRow, ...]:
    return tuple(fetch(query.format(columns=_COLUMNS, **parts), CommitRow))
