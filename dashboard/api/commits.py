"""Commits: what git knows of one, and which lie between two revisions."""

from __future__ import annotations

from typing import Any

from dashboard.api.compare import PAGE, sides
from dashboard.api.endpoint import ALL_ROWS, Row, Rows, Thing
from dashboard.api.records import row_of
from dashboard.api.results import no_pages
from dashboard.api.shapes import commits as shapes
from dashboard.filters import Query
from results.errors import NotFound
from results.queries.commits import CommitRow, commits_between, find_commits, nearest_tested
from results.queries.comparison import COMPARED
from results.queries.event_detail import event_detail
from results.queries.records import Listing, RevisionRef


class GetCommit(Thing):
    """A commit that git knows, tested or not, and the tested revisions near it in each tree.

    It is named by the beginning of its hash (4 digits are enough), a tag or a describe.
    """

    tag, shape, names, is_timeless = "commits", shapes.CommitWhole, ("commit",), False

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the commit."""
        text = names["commit"]
        found = find_commits(text, limit=2)
        if len(found) != 1:
            raise NotFound(f"{text} may be several commits" if found else f"no commit {text} is known to git")
        return shapes.commit_whole(found[0], nearest_tested(found[0].hash))


class ListComparedCommits(Rows):
    """The commits from revision `a` to `b`, as `git log a..b` lists them, merges included; the newest first.

    None where git does not know both; of many the newest 1,000.
    """

    tag, shape, is_timeless, page_rows = "compare", CommitRow, False, ALL_ROWS
    dimensions, extra = COMPARED, PAGE

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return the commits."""
        no_pages(query)
        a, b = sides(query)
        return _between(a.revision, b.revision, limit)

    def item(self, record: Any) -> Row:
        """Return a commit."""
        return row_of(record)


class ListRegressionCommits(Rows):
    """The commits that may be the cause of a regression, from its good revision to its bad one.

    None where git does not know both; of many the newest 1,000.
    """

    tag, shape, names, is_timeless, page_rows = "regressions", CommitRow, ("number",), False, ALL_ROWS

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return the commits."""
        no_pages(query)
        event = event_detail(names["number"]).event
        return _between(event.good, event.bad, limit)

    def item(self, record: Any) -> Row:
        """Return a commit."""
        return row_of(record)


def _between(old: RevisionRef | None, new: RevisionRef, limit: int) -> Listing[CommitRow]:
    found = commits_between(old.commit, new.commit, shown=limit) if old else None
    return Listing(found.rows if found else (), None)
