"""Submissions: what arrived, and what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from results.queries.records import Listing


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One KCIDB document. ``size`` is in bytes; the counts are the objects stored of it.

    ``state``: pending, accepted, partial or rejected. ``cleaned``: values made storable.
    """

    id: int
    source: str
    name: str
    size: int
    version: str
    origins: tuple[str, ...]
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


@dataclass(frozen=True, slots=True)
class RejectionRow:
    """A refused object, or document. ``size`` is that of the bytes kept, compressed."""

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


def submission_listing(
    *,
    origin: str | None = None,
    state: str | None = None,
    source: str | None = None,
    search: str = "",
    after: str | None = None,
    limit: int = 100,
) -> Listing[SubmissionRow]:
    """Return submissions, the newest first. ``search`` is a part of the name."""
    raise NotImplementedError


def submission_detail(submission: int) -> SubmissionRow:
    """Return a submission; NotFound when there is none of this number."""
    raise NotImplementedError


def rejection_listing(
    *, submission: int | None = None, open_only: bool = False, after: str | None = None, limit: int = 100
) -> Listing[RejectionRow]:
    """Return rejections, the newest first; ``open_only`` leaves out those that a later try stored."""
    raise NotImplementedError
