"""Issues: known problems, and where they were seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast, get_args

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.api.issues import TRIAGES, GetIssue, ListIncidents, ListIssues
from dashboard.charts import Days, day_counts
from dashboard.filters import BadQuery, read_query
from dashboard.listing import Address, Pager, pager
from dashboard.parts import enumeration, plural
from dashboard.paths import issue_path, with_query
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.queries.issue_days import IssueDay, issue_days
from results.queries.issues import (
    CULPRITS,
    IncidentRow,
    IssueChangeRow,
    IssueDetail,
    IssueRow,
    Shown,
    incident_page,
    issue_changes,
    issue_detail,
    issue_listing,
)
from results.triage import decide_issue

SHOWN: tuple[Shown, ...] = get_args(Shown)
DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuesPage(Frame):
    """The listing of issues."""

    rows: tuple[IssueRow, ...]
    pager: Pager
    search: str
    origin: str
    culprit: str
    triage: str
    culprits: tuple[str, ...] = CULPRITS
    triages: tuple[str, ...] = tuple(TRIAGES)


@dataclass(frozen=True, slots=True)
class IncidentTab:
    """A kind of incidents, and how many there are (None: not counted)."""

    text: str
    url: str
    is_current: bool
    count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePage(Frame):
    """An issue: its versions, and its incidents under one tab."""

    detail: IssueDetail
    days: Days
    happening: str
    changes: tuple[IssueChangeRow, ...]
    tabs: tuple[IncidentTab, ...]
    incidents: tuple[IncidentRow, ...]
    pager: Pager
    triages: tuple[str, ...] = tuple(TRIAGES)


@require_safe
@twins(ListIssues)
def issues(request: HttpRequest) -> HttpResponse:
    """Answer /issues."""
    query = read_query(request.GET, extra=ListIssues.extra)
    asked = query.extra
    found = issue_listing(
        asked.get("q", ""),
        origin=asked.get("origin") or None,
        culprit=asked.get("culprit"),
        triage=TRIAGES.get(asked.get("triage", "")),
        after=query.after,
    )
    page = IssuesPage(
        title="Issues",
        heading="Issues",
        section="issues",
        verdict="Known problems, the most recently seen first.",
        summary=f"{plural(len(found), 'issue')} on this page",
        rows=found.rows,
        pager=pager(
            Address(request.path, stays=tuple(asked.items())), after=query.after, following=found.after
        ),
        search=asked.get("q", ""),
        origin=asked.get("origin", ""),
        culprit=asked.get("culprit", ""),
        triage=asked.get("triage", ""),
    )
    return render_page(request, "issues/list.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@twins(GetIssue, ListIncidents)
def issue(request: HttpRequest, kcidb_id: str) -> HttpResponse:
    """Answer /i/<id>; a POST by somebody who is signed in decides about it."""
    if request.method == "POST":
        return _decide(request, kcidb_id)
    query = read_query(request.GET, extra={"shown": SHOWN})
    shown = cast(Shown, query.extra.get("shown", "all"))
    detail = issue_detail(kcidb_id)
    name = detail.row.issue.comment or kcidb_id
    lately = issue_days(kcidb_id, today=timezone.now().date(), days=DAYS)
    found = incident_page(kcidb_id, shown=shown, after=query.after)
    stays = () if shown == "all" else (("shown", shown),)
    page = IssuePage(
        title=f"{_counted(detail.row, shown)} · {name} · {kcidb_id}",
        heading=name,
        section="issues",
        verdict=_verdict(detail.row),
        summary=f"{plural(len(found), 'incident')} on this page",
        crumbs=(Link("Issues", reverse("issues")),),
        detail=detail,
        days=day_counts([(each.day, each.incidents) for each in lately], "incidents"),
        happening=_happening(detail.row, lately),
        changes=issue_changes(kcidb_id),
        tabs=_tabs(request.path, shown, detail.row),
        incidents=found.rows,
        pager=pager(Address(request.path, stays=stays), after=query.after, following=found.after),
    )
    return render_page(request, "issues/detail.html", page)


@login_required
def _decide(request: HttpRequest, kcidb_id: str) -> HttpResponse:
    state = TRIAGES.get(request.POST.get("triage", ""))
    if state is None:
        raise BadQuery("triage is one of these", tuple(TRIAGES), ("triage",))
    assert request.user.pk is not None
    why = request.POST.get("why", "").replace("\0", "")
    decide_issue(kcidb_id, state=state, who=request.user.pk, why=why)
    response = HttpResponseRedirect(f"{issue_path(kcidb_id)}#triage")
    response.status_code = 303
    return response


def _counted(row: IssueRow, shown: Shown) -> str:
    """Return the number of incidents of a kind, for a title."""
    parts = {"tests": row.tests, "builds": row.builds, "absent": row.absent}
    return ", ".join(f"{count:,} {name}" for name, count in parts.items() if shown in ("all", name))


def _verdict(row: IssueRow) -> str:
    seen = enumeration(
        plural(count, noun) for count, noun in ((row.builds, "build"), (row.tests, "test")) if count
    )
    blamed = f" Blamed: {enumeration(row.culprits)}." if row.culprits else ""
    return f"{f'Seen in {seen}.' if seen else 'Not seen in any build or test.'}{blamed}"


def _happening(row: IssueRow, lately: Sequence[IssueDay]) -> str:
    """Return whether the issue still happens: seen in the last week, and how often before."""
    week, before = lately[-7:], lately[-14:-7]
    now, then = sum(day.incidents for day in week), sum(day.incidents for day in before)
    if now:
        change = f", {then:,} in the week before" if then else ", none in the week before"
        return f"Still happening: {plural(now, 'incident')} in the last 7 days{change}."
    if row.last_seen is None:
        return ""
    return f"Not seen for {plural((timezone.now() - row.last_seen).days, 'day')}."


def _tabs(path: str, current: Shown, row: IssueRow) -> tuple[IncidentTab, ...]:
    counts = {"tests": row.tests, "builds": row.builds, "absent": row.absent}
    return tuple(
        IncidentTab(
            text=shown.capitalize(),
            url=with_query(path, [] if shown == "all" else [("shown", shown)]),
            is_current=shown == current,
            count=counts.get(shown),
        )
        for shown in SHOWN
    )
