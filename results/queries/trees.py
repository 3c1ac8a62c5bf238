"""Trees: what is tested, and how each one is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from results.queries.records import RevisionRef, StatusCounts, TreeRef

TREND_LENGTH = 20


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A tree (one branch), its newest revision with that one's counts, and its trend.

    ``trend``: FAIL results of builds, boots and tests of its last revisions, oldest first.
    """

    tree: TreeRef
    newest: RevisionRef
    subject: str
    started: datetime
    last_result: datetime | None
    builds: StatusCounts
    boots: StatusCounts
    tests: StatusCounts
    trend: tuple[int, ...]


def tree_listing(
    search: str = "", *, origin: str | None = None, days: int = 30, now: datetime
) -> tuple[TreeRow, ...]:
    """Return the trees with a revision in the last ``days`` days, by name and branch.

    ``search`` is a part of the name or the branch; ``origin`` keeps trees that it reported on in
    that time (counts are of all origins).
    """
    raise NotImplementedError


def find_trees(name: str, *, branch: str, url: str | None = None) -> tuple[TreeRef, ...]:
    """Return the trees of this name and branch: several when their URLs differ, none if unknown."""
    raise NotImplementedError
