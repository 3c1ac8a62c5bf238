"""What arrived, what was refused, and how fresh the data is."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from results.queries.freshness import Freshness
from results.queries.submissions import RejectionRow, SubmissionRow


class SubmissionItem(TypedDict):
    """One KCIDB document. The counts are the objects stored of it; `size` is in bytes.

    `cleaned` counts values that were made storable.
    """

    id: int
    source: str
    name: str
    size: int
    version: str
    origins: list[str]
    state: str
    submitted_at: datetime
    received_at: datetime
    checkouts: int
    builds: int
    tests: int
    issues: int
    incidents: int
    rejections: int
    cleaned: int


class RejectionItem(TypedDict):
    """A refused object or document: where it stood (`pointer`, RFC 6901) and why it was refused."""

    id: int
    submission: int
    submission_name: str
    kind: str
    object_id: str
    pointer: str
    reason: str
    size: int
    rejected_at: datetime
    replayed_at: datetime | None


class StatusWhole(TypedDict):
    """How fresh the data is. `due` counts objects whose summaries wait, `due_since` the oldest of them.

    `silent` origins sent nothing in the last 24 hours.
    """

    received_at: datetime | None
    due: int
    due_since: datetime | None
    origins: int
    silent: list[str]


def submission_item(row: SubmissionRow) -> SubmissionItem:
    """Return a submission."""
    return {
        "id": row.id,
        "source": row.source,
        "name": row.name,
        "size": row.size,
        "version": row.version,
        "origins": list(row.origins),
        "state": row.state,
        "submitted_at": row.submitted_at,
        "received_at": row.received_at,
        "checkouts": row.checkouts,
        "builds": row.builds,
        "tests": row.tests,
        "issues": row.issues,
        "incidents": row.incidents,
        "rejections": row.rejections,
        "cleaned": row.cleaned,
    }


def rejection_item(row: RejectionRow) -> RejectionItem:
    """Return a rejection."""
    return {
        "id": row.id,
        "submission": row.submission,
        "submission_name": row.submission_name,
        "kind": row.kind,
        "object_id": row.object_id,
        "pointer": row.pointer,
        "reason": row.reason,
        "size": row.size,
        "rejected_at": row.rejected_at,
        "replayed_at": row.replayed_at,
    }


def status_whole(found: Freshness) -> StatusWhole:
    """Return how fresh the data is."""
    return {
        "received_at": found.received_at,
        "due": found.due,
        "due_since": found.due_since,
        "origins": found.origins,
        "silent": list(found.silent),
    }
