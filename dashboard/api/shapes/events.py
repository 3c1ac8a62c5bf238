"""What broke, and what fails now and then."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from dashboard.api.records import Row, row_of
from dashboard.api.shapes import refs
from results.queries.commits import CommitCount
from results.queries.event_detail import Affected, ChangeRow, EventDetail, Evidence, Example
from results.queries.events import EventRow


class RegressionItem(TypedDict):
    """Something broke in a tree: `bad` is the first revision that shows it.

    `good` is the last one before (null: the cause may be older than what was looked at), `commits`
    in how many tested revisions the cause may lie, `between` how many commits that are (null: git was
    not asked). `fixed` is the first good revision after, null while it goes on. `rate` is
    the share of tries that fail, `confidence` that of the verdict; `impact` sums what it costs.
    """

    id: int
    kind: str
    subject: str
    state: str
    triage: str
    title: str
    scope: str
    signature: str
    tree: refs.Tree
    good: refs.Revision | None
    bad: refs.Revision
    fixed: refs.Revision | None
    commits: int
    between: Annotated[Row, CommitCount] | None
    rate: float
    confidence: float
    lab_specific: bool
    series: int
    platforms: int
    labs: int
    impact: int
    began: datetime
    opened: datetime
    changed: datetime
    issues: list[refs.Issue]


class ExamplePart(TypedDict):
    """One of the first failing runs, or builds."""

    id: str
    build: bool
    excerpt: str
    log_url: str


class ChangePart(TypedDict):
    """An entry of the history; `who` is empty for the analysis."""

    at: datetime
    who: str
    what: str
    why: str


class TriageWhy(TypedDict, total=False):
    """Why it is decided so, for people."""

    why: str


class TriageBody(TriageWhy):
    """A decision about a regression."""

    triage: Literal["new", "acknowledged", "assigned", "reported", "duplicate", "invalid"]


class RegressionWhole(RegressionItem):
    """A regression with its evidence, the worst places first, and its history."""

    places: list[Annotated[Row, Evidence]]
    members: list[Annotated[Row, Affected]]
    example: ExamplePart | None
    changes: list[ChangePart]


def regression_item(row: EventRow) -> RegressionItem:
    """Return a row of the listing of regressions."""
    return {
        "id": row.id,
        "kind": str(row.kind.label),
        "subject": str(row.subject.label),
        "state": str(row.state.label),
        "triage": str(row.triage.label),
        "title": row.title,
        "scope": row.scope,
        "signature": row.signature,
        "tree": refs.tree(row.tree),
        "good": refs.known_revision(row.good),
        "bad": refs.revision(row.bad),
        "fixed": refs.known_revision(row.fixed),
        "commits": row.commits,
        "between": row_of(row.between) if row.between else None,
        "rate": row.rate,
        "confidence": row.confidence,
        "lab_specific": row.lab_specific,
        "series": row.n_series,
        "platforms": row.n_platforms,
        "labs": row.n_labs,
        "impact": row.impact,
        "began": row.began,
        "opened": row.opened,
        "changed": row.changed,
        "issues": [refs.issue(ref) for ref in row.issues],
    }


def regression_whole(detail: EventDetail) -> RegressionWhole:
    """Return one regression."""
    return {
        **regression_item(detail.event),
        "places": [row_of(row) for row in detail.places],
        "members": [row_of(row) for row in detail.members],
        "example": _example(detail.example) if detail.example else None,
        "changes": [change_part(row) for row in detail.changes],
    }


def _example(example: Example) -> ExamplePart:
    return {
        "id": example.id,
        "build": example.is_build,
        "excerpt": example.excerpt,
        "log_url": example.log_url,
    }


def change_part(row: ChangeRow) -> ChangePart:
    """Return an entry of the history."""
    return {"at": row.at, "who": row.who, "what": row.what, "why": row.why}
