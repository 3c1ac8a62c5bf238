"""Revisions: the positions in a tree's history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from results.queries.records import Listing, RevisionRef, StatusCounts, TreeRef
from results.selection import EVERYTHING, Selection


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision and what was found there. ``origins``: who submitted its checkouts."""

    revision: RevisionRef
    subject: str
    started: datetime
    last_result: datetime | None
    origins: tuple[str, ...]
    builds: StatusCounts
    boots: StatusCounts
    tests: StatusCounts

    @property
    def failed(self) -> int:
        """FAIL results of builds, boots and tests."""
        return self.builds.failed + self.boots.failed + self.tests.failed


@dataclass(frozen=True, slots=True)
class CheckoutRow:
    """One origin's checkout of a revision."""

    id: str
    origin: str
    start_time: datetime | None
    valid: bool | None
    excerpt: str


@dataclass(frozen=True, slots=True)
class RevisionDetail:
    """A revision, its checkouts (in order of start), its neighbours in the tree, and its counts.

    ``message``: the commit message, its first line being ``subject``; "" when nobody sent it.
    """

    revision: RevisionRef
    subject: str
    message: str
    started: datetime
    last_result: datetime | None
    checkouts: tuple[CheckoutRow, ...]
    previous: RevisionRef | None
    next: RevisionRef | None
    builds: StatusCounts
    boots: StatusCounts
    tests: StatusCounts


def newest_revisions(limit: int = 20) -> tuple[RevisionRow, ...]:
    """Return the newest revision of each tree, newest first."""
    raise NotImplementedError


def revision_history(
    tree: TreeRef, *, selection: Selection = EVERYTHING, after: str | None = None, limit: int = 50
) -> Listing[RevisionRow]:
    """Return the revisions of a tree, newest first, with their counts under a selection.

    ``since`` and ``until`` of the selection bound when a revision started; the other dimensions
    restrict what is counted, and a revision with nothing to count is still listed (a gap in
    testing is an answer). Builds are counted under those dimensions that a build has.
    """
    raise NotImplementedError


def find_revisions(text: str, *, limit: int = 50) -> tuple[RevisionRow, ...]:
    """Return the revisions of all trees whose commit hash begins with a text, or whose describe is it."""
    raise NotImplementedError


def revision_detail(tree: TreeRef, *, commit: str, patchset: str = "") -> RevisionDetail:
    """Return a revision by its full commit hash; NotFound when it is not known."""
    raise NotImplementedError
