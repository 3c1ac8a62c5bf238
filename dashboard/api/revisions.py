"""Trees, revisions and checkouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone

from dashboard.api.endpoint import ALL_ROWS, FEED, Row, Rows, Thing
from dashboard.api.feeds import Entry
from dashboard.api.results import no_pages
from dashboard.api.shapes import revisions as shapes
from dashboard.filters import BadQuery, Query
from dashboard.parts import failing
from dashboard.paths import tree_path, with_query
from dashboard.rows import revision_url, tree_name
from results.errors import NotFound
from results.queries.checkouts import CHECKOUT_DIMENSIONS, checkout_detail, checkout_page
from results.queries.records import Listing, RevisionRef, TreeRef
from results.queries.revisions import RevisionDetail, find_revisions, revision_detail, revision_history
from results.queries.trees import find_trees, tree_listing
from results.selection import DIMENSIONS, REVISION

DAYS = 30
NAMED: Final[dict[str, None]] = dict.fromkeys(("tree", "branch", "url", "patchset"))
"""Parameters that say which revision is meant where several trees have a commit."""
COUNTED = tuple(name for name in DIMENSIONS if name not in (*REVISION, "build", "kind", "q"))
"""What the counts of a history can be restricted to."""


class ListTrees(Rows):
    """Branches with a revision in the last 30 days, by name, each with its newest revision."""

    tag, shape, is_timeless, page_rows = "trees", shapes.TreeItem, False, ALL_ROWS
    renderer_classes, page_name = FEED, "trees"
    extra = {"q": None, "origin": None}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all trees, or as many as are wanted."""
        no_pages(query)
        rows = tree_listing(
            query.extra.get("q", ""), origin=query.extra.get("origin"), days=DAYS, now=timezone.now()
        )
        return Listing(rows[:limit], None)

    def item(self, record: Any) -> Row:
        """Return a tree."""
        return shapes.tree_item(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of the newest revision of a tree."""
        return _entry(record.newest, record)


class ListRevisions(Rows):
    """The history of a tree, newest first, with what is counted under filters.

    `tree` is needed, and `url` where several repositories share name and branch.
    """

    tag, shape = "revisions", shapes.RevisionItem
    renderer_classes = FEED
    dimensions = COUNTED
    extra = {"tree": None, "branch": None, "url": None}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of a history."""
        tree = _tree(query)
        return revision_history(tree, selection=query.selection, after=query.after, limit=limit)

    def item(self, record: Any) -> Row:
        """Return a revision."""
        return shapes.revision_item(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a revision."""
        return _entry(record.revision, record)

    def page_address(self, names: Mapping[str, Any], params: list[tuple[str, str]]) -> str:
        """Return the address of the tree, with what is counted of it."""
        asked = dict(params)
        path = tree_path(TreeRef(asked["tree"], asked.get("branch", ""), ""))
        return with_query(path, [item for item in params if item[0] not in ("tree", "branch")])


class FindRevisions(Rows):
    """The revisions of all trees that a commit hash, its beginning, or a describe may mean."""

    tag, shape, names, page_rows = "revisions", shapes.RevisionItem, ("commit",), ALL_ROWS

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return the newest of them."""
        no_pages(query)
        return Listing(find_revisions(names["commit"], limit=limit), None)

    def item(self, record: Any) -> Row:
        """Return a revision."""
        return shapes.revision_item(record)


class GetRevision(Thing):
    """One revision, its checkouts and its neighbours.

    Where several trees have the commit, `tree`, `branch`, `url` and `patchset` say which is meant.
    """

    tag, shape, names = "revisions", shapes.RevisionWhole, ("commit",)
    extra = NAMED

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the revision."""
        ref = revision_of(query, names["commit"])
        detail: RevisionDetail = revision_detail(ref.tree, commit=ref.commit, patchset=ref.patchset)
        return shapes.revision_whole(detail)


class ListCheckouts(Rows):
    """Checkouts under filters, the newest first."""

    tag, shape, dimensions = "checkouts", shapes.CheckoutItem, CHECKOUT_DIMENSIONS

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of checkouts."""
        return checkout_page(query.selection, after=query.after, limit=limit)

    def item(self, record: Any) -> Row:
        """Return a checkout."""
        return shapes.checkout_item(record)


class GetCheckout(Thing):
    """One checkout with all that was submitted of it."""

    tag, shape, names = "checkouts", shapes.CheckoutWhole, ("kcidb_id",)

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the checkout."""
        return shapes.checkout_whole(checkout_detail(names["kcidb_id"]))


def revision_of(query: Query, commit: str) -> RevisionRef:
    """Return the revision that a path and the parameters ``NAMED`` mean; BadQuery when they mean several."""
    asked = query.extra
    wanted = [(name, asked[name]) for name in NAMED if name in asked]
    found = [
        row.revision
        for row in find_revisions(commit)
        if all(value == _named(row.revision)[name] for name, value in wanted)
    ]
    if not found:
        raise NotFound(f"revision {commit}")
    if len(found) > 1:
        differs = [
            name for name in _named(found[0]) if len({_named(revision)[name] for revision in found}) > 1
        ]
        raise BadQuery(
            f"{len(found)} revisions are called so: say {', '.join(differs)} too",
            parameters=tuple(differs),
        )
    return found[0]


def _entry(revision: RevisionRef, row: Any) -> Entry:
    """Return the entry of a revision; ``row`` has its counts."""
    return Entry(
        path=revision_url(revision),
        title=f"{tree_name(revision.tree)} {revision.title}",
        summary=failing(row.builds, row.boots, row.tests),
        published=row.started,
        updated=row.last_result or row.started,
    )


def _tree(query: Query) -> TreeRef:
    if not (name := query.extra.get("tree")):
        raise BadQuery("tree is needed: whose history?", parameters=("tree",))
    found = find_trees(name, branch=query.extra.get("branch", ""), url=query.extra.get("url"))
    if not found:
        raise NotFound(f"tree {name} with this branch")
    if len(found) > 1:
        urls = tuple(tree.url for tree in found)
        raise BadQuery("url is needed: several repositories have this tree", urls, ("url",))
    return found[0]


def _named(revision: Any) -> dict[str, str]:
    return {
        "tree": revision.tree.name,
        "branch": revision.tree.branch,
        "url": revision.tree.url,
        "patchset": revision.patchset,
        "commit": revision.commit,
    }
