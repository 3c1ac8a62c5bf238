"""Taking over from a clone what concerns the tested revisions of some trees."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from results.git import storing
from results.git.describing import describe_tested
from results.git.ranges import measure_ranges
from results.git.repository import Repository, moment
from results.git.walking import Walk, generations, in_order, reread, walk
from results.models import CommitRange, Due, Revision, Tree
from results.rollups import refresh
from results.rollups.due import mark_order

DAYS: Final = 400
"""How long before the oldest tested commit history is read: what is merged was begun on older releases."""
BATCH: Final = 5000
_HEX: Final = r"^[0-9a-f]{40}$"

Progress = Callable[[str, int, int], object]
"""Called with what is done, how much more of it was done, and how much there is (0: not known yet)."""


@dataclass(frozen=True, slots=True)
class TreeFound:
    """What a clone has of a tree: hashes of tested commits that are known now, and that are not."""

    tree: Tree
    found: frozenset[bytes]
    absent: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``missing``: parents that the (shallow) clone lacks, so that counts end there."""

    trees: tuple[TreeFound, ...]
    commits: int
    tags: int
    named: int
    missing: int


def import_git(
    repository: Repository,
    trees: Sequence[Tree],
    *,
    days: int = DAYS,
    progress: Progress = lambda *_: None,
) -> Imported:
    """Take over the commits that the tested revisions of trees need, as far as they are in a clone.

    These are what tested revisions and the branches of their trees reach, back to ``days`` days
    before the oldest tested one. What is there already is not read again, and an interrupted import
    goes on where it was. Afterwards revisions are in order, and their trees due for judgement.
    """
    stored = storing.stored_generations()
    found = [_found(repository, tree, stored) for tree in trees]
    tested = frozenset[bytes]().union(*(each.found for each in found))
    if not tested:
        return Imported(tuple(found), 0, 0, 0, 0)
    edges = storing.edges()
    new = walk(
        repository,
        tested.union(*(repository.heads(each.tree.branch) for each in found if each.found)),
        edges,
        stored=stored,
        floor=_oldest(repository, tested) - days * 86_400,
        now=int(time.time()),
        progress=lambda count: progress("read", count, 0),
    )
    concerned = {each.tree.id for each in found if not each.found.isdisjoint(new.parents)}
    _store(repository, new, stored, concerned, progress)
    if not edges.isdisjoint(new.parents) and storing.raise_generations():
        concerned.update(tree.id for tree in trees)
    with transaction.atomic():
        tags = storing.keep_tags(list(repository.tags()))
        named = describe_tested()
        mark_order(concerned | _trees_with(named))
    _derive(is_larger=bool(new.parents))
    return Imported(tuple(found), len(new.parents), tags, len(named), len(new.missing))


def _derive(*, is_larger: bool) -> None:
    """Put revisions in order and count ranges; in a larger graph, those that were not exact once more."""
    if is_larger:
        CommitRange.objects.filter(is_exact=False).delete()
    while Due.objects.filter(kind=Due.Kind.TREE).exists():
        refresh()
    measure_ranges()


def _found(repository: Repository, tree: Tree, stored: Container[bytes]) -> TreeFound:
    commits = Revision.objects.filter(tree=tree, commit__regex=_HEX, checkouts__isnull=False)
    hashes = sorted({bytes.fromhex(commit) for commit in commits.values_list("commit", flat=True)})
    found = frozenset(each for each in hashes if each in stored or repository.commit(each))
    return TreeFound(tree, found, tuple(each for each in hashes if each not in found))


def _oldest(repository: Repository, tested: Iterable[bytes]) -> int:
    """Return the time of the oldest of some commits, 0 when none is in the clone."""
    return min((read.committed for each in tested if (read := repository.commit(each))), default=0)


def _store(
    repository: Repository,
    new: Walk,
    stored: Mapping[bytes, int],
    concerned: Iterable[int],
    progress: Progress,
) -> None:
    """Store commits, parents first: whatever is there has its ancestors there, down to the floor."""
    order = in_order(new)
    generation = generations(new, order, stored)
    for first in range(0, len(order), BATCH):
        batch = order[first : first + BATCH]
        with transaction.atomic():
            storing.add_commits(_row(repository, each, generation[each]) for each in batch)
            mark_order(concerned)
        progress("stored", len(batch), len(order))


def _row(repository: Repository, hash_: bytes, generation: int) -> storing.Row:
    read = reread(repository, hash_)
    return (
        hash_, generation, moment(read.authored), moment(read.committed), b"".join(read.parents),
        read.author_name, read.author_email, read.subject,
    )  # fmt: skip


def _trees_with(commits: set[str]) -> set[int]:
    return set(Revision.objects.filter(commit__in=commits).values_list("tree", flat=True))
