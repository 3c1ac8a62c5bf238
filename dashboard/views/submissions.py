"""Submissions: what arrived, what was refused, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.api.intake import GetSubmission, ListRejections, ListSubmissions
from dashboard.filters import read_query
from dashboard.listing import Address, Pager, pager
from dashboard.parts import enumeration, plural
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import Source, twins
from results.queries.submissions import (
    RejectionRow,
    SubmissionRow,
    rejection_listing,
    submission_detail,
    submission_listing,
)

STATES = ("pending", "accepted", "partial", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionsPage(Frame):
    """The listing of submissions."""

    rows: tuple[SubmissionRow, ...]
    pager: Pager
    asked: dict[str, str]
    states: tuple[str, ...] = STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionPage(Frame):
    """One submission and what was refused of it."""

    row: SubmissionRow
    rejections: tuple[RejectionRow, ...]
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionsPage(Frame):
    """What was refused and has not been stored by a later try."""

    rejections: tuple[RejectionRow, ...]
    pager: Pager


@require_safe
@twins(ListSubmissions)
def submissions(request: HttpRequest) -> HttpResponse:
    """Answer /submissions."""
    query = read_query(request.GET, extra={"q": None, "origin": None, "source": None, "state": STATES})
    asked = query.extra
    found = submission_listing(
        origin=asked.get("origin") or None,
        state=asked.get("state"),
        source=asked.get("source") or None,
        search=asked.get("q", ""),
        after=query.after,
    )
    page = SubmissionsPage(
        title="Submissions",
        heading="Submissions",
        section="submissions",
        verdict="KCIDB documents as they arrived, the newest first.",
        summary=f"{plural(len(found), 'submission')} on this page",
        rows=found.rows,
        pager=pager(
            Address(request.path, stays=tuple(asked.items())), after=query.after, following=found.after
        ),
        asked=dict(asked),
    )
    return render_page(request, "submissions/list.html", page)


@require_safe
@twins(GetSubmission)
def submission(request: HttpRequest, number: int) -> HttpResponse:
    """Answer /submission/<number>."""
    query = read_query(request.GET)
    row = submission_detail(number)
    found = rejection_listing(submission=number, after=query.after)
    page = SubmissionPage(
        title=f"{row.state} · submission {number}",
        heading=f"Submission {number}",
        section="submissions",
        verdict=_verdict(row),
        crumbs=(Link("Submissions", reverse("submissions")),),
        row=row,
        rejections=found.rows,
        pager=pager(Address(request.path), after=query.after, following=found.after),
    )
    return render_page(request, "submissions/detail.html", page)


@require_safe
@twins(Source(ListRejections, params=(("open", "yes"),)))
def rejections(request: HttpRequest) -> HttpResponse:
    """Answer /rejections."""
    query = read_query(request.GET)
    found = rejection_listing(open_only=True, after=query.after)
    page = RejectionsPage(
        title="Rejections",
        heading="Rejections",
        section="submissions",
        verdict="What was refused and no later try has stored, the newest first.",
        summary=f"{plural(len(found), 'rejection')} on this page",
        crumbs=(Link("Submissions", reverse("submissions")),),
        rejections=found.rows,
        pager=pager(Address(request.path), after=query.after, following=found.after),
    )
    return render_page(request, "submissions/rejections.html", page)


def _verdict(row: SubmissionRow) -> str:
    if row.state == "pending":
        return "Waiting to be loaded."
    stored = enumeration(
        plural(count, noun)
        for count, noun in (
            (row.checkouts, "checkout"),
            (row.builds, "build"),
            (row.tests, "test"),
            (row.issues, "issue"),
            (row.incidents, "incident"),
        )
        if count
    )
    refused = f" {plural(row.rejections, 'object').capitalize()} refused." if row.rejections else ""
    return f"{f'{stored} stored.' if stored else 'Nothing stored.'}{refused}"
