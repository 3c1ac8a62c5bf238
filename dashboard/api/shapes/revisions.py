"""Trees, revisions and checkouts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypedDict

from dashboard.api.records import Row, row_of
from dashboard.api.shapes import refs
from results.queries.checkouts import Checkout, CheckoutDetail
from results.queries.commits import CommitRow
from results.queries.revisions import CheckoutRow, RevisionDetail, RevisionRow
from results.queries.trees import TreeRow


class TreeItem(TypedDict):
    """A branch with its newest revision and the counts there.

    `trend` counts what failed in its last revisions, oldest first.
    """

    tree: refs.Tree
    newest: refs.Revision
    subject: str
    started: datetime
    last_result: datetime | None
    builds: refs.Counts
    boots: refs.Counts
    tests: refs.Counts
    trend: list[int]


class RevisionItem(TypedDict):
    """A revision with its counts. `origins` submitted its checkouts."""

    revision: refs.Revision
    subject: str
    started: datetime
    last_result: datetime | None
    origins: list[str]
    builds: refs.Counts
    boots: refs.Counts
    tests: refs.Counts


class CheckoutPart(TypedDict):
    """One origin's checkout of a revision; `excerpt` is the end of its log."""

    id: str
    origin: str
    start_time: datetime | None
    valid: bool | None
    excerpt: str


class RevisionWhole(TypedDict):
    """A revision, its checkouts and its neighbours in the history of the tree.

    `commit` is what git says of it, null when git does not know it.
    """

    revision: refs.Revision
    subject: str
    message: str
    commit: Annotated[Row, CommitRow] | None
    started: datetime
    last_result: datetime | None
    previous: refs.Revision | None
    next: refs.Revision | None
    checkouts: list[CheckoutPart]
    builds: refs.Counts
    boots: refs.Counts
    tests: refs.Counts


class CheckoutItem(TypedDict):
    """A checkout. `submitted` holds the origin's own names for the tree, `revision` has ours."""

    id: str
    origin: str
    start_time: datetime | None
    valid: bool | None
    revision: refs.Revision
    subject: str
    submitted: refs.Tree
    tags: list[str]


class CheckoutWhole(CheckoutItem):
    """A checkout and all that was submitted of it, as KCIDB v5.3."""

    fields: dict[str, Any]


def tree_item(row: TreeRow) -> TreeItem:
    """Return a row of the listing of trees."""
    return {
        "tree": refs.tree(row.tree),
        "newest": refs.revision(row.newest),
        "subject": row.subject,
        "started": row.started,
        "last_result": row.last_result,
        "builds": refs.counts(row.builds),
        "boots": refs.counts(row.boots),
        "tests": refs.counts(row.tests),
        "trend": list(row.trend),
    }


def revision_item(row: RevisionRow) -> RevisionItem:
    """Return a row of a history."""
    return {
        "revision": refs.revision(row.revision),
        "subject": row.subject,
        "started": row.started,
        "last_result": row.last_result,
        "origins": list(row.origins),
        "builds": refs.counts(row.builds),
        "boots": refs.counts(row.boots),
        "tests": refs.counts(row.tests),
    }


def revision_whole(detail: RevisionDetail) -> RevisionWhole:
    """Return one revision."""
    return {
        "revision": refs.revision(detail.revision),
        "subject": detail.subject,
        "message": detail.message,
        "commit": row_of(detail.commit) if detail.commit else None,
        "started": detail.started,
        "last_result": detail.last_result,
        "previous": refs.known_revision(detail.previous),
        "next": refs.known_revision(detail.next),
        "checkouts": [_part(row) for row in detail.checkouts],
        "builds": refs.counts(detail.builds),
        "boots": refs.counts(detail.boots),
        "tests": refs.counts(detail.tests),
    }


def checkout_item(row: Checkout) -> CheckoutItem:
    """Return a row of the listing of checkouts."""
    return {
        "id": row.id,
        "origin": row.origin,
        "start_time": row.start_time,
        "valid": row.valid,
        "revision": refs.revision(row.revision),
        "subject": row.subject,
        "submitted": {"name": row.tree_name, "branch": row.branch, "url": row.url},
        "tags": list(row.tags),
    }


def checkout_whole(detail: CheckoutDetail) -> CheckoutWhole:
    """Return one checkout."""
    return {**checkout_item(detail.checkout), "fields": detail.fields}


def _part(row: CheckoutRow) -> CheckoutPart:
    return {
        "id": row.id,
        "origin": row.origin,
        "start_time": row.start_time,
        "valid": row.valid,
        "excerpt": row.excerpt,
    }
