"""Submissions, rejections, and how fresh the data is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from dashboard.api.endpoint import FEED, Row, Rows, Thing
from dashboard.api.feeds import Entry
from dashboard.api.records import row_of
from dashboard.filters import BadQuery, Query
from dashboard.parts import enumeration, plural
from dashboard.paths import submission_path
from results.errors import NotFound
from results.queries.freshness import Freshness, freshness
from results.queries.records import Listing
from results.queries.submissions import (
    RejectionRow,
    SubmissionRow,
    rejection_listing,
    submission_detail,
    submission_listing,
)

STATES = ("pending", "accepted", "partial", "rejected")
LARGEST = 2**31 - 1


class ListSubmissions(Rows):
    """KCIDB documents as they arrived, the newest first."""

    tag, shape, page_name = "submissions", SubmissionRow, "submissions"
    renderer_classes = FEED
    extra = {"q": None, "origin": None, "source": None, "state": STATES}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of submissions."""
        asked = query.extra
        return submission_listing(
            origin=asked.get("origin"),
            state=asked.get("state"),
            source=asked.get("source"),
            search=asked.get("q", ""),
            after=query.after,
            limit=limit,
        )

    def item(self, record: Any) -> Row:
        """Return a submission."""
        return row_of(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a submission."""
        return Entry(
            path=submission_path(record.id),
            title=f"{record.state}: {record.name or record.id}",
            summary=f"{plural(record.tests, 'test')}, {plural(record.rejections, 'rejection')}; "
            f"from {enumeration(record.origins) or record.source}.",
            updated=record.received_at,
        )


class GetSubmission(Thing):
    """One KCIDB document and what became of it."""

    tag, shape, names = "submissions", SubmissionRow, ("number",)

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the submission."""
        if names["number"] > LARGEST:
            raise NotFound(f"submission {names['number']}")
        return row_of(submission_detail(names["number"]))


class ListRejections(Rows):
    """What was refused and why, the newest first."""

    tag, shape, page_name = "submissions", RejectionRow, "rejections"
    renderer_classes = FEED
    extra = {"submission": None, "open": ("yes", "no")}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of rejections."""
        asked = query.extra
        return rejection_listing(
            submission=_number(asked.get("submission")),
            open_only=asked.get("open") == "yes",
            after=query.after,
            limit=limit,
        )

    def item(self, record: Any) -> Row:
        """Return a rejection."""
        return row_of(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a rejection."""
        return Entry(
            path=f"{submission_path(record.submission)}#rejection-{record.id}",
            title=f"{record.kind} {record.object_id}".strip() or record.submission_name,
            summary=f"{record.reason} {record.pointer}".strip(),
            updated=record.rejected_at,
        )

    def page_address(self, names: Mapping[str, Any], params: list[tuple[str, str]]) -> str:
        """Return the address of what is refused and open; the page has no filters."""
        return reverse("rejections")


class GetStatus(Thing):
    """How fresh the data is, and who has fallen silent."""

    tag, shape, is_timeless = "status", Freshness, False

    def thing(self, query: Query, **names: Any) -> Row:
        """Return it."""
        return row_of(freshness(now=timezone.now()))


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) <= LARGEST):
        raise BadQuery("submission is the number of one", parameters=("submission",))
    return int(text)
