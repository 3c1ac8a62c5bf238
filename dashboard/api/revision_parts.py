"""What one revision has under its tabs: changes, labs, paths, and what has arrived."""

from __future__ import annotations

from typing import Any, Final

from dashboard.api.endpoint import ALL_ROWS, Row, Rows, Thing
from dashboard.api.records import row_of
from dashboard.api.results import no_pages
from dashboard.api.revisions import NAMED, revision_of
from dashboard.api.shapes import revision_parts as shapes
from dashboard.filters import Query
from dashboard.revision_refs import with_chosen_baseline
from results.queries.arrival import arrival
from results.queries.path_tree import PathNode, path_level
from results.queries.records import Listing
from results.queries.revision_changes import ChangedGroup, revision_changes
from results.queries.revision_labs import RevisionLab, revision_labs

COMPARED: Final[dict[str, Any]] = {**NAMED, "baseline": None}


class _Part(Rows):
    """Some rows of a revision: a listing of one page."""

    tag, names, page_rows, is_timeless = "revisions", ("commit",), ALL_ROWS, False

    def item(self, record: Any) -> Row:
        """Return a row."""
        return row_of(record)


class ListRevisionChanges(_Part):
    """What changed since the last complete revision before, or since `baseline`, by test and cause."""

    shape, extra = ChangedGroup, COMPARED

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return the groups; none where there is nothing to compare with."""
        no_pages(query)
        a, b = with_chosen_baseline(revision_of(query, names["commit"]), query.extra.get("baseline"))
        return Listing(revision_changes(a, b).groups[:limit] if a else (), None)


class ListRevisionLabs(_Part):
    """The labs that ran a revision."""

    shape, extra = RevisionLab, NAMED

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all of them."""
        no_pages(query)
        return Listing(revision_labs(revision_of(query, names["commit"]))[:limit], None)


class ListRevisionPaths(_Part):
    """The tests of a revision as a tree of paths: one level of it, below `under`."""

    shape = PathNode
    extra = {**NAMED, "under": None}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return one level."""
        no_pages(query)
        revision = revision_of(query, names["commit"])
        return Listing(path_level(revision, query.extra.get("under", ""))[:limit], None)


class GetRevisionArrival(Thing):
    """What of a revision has arrived, and what is still expected as the revision before had it."""

    tag, shape, names, is_timeless = "revisions", shapes.ArrivalWhole, ("commit",), False
    extra = COMPARED

    def thing(self, query: Query, **names: Any) -> Row:
        """Return it."""
        a, b = with_chosen_baseline(revision_of(query, names["commit"]), query.extra.get("baseline"))
        return shapes.arrival_whole(a, arrival(a, b))
