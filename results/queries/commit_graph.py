"""The graph of commits, read in the order of their generations: parents and children never change sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.models.commits import HASH_BYTES

READ: Final = 60_000
"""Commits that are read at most to answer one question."""
CANDIDATES: Final = 10
"""Tags among which the nearest one is chosen, as ``git describe`` does."""
_BLOCKS: Final = (500, 2000, 8000)
"""Commits that are read at once, the last number again and again: few questions are about many."""
_NEW: Final = 1
_OLD: Final = 2

# Leans on commit_order.
_BLOCK: Final = SQL("""
    SELECT hash, generation, parents FROM results_commit
    WHERE (generation, hash) {comes} ({generation}, {hash})
    ORDER BY generation {order}, hash {order} LIMIT {limit}
""")
_KNOWN: Final = SQL("SELECT hash, generation FROM results_commit WHERE hash = ANY({})")


class Node(NamedTuple):
    """A commit in the graph."""

    hash: bytes
    generation: int
    parents: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """What is reachable from one commit and not from another.

    ``newest`` are the hashes of the first of ``commits``, newest first. Not ``is_exact``: there may be
    more, for the graph is not known as far back, or it would be too much to read.
    """

    commits: int
    newest: tuple[bytes, ...]
    is_exact: bool


def nodes(hashes: list[bytes]) -> dict[bytes, Node]:
    """Return those of some commits that are known, without their parents."""
    rows = fetch(_KNOWN.format(Literal(hashes)), Columns)
    return {row["hash"]: Node(row["hash"], row["generation"]) for row in rows}


def older(start: Node, limit: int = READ) -> Iterator[list[Node]]:
    """Yield blocks of commits from one on, each commit before its parents."""
    return _blocks(start, "<", "DESC", limit)


def newer(start: Node, limit: int = READ) -> Iterator[list[Node]]:
    """Yield blocks of commits from one on, each commit after its parents."""
    return _blocks(start, ">", "ASC", limit)


def span(old: bytes, new: bytes, *, shown: int = 0, limit: int = READ) -> Span | None:
    """Return what ``git log old..new`` shows, merges included; None when git knows not both."""
    known = nodes([old, new])
    if len(known) < len({old, new}):
        return None
    return span_of(known[old], known[new], shown=shown, limit=limit)


def span_of(old: Node, new: Node, *, shown: int = 0, limit: int = READ) -> Span:
    """Return the same for commits that are known."""
    search = _Search(shown)
    search.reach(new.hash, _NEW)
    search.reach(old.hash, _OLD)
    for block in older(max(old, new, key=lambda node: (node.generation, node.hash)), limit):
        if search.read(block):
            return search.span(is_exact=True)
        search.drop_unknown()
    return search.span(is_exact=not search.waiting)


class _Search:
    """Follows two commits down; ``waiting`` counts what is reached from the new one alone and not read."""

    def __init__(self, shown: int) -> None:
        self.waiting = 0
        self._shown = shown
        self._reached: dict[bytes, int] = {}
        self._newest: list[bytes] = []
        self._commits = 0
        self._is_doubtful = self._is_cut = False

    def reach(self, hash_: bytes, sides: int) -> None:
        """Note that a commit is reachable from one side, or both."""
        before = self._reached.get(hash_, 0)
        self._reached[hash_] = after = before | sides
        self.waiting += (after == _NEW) - (before == _NEW)

    def read(self, block: list[Node]) -> bool:
        """Go on through a block; return whether the end was reached."""
        for node in block:
            sides = self._reached.pop(node.hash, 0)
            if not sides:
                continue
            if sides == _NEW:
                self.waiting -= 1
                self._commits += 1
                # What the old one reaches may be reached through what is not known.
                self._is_doubtful |= self._is_cut
                if len(self._newest) < self._shown:
                    self._newest.append(node.hash)
            for parent in node.parents:
                self.reach(parent, sides)
            if not self.waiting:
                return True
        return False

    def drop_unknown(self) -> None:
        """Wait no longer for commits that have no row."""
        for hash_ in set(self._reached).difference(nodes(list(self._reached))):
            is_waiting = self._reached.pop(hash_) == _NEW
            self.waiting -= is_waiting
            self._is_doubtful |= is_waiting
            self._is_cut = True

    def span(self, *, is_exact: bool) -> Span:
        """Return what was found."""
        return Span(self._commits, tuple(self._newest), is_exact and not self._is_doubtful)


def nearest_tag(start: Node, tags: Mapping[bytes, str], limit: int = READ) -> bytes | None:
    """Return the tagged commit from which a commit is the fewest commits away; None without any.

    That is chosen among the ``CANDIDATES`` first ones on the way down, as ``git describe`` does.
    """
    found: list[bytes] = []
    away: list[int] = []  # commits read that the tag does not reach
    reached: dict[bytes, int] = {start.hash: 0}  # bit n: by the tag found[n]
    read, bare = 0, 1  # bare: commits reached, but by no tag
    for node in (each for block in older(start, limit) for each in block):
        if (by := reached.pop(node.hash, None)) is None:
            continue
        bare -= not by
        if node.hash in tags:
            by |= 1 << len(found)
            found.append(node.hash)
            away.append(read)
        read += 1
        away = [count + (not by >> number & 1) for number, count in enumerate(away)]
        for parent in node.parents:
            before = reached.get(parent)
            reached[parent] = (before or 0) | by
            bare += (not reached[parent]) - (before == 0)
        if (found and not bare) or len(found) == CANDIDATES:
            break
    return found[min(range(len(found)), key=away.__getitem__)] if found else None


def _blocks(start: Node, comes: str, order: str, limit: int) -> Iterator[list[Node]]:
    read, last = 0, start
    for number in range(limit):
        size = min(_BLOCKS[min(number, len(_BLOCKS) - 1)], limit - read)
        if size <= 0:
            return
        query = _BLOCK.format(
            comes=SQL(comes if number else f"{comes}="),
            generation=Literal(last.generation),
            hash=Literal(last.hash),
            order=SQL(order),
            limit=Literal(size),
        )
        block = fetch(query, _node)
        if not block:
            return
        yield block
        read, last = read + len(block), block[-1]


def _node(*, hash: bytes, generation: int, parents: bytes) -> Node:
    ends: list[Any] = list(range(0, len(parents), HASH_BYTES))
    return Node(hash, generation, tuple(parents[end : end + HASH_BYTES] for end in ends))
