"""The commits of the demo are real git objects: a clone of them fits the results."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from dulwich.objects import Commit, ObjectID, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo

from ingest.demo.kernels import Branch, patch_subject

EMPTY_TREE: Final = Tree().id.decode()
PEOPLE: Final = (
    "Ada Example", "Ben Sample", "Chris Mustermann", "Dana Specimen", "Eun-ji Hong", "Fatima Placeholder",
    "Gus Prøve", "Hana Vzorová", "Ivo Ejemplo", "Jo Doe",
)  # fmt: skip
BEGINNING: Final = datetime(2024, 1, 1, tzinfo=UTC)
MOST: Final = 60
"""Commits between two tested ones."""


@dataclass(slots=True)
class Commits:
    """All commits, hash -> object; the newest of each branch; and mainline's tested ones (``trunk``)."""

    objects: dict[str, bytes] = field(default_factory=dict)
    heads: dict[Branch, str] = field(default_factory=dict)
    trunk: list[tuple[datetime, str]] = field(default_factory=list)

    def tested(self, rng: Random, branch: Branch, wanted: Sequence[tuple[datetime, str]]) -> list[str]:
        """Return the hashes of the tested commits of a branch, each with its time of test and subject.

        They lie on one line, with merges between; linux-next begins anew on mainline every day.
        """
        found: list[str] = []
        before, tip = wanted[0][0] - timedelta(days=1), self._base(wanted[0][0])
        for started, subject in wanted:
            if branch.kind == "next":
                tip = self._base(started)
            times = _times(rng, before, started)
            for at in times[:-1]:
                tip = self._next(rng, at, tip)
            tip = self._add(rng, subject, times[-1], tip)
            found.append(tip)
            before = started
        self.heads[branch] = tip
        if branch.label == "mainline/master":
            self.trunk = [(started, hash_) for (started, _), hash_ in zip(wanted, found, strict=True)]
        return found

    def _base(self, when: datetime) -> str:
        """Return the newest commit of mainline at a time."""
        place = bisect_left(self.trunk, (when, ""))
        if place:
            return self.trunk[place - 1][1]
        return self.trunk[0][1] if self.trunk else self._add(Random(0), "the beginning", BEGINNING)

    def _next(self, rng: Random, at: datetime, tip: str) -> str:
        """Add a commit, or now and then a few that are merged; return the hash."""
        if rng.random() > 0.15:
            return self._add(rng, patch_subject(rng), at, tip)
        side = tip
        for number in range(rng.randint(2, 5)):
            side = self._add(rng, patch_subject(rng), at - timedelta(minutes=9 - number), side)
        return self._add(rng, "Merge the fixes of a subsystem", at, tip, side)

    def _add(self, rng: Random, subject: str, at: datetime, *parents: str) -> str:
        person = rng.choice(PEOPLE)
        who = f"{person} <{person.split()[0].lower()}@example.org> {int(at.timestamp())} +0000"
        lines = [f"tree {EMPTY_TREE}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {who}", f"committer {who}", "", subject, ""]
        body = "\n".join(lines).encode()
        hash_ = hashlib.sha1(b"commit %d\0%s" % (len(body), body), usedforsecurity=False).hexdigest()
        self.objects[hash_] = body
        return hash_


def write_clone(commits: Commits, path: Path) -> None:
    """Write a bare repository with all commits; the branches of each tree are those of a remote."""
    repository = Repo.init_bare(str(path), mkdir=True)
    try:
        repository.object_store.add_objects([(each, None) for each in _objects(commits)])
        for branch, hash_ in commits.heads.items():
            ref = Ref(f"refs/remotes/{branch.tree}/{branch.name}".encode())
            repository.refs[ref] = ObjectID(hash_.encode())
    finally:
        repository.close()


def _objects(commits: Commits) -> Iterator[Commit | Tree]:
    yield Tree()
    for body in commits.objects.values():
        yield Commit.from_string(body)


def _times(rng: Random, before: datetime, started: datetime) -> list[datetime]:
    """Return when commits were made between two tests, the last one somewhat before the second test."""
    count = min(MOST, max(2, round(rng.lognormvariate(2.8, 0.6))))
    until = started - (started - before) * rng.uniform(0.05, 0.2)
    return [before + (until - before) * (number + 1) / count for number in range(count)]
