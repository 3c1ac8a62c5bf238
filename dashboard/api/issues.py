"""Issues and incidents."""

from __future__ import annotations

from typing import Any, cast, get_args

from dashboard.api.endpoint import Row, Rows, Thing
from dashboard.api.shapes import issues as shapes
from dashboard.filters import Query
from results.queries.issues import CULPRITS, Shown, incident_page, issue_detail, issue_listing
from results.queries.records import Listing


class ListIssues(Rows):
    """Known problems, the most recently seen first."""

    tag, shape = "issues", shapes.IssueItem
    extra = {"q": None, "origin": None, "culprit": CULPRITS}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of issues."""
        asked = query.extra
        return issue_listing(
            asked.get("q", ""),
            origin=asked.get("origin"),
            culprit=asked.get("culprit"),
            after=query.after,
            limit=limit,
        )

    def item(self, record: Any) -> Row:
        """Return an issue."""
        return shapes.issue_item(record)


class GetIssue(Thing):
    """One known problem with its versions."""

    tag, shape, names = "issues", shapes.IssueWhole, ("kcidb_id",)

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the issue."""
        return shapes.issue_whole(issue_detail(names["kcidb_id"]))


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
