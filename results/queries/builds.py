"""Builds: listings, and one build whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from results.queries.records import BuildRef, IssueRef, Listing, RevisionRef, StatusCounts
from results.selection import Selection
from results.status import Status

BUILD_DIMENSIONS: Final = (
    "tree", "branch", "url", "commit", "patchset", "build", "origin", "lab", "platform", "compatible",
    "arch", "config", "compiler", "suite", "status", "since", "until", "issue", "q",
)  # fmt: skip
"""What builds can be selected by; platform, compatible and suite select builds with such tests."""

BUILD_SORTS: Final = ("status", "config", "arch", "compiler", "start", "duration")


@dataclass(frozen=True, slots=True)
class BuildRow:
    """A known build that is not a dummy, with the counts of its boots and other tests."""

    build: BuildRef
    status: Status
    origin: str
    lab: str | None
    start_time: datetime | None
    duration: float | None
    revision: RevisionRef | None
    boots: StatusCounts
    tests: StatusCounts


@dataclass(frozen=True, slots=True)
class SuiteCounts:
    """Results of one suite in one build."""

    suite: str
    counts: StatusCounts


@dataclass(frozen=True, slots=True)
class BuildDetail:
    """A build, everything that was submitted of it, and what ran on it.

    ``origin`` and ``fields`` are empty for a build that is only a name. ``history``: the same
    config, architecture, compiler, origin and tree on earlier revisions, newest first.
    """

    build: BuildRef
    status: Status
    origin: str
    lab: str | None
    start_time: datetime | None
    duration: float | None
    revision: RevisionRef | None
    boots: StatusCounts
    tests: StatusCounts
    fields: dict[str, Any]
    excerpt: str
    suites: tuple[SuiteCounts, ...]
    history: tuple[BuildRow, ...]
    issues: tuple[IssueRef, ...]
    submission: int | None
    sources: dict[str, int]


def build_page(
    selection: Selection, *, sort: str = "status", after: str | None = None, limit: int = 100
) -> Listing[BuildRow]:
    """Return a page of the builds under a selection (of ``BUILD_DIMENSIONS``; KeyError for others).

    By default the worst status comes first, then the newest build.
    """
    raise NotImplementedError


def build_detail(kcidb_id: str) -> BuildDetail:
    """Return a build, known or only mentioned; NotFound when nobody named it."""
    raise NotImplementedError
