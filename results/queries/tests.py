"""Listings of test runs, whatever they are restricted to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from results.queries.records import BuildRef, Listing, RevisionRef
from results.selection import Selection
from results.status import Status

TEST_SORTS: Final = ("status", "path", "platform", "start", "duration")
"""Orders of a listing, each also backwards with "-" before it. The first is the default."""


@dataclass(frozen=True, slots=True)
class TestRow:
    """One run of a test. ``path`` may be "" (the root); ``duration`` is in seconds."""

    __test__ = False

    id: str
    path: str
    suite: str
    status: Status
    is_boot: bool
    platform: str | None
    lab: str
    origin: str
    start_time: datetime | None
    duration: float | None
    value: float | None
    unit: str
    series: int
    has_excerpt: bool
    build: BuildRef
    revision: RevisionRef | None


def test_page(
    selection: Selection, *, sort: str = "status", after: str | None = None, limit: int = 100
) -> Listing[TestRow]:
    """Return a page of the test runs (boots included unless ``kind`` says no) under a selection.

    By default the worst status comes first, then the newest day. Raises BadCursor, QueryTimeout,
    and ValueError for an unknown sort.
    """
    raise NotImplementedError
