"""The small records that answers are made of: counts, and what is needed to link to a thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any, Generic, TypeVar

from results.selection import Selection
from results.status import INCONCLUSIVE, UNHAPPY, WORST_FIRST, Status

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many of each status. Iterates as (status, count), worst first, zeros included."""

    by_status: tuple[int, ...] = (0,) * len(WORST_FIRST)

    @classmethod
    def of(cls, counts: Sequence[int] | None) -> StatusCounts:
        """Make counts from an array in the order of ``WORST_FIRST``; None is all zeros."""
        return cls(tuple(counts)) if counts else cls()

    def __iter__(self) -> Iterator[tuple[Status, int]]:
        return iter(zip(WORST_FIRST, self.by_status, strict=True))

    def __getitem__(self, status: Status) -> int:
        return self.by_status[WORST_FIRST.index(status)]

    def __bool__(self) -> bool:
        return any(self.by_status)

    def __add__(self, other: StatusCounts) -> StatusCounts:
        return StatusCounts(tuple(map(add, self.by_status, other.by_status)))

    @property
    def present(self) -> list[tuple[Status, int]]:
        """The statuses that occur, worst first."""
        return [(status, count) for status, count in self if count]

    @property
    def total(self) -> int:
        return sum(self.by_status)

    @property
    def failed(self) -> int:
        return self[Status.FAIL]

    @property
    def passed(self) -> int:
        return self[Status.PASS]

    @property
    def unhappy(self) -> int:
        """FAIL, ERROR and MISS together."""
        return sum(self[status] for status in UNHAPPY)

    @property
    def inconclusive(self) -> int:
        """Everything but PASS and FAIL."""
        return sum(count for status, count in self if status in INCONCLUSIVE)


def boots_and_tests(rows: Iterable[dict[str, Any]]) -> dict[str, StatusCounts]:
    """Return the sums of rows with ``is_boot`` and ``counts`` as the fields boots and tests."""
    sums = {True: StatusCounts(), False: StatusCounts()}
    for row in rows:
        sums[row["is_boot"]] += StatusCounts.of(row["counts"])
    return {"boots": sums[True], "tests": sums[False]}


@dataclass(frozen=True, slots=True)
class TreeRef:
    """A tree. ``branch`` and ``url`` may be ""."""

    name: str
    branch: str
    url: str

    @property
    def selection(self) -> Selection:
        """What selects the results of this tree, and of no other."""
        return Selection().where(tree=self.name, branch=self.branch or None, url=self.url or None)


@dataclass(frozen=True, slots=True)
class RevisionRef:
    """A revision of a tree. ``patchset`` and ``describe`` may be ""."""

    tree: TreeRef
    commit: str
    patchset: str
    describe: str

    @property
    def title(self) -> str:
        return self.describe or self.commit[:12]

    @property
    def selection(self) -> Selection:
        """What selects the results of this revision, and of no other."""
        return self.tree.selection.where(commit=self.commit, patchset=self.patchset or None)


@dataclass(frozen=True, slots=True)
class BuildRef:
    """A build. One that is not ``known`` is only a name that a test mentioned."""

    id: str
    known: bool
    is_dummy: bool
    architecture: str | None
    config: str | None
    compiler: str | None

    @property
    def selection(self) -> Selection:
        return Selection().where(build=self.id)


@dataclass(frozen=True, slots=True)
class IssueRef:
    """An issue in its newest version."""

    id: str
    comment: str


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """Some rows of a listing; ``after`` is the cursor of the next ones, None at the end."""

    rows: tuple[Row, ...]
    after: str | None

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
