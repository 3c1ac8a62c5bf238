"""Which commits are new, in an order in which every commit comes after its parents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from results.git.repository import ReadCommit, Repository

REPORTED: Final = 500
"""Commits between two reports of progress."""


@dataclass(slots=True)
class Walk:
    """New commits with their parents and times; ``missing``: parents that the clone should have."""

    parents: dict[bytes, tuple[bytes, ...]] = field(default_factory=dict)
    committed: dict[bytes, int] = field(default_factory=dict)
    missing: set[bytes] = field(default_factory=set)


def walk(
    repository: Repository,
    starts: Iterable[bytes],
    edges: Iterable[bytes],
    *,
    stored: Collection[bytes],
    floor: int,
    now: int,
    progress: Callable[[int], object] = lambda _: None,
) -> Walk:
    """Return what is reachable from some commits, down to what is stored or was committed before ``floor``.

    ``starts`` are in the clone, and taken whatever their age. ``edges`` are parents of what is stored,
    where an earlier walk ended; they may be of another clone. Times are seconds since 1970; those after
    ``now`` are mistakes, and taken for now. ``progress`` is called with the commits read meanwhile.
    """
    found = Walk()
    first = {each for each in starts if each not in stored}
    others = set() if repository.is_shallow else set(edges)
    todo = sorted(first.union(edges))
    seen = set(todo)
    unreported = 0
    while todo:
        hash_ = todo.pop()
        read = repository.commit(hash_)
        if read is None:
            found.missing.update({hash_} - others)
        elif read.committed >= floor or hash_ in first:
            found.parents[hash_] = read.parents
            found.committed[hash_] = min(read.committed, now)
            new = [each for each in read.parents if each not in seen and each not in stored]
            seen.update(new)
            todo.extend(new)
            unreported += 1
        if unreported == REPORTED:
            progress(unreported)
            unreported = 0
    progress(unreported)
    return found


def in_order(found: Walk) -> list[bytes]:
    """Return the commits of a walk, each after its parents."""
    order: list[bytes] = []
    done: set[bytes] = set()
    for start in found.parents:
        todo = [start]
        while todo:
            hash_ = todo[-1]
            before = [each for each in found.parents[hash_] if each in found.parents and each not in done]
            if hash_ in done or not before:
                todo.pop()
                if hash_ not in done:
                    done.add(hash_)
                    order.append(hash_)
            else:
                todo.extend(before)
    return order


def generations(found: Walk, order: Iterable[bytes], stored: Mapping[bytes, int]) -> dict[bytes, int]:
    """Return the generation of each commit; ``order`` puts it after its parents.

    It is the commit time, or one more than the largest generation of a parent where that is more.
    ``stored`` has the generations of what was known before.
    """
    known: dict[bytes, int] = {}
    for hash_ in order:
        before = (known.get(each, stored.get(each, 0)) for each in found.parents[hash_])
        known[hash_] = max(found.committed[hash_], 1 + max(before, default=-1))
    return known


def reread(repository: Repository, hash_: bytes) -> ReadCommit:
    """Return a commit that was there a moment ago."""
    read = repository.commit(hash_)
    assert read is not None
    return read
