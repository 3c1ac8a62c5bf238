"""Issues and incidents."""

from __future__ import annotations

from typing import Any, Final, cast, get_args

from django.http import HttpResponse
from rest_framework.request import Request

from dashboard.api.endpoint import ALL_ROWS, FEED, Row, Rows, Thing
from dashboard.api.feeds import NEVER, Entry
from dashboard.api.shapes import issues as shapes
from dashboard.api.writing import Change, Writable
from dashboard.filters import Query
from dashboard.models import Scope
from dashboard.parts import plural
from dashboard.paths import issue_path
from results.models import IssueTriage
from results.queries.issues import (
    CULPRITS,
    Shown,
    incident_page,
    issue_changes,
    issue_detail,
    issue_listing,
)
from results.queries.records import Listing
from results.triage import decide_issue

TRIAGES: Final = {str(state.label): state for state in IssueTriage.State}


class ListIssues(Rows):
    """Known problems, the most recently seen first."""

    tag, shape, page_name = "issues", shapes.IssueItem, "issues"
    renderer_classes = FEED
    extra = {"q": None, "origin": None, "culprit": CULPRITS, "triage": tuple(TRIAGES)}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of issues."""
        asked = query.extra
        return issue_listing(
            asked.get("q", ""),
            origin=asked.get("origin"),
            culprit=asked.get("culprit"),
            triage=TRIAGES.get(asked.get("triage", "")),
            after=query.after,
            limit=limit,
        )

    def item(self, record: Any) -> Row:
        """Return an issue."""
        return shapes.issue_item(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of an issue."""
        return Entry(
            path=issue_path(record.issue.id),
            title=record.issue.comment or record.issue.id,
            summary=f"Seen in {plural(record.builds, 'build')} and {plural(record.tests, 'test')}.",
            published=record.first_seen,
            updated=record.last_seen or NEVER,
        )


class GetIssue(Thing):
    """One known problem with its versions."""

    tag, shape, names = "issues", shapes.IssueWhole, ("kcidb_id",)

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the issue."""
        return shapes.issue_whole(issue_detail(names["kcidb_id"]))


class ListIssueChanges(Writable, Rows):
    """What was decided about an issue, the newest decision first."""

    tag, shape, names = "issues", shapes.IssueChange, ("kcidb_id",)
    scope, is_timeless, page_rows = Scope.TRIAGE, False, ALL_ROWS
    changes = {
        "post": Change(
            "triageIssue",
            "Decide about an issue, or add a note when it is decided so already.",
            shapes.IssueTriageBody,
            201,
            shapes.IssueWhole,
        )
    }

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all of it."""
        issue_detail(names["kcidb_id"])
        return Listing(issue_changes(names["kcidb_id"]), None)

    def item(self, record: Any) -> Row:
        """Return a decision."""
        return shapes.issue_change(record)

    def post(self, request: Request, **names: Any) -> HttpResponse:
        """Decide."""
        body = self.sent(request)
        name = names["kcidb_id"]
        decide_issue(name, state=TRIAGES[body["triage"]], who=self.me, why=body.get("why", ""))
        return self.answer(shapes.issue_whole(issue_detail(name)), location=f"/api/v1/issues/{name}")


class ListIncidents(Rows):
    """Where a known problem was seen (all its versions), the newest incident first."""

    tag, shape, names = "issues", shapes.IncidentItem, ("kcidb_id",)
    extra = {"shown": get_args(Shown)}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of incidents."""
        shown = cast(Shown, query.extra.get("shown", "all"))
        issue_detail(names["kcidb_id"])
        return incident_page(names["kcidb_id"], shown=shown, after=query.after, limit=limit)

    def item(self, record: Any) -> Row:
        """Return an incident."""
        return shapes.incident_item(record)


class ListAllIncidents(Rows):
    """Where known problems were seen, the newest incident first."""

    tag, shape = "issues", shapes.IncidentItem
    extra = {"shown": get_args(Shown), "issue": None, "origin": None}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of incidents."""
        asked = query.extra
        return incident_page(
            asked.get("issue"),
            shown=cast(Shown, asked.get("shown", "all")),
            origin=asked.get("origin"),
            after=query.after,
            limit=limit,
        )

    def item(self, record: Any) -> Row:
        """Return an incident."""
        return shapes.incident_item(record)
