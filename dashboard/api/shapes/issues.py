"""Issues and incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypedDict

from dashboard.api.shapes import refs
from dashboard.api.shapes.results import TestItem, test_item
from results.queries.issues import IncidentRow, IssueChangeRow, IssueDetail, IssueRow, IssueVersion


class IssueItem(TypedDict):
    """A known problem. `tests` and `builds` count incidents that say it is present.

    `culprits` is what is to blame: code, tool or harness. `triage`: what people decided about it.
    """

    id: str
    comment: str
    version: int
    origin: str
    culprits: list[str]
    triage: str
    tests: int
    builds: int
    absent: int
    first_seen: datetime | None
    last_seen: datetime | None


class IssueTriageWhy(TypedDict, total=False):
    """Why it is decided so, for people."""

    why: str


class IssueTriageBody(IssueTriageWhy):
    """A decision about an issue."""

    triage: Literal["new", "acknowledged", "assigned", "reported", "fixed", "duplicate", "invalid"]


class IssueChange(TypedDict):
    """A decision about an issue; `who` is empty when their account is gone."""

    at: datetime
    who: str
    what: str
    why: str


class VersionPart(TypedDict):
    """One version of an issue, as KCIDB v5.3."""

    version: int
    comment: str
    fields: dict[str, Any]
    submission: int


class IssueWhole(IssueItem):
    """A known problem and its versions, newest first."""

    versions: list[VersionPart]


class IncidentItem(TypedDict):
    """An issue is present, or is not, in a build or a test.

    `issue`, `test_id` and `build_id` are what it names, known or not; empty when it names none.
    """

    id: str
    issue: str
    origin: str
    present: bool | None
    version: int
    comment: str
    test_id: str
    test: TestItem | None
    build_id: str
    build: refs.Build | None
    build_status: refs.StatusName | None
    revision: refs.Revision | None


def issue_change(row: IssueChangeRow) -> IssueChange:
    """Return an entry of the history."""
    return {"at": row.at, "who": row.who, "what": row.what, "why": row.why}


def issue_item(row: IssueRow) -> IssueItem:
    """Return a row of the listing of issues."""
    return {
        "id": row.issue.id,
        "comment": row.issue.comment,
        "version": row.version,
        "origin": row.origin,
        "culprits": list(row.culprits),
        "triage": str(row.triage.label),
        "tests": row.tests,
        "builds": row.builds,
        "absent": row.absent,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
    }


def issue_whole(detail: IssueDetail) -> IssueWhole:
    """Return one issue."""
    return {**issue_item(detail.row), "versions": [_version(version) for version in detail.versions]}


def incident_item(row: IncidentRow) -> IncidentItem:
    """Return a row of a listing of incidents."""
    return {
        "id": row.id,
        "issue": row.issue,
        "origin": row.origin,
        "present": row.present,
        "version": row.version,
        "comment": row.comment,
        "test_id": row.test_id,
        "test": test_item(row.test) if row.test else None,
        "build_id": row.build_id,
        "build": refs.build(row.build) if row.build else None,
        "build_status": refs.status_name(row.build_status) if row.build_status is not None else None,
        "revision": refs.known_revision(row.revision),
    }


def _version(version: IssueVersion) -> VersionPart:
    return {
        "version": version.version,
        "comment": version.comment,
        "fields": version.fields,
        "submission": version.submission,
    }
