"""Issues: known problems, and where they were seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from results.queries.records import BuildRef, IssueRef, Listing, RevisionRef
from results.queries.tests import TestRow
from results.status import Status

CULPRITS: Final = ("code", "tool", "harness")

Shown = Literal["all", "tests", "builds", "absent"]
"""Which incidents: those in tests, in builds, or those that say the issue is absent."""


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue in its newest version. ``tests`` and ``builds``: incidents that say it is present.

    ``culprits``: what is to blame, of ``CULPRITS``. Times are those of the tests and builds.
    """

    issue: IssueRef
    version: int
    origin: str
    culprits: tuple[str, ...]
    tests: int
    builds: int
    absent: int
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class IssueVersion:
    """One version of an issue, as submitted."""

    version: int
    comment: str
    fields: dict[str, Any]
    submission: int


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident. ``test`` and ``build`` are None when it names none, or one that is not known.

    ``test_id`` and ``build_id`` are what it names, known or not ("" for none).
    """

    id: str
    origin: str
    present: bool | None
    version: int
    comment: str
    test_id: str
    test: TestRow | None
    build_id: str
    build: BuildRef | None
    build_status: Status | None
    revision: RevisionRef | None


@dataclass(frozen=True, slots=True)
class IssueDetail:
    """An issue and its versions, newest first."""

    row: IssueRow
    versions: tuple[IssueVersion, ...]


def issue_listing(
    search: str = "",
    *,
    origin: str | None = None,
    culprit: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Listing[IssueRow]:
    """Return issues, the most recently seen first. ``search``: a part of the comment or the id."""
    raise NotImplementedError


def issue_detail(kcidb_id: str) -> IssueDetail:
    """Return an issue; NotFound when it is not known."""
    raise NotImplementedError


def incident_page(
    kcidb_id: str, *, shown: Shown = "all", after: str | None = None, limit: int = 100
) -> Listing[IncidentRow]:
    """Return a page of the incidents of an issue (of all its versions), the newest first."""
    raise NotImplementedError
