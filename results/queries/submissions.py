"""Submissions: what arrived, and what was refused and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import fetch
from results.errors import NotFound
from results.queries import paging
from results.queries.records import Listing
from results.vocabulary import all_of, escape_like


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


_SUBMISSION_COLUMNS: Final = SQL("""
    s.id, s.source, s.name, s.size, s.version, s.origins, s.state, s.submitted_at, s.received_at, s.checkouts,
    s.builds, s.tests, s.issues, s.incidents, s.rejections, s.cleaned
""")

# Leans on submission_newest.
_SUBMISSIONS: Final = SQL("""
    SELECT {columns} FROM results_submission s WHERE {where}
    ORDER BY s.received_at DESC, s.id DESC LIMIT {limit}
""")

# Leans on rejection_submission or rejection_open.
_REJECTIONS: Final = SQL("""
    SELECT r.id, r.submission_id AS submission, s.name AS submission_name, r.kind, r.object_id, r.pointer,
           r.reason, length(r.raw) AS size, r.rejected_at, r.replayed_at
    FROM results_rejection r JOIN results_submission s ON s.id = r.submission_id
    WHERE {where} ORDER BY r.id DESC LIMIT {limit}
""")


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
    conditions: list[Composable] = []
    if origin is not None:
        conditions.append(SQL("s.origins @> ARRAY[{}]::varchar[]").format(Literal(origin)))
    if state is not None:
        conditions.append(SQL("s.state = {}").format(Literal(state)))
    if source is not None:
        conditions.append(SQL("s.source = {}").format(Literal(source)))
    if search:
        conditions.append(SQL("s.name ILIKE {}").format(Literal(f"%{escape_like(search)}%")))
    if after:
        received, number = paging.decode(after, (datetime.fromisoformat, int))
        conditions.append(SQL("(s.received_at, s.id) < ({}, {})").format(Literal(received), Literal(number)))
    rows = _submissions(conditions, limit + 1)
    return paging.listing(rows, limit, lambda row: (row.received_at, row.id))


def submission_detail(submission: int) -> SubmissionRow:
    """Return a submission; NotFound when there is none of this number."""
    found = _submissions([SQL("s.id = {}").format(Literal(submission))], 1)
    if not found:
        raise NotFound(f"submission {submission}")
    return found[0]


def rejection_listing(
    *, submission: int | None = None, open_only: bool = False, after: str | None = None, limit: int = 100
) -> Listing[RejectionRow]:
    """Return rejections, the newest first; ``open_only`` leaves out those that a later try stored."""
    conditions: list[Composable] = []
    if submission is not None:
        conditions.append(SQL("r.submission_id = {}").format(Literal(submission)))
    if open_only:
        conditions.append(SQL("r.replayed_at IS NULL"))
    if after:
        (number,) = paging.decode(after, (int,))
        conditions.append(SQL("r.id < {}").format(Literal(number)))
    rows = fetch(_REJECTIONS.format(where=all_of(conditions), limit=Literal(limit + 1)), RejectionRow)
    return paging.listing(rows, limit, lambda row: (row.id,))


def _submissions(conditions: Iterable[Composable], limit: int) -> list[SubmissionRow]:
    query = _SUBMISSIONS.format(columns=_SUBMISSION_COLUMNS, where=all_of(conditions), limit=Literal(limit))
    return fetch(query, _submission)


def _submission(*, origins: list[str], **columns: Any) -> SubmissionRow:
    return SubmissionRow(origins=tuple(origins), **columns)
