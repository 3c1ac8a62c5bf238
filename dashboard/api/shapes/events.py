"""What broke, and what fails now and then."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

from dashboard.api.shapes import refs
from results.queries.event_detail import Affected, ChangeRow, EventDetail, Evidence, Example
from results.queries.events import EventRow
from results.queries.flaky import FlakyRow


class RegressionItem(TypedDict):
    """Something broke in a tree: `bad` is the first revision that shows it.

    `good` is the last one before (null: the cause may be older than what was looked at), `commits`
    how many lie between. `fixed` is the first good revision after, null while it goes on. `rate` is
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


class EvidencePart(TypedDict):
    """What was seen on one device in one lab (null for builds), over `series` series."""

    platform: str | None
    lab: str | None
    series: int
    last_good: str
    first_bad: str
    fixed: str
    tries_before: int
    failures_before: int
    tries_after: int
    failures_after: int


class AffectedPart(TypedDict):
    """A series that is affected; `series` and `path` are null for the builds of a variant."""

    series: int | None
    path: str | None
    platform: str | None
    lab: str | None
    origin: str | None
    architecture: str | None
    config: str | None
    compiler: str | None
    last_good: str
    first_bad: str
    fixed: str
    tries_after: int
    failures_after: int


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

    places: list[EvidencePart]
    members: list[AffectedPart]
    example: ExamplePart | None
    changes: list[ChangePart]


class FlakyItem(TypedDict):
    """A series that fails now and then: how often (`score`, with its 95 % interval), and what it costs."""

    series: int
    path: str
    platform: str | None
    lab: str
    tree: refs.Tree
    score: float
    low: float
    high: float
    tries: int
    failures: int
    per_day: float
    event: int | None


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
        "places": [_evidence(row) for row in detail.places],
        "members": [_affected(row) for row in detail.members],
        "example": _example(detail.example) if detail.example else None,
        "changes": [change_part(row) for row in detail.changes],
    }


def flaky_item(row: FlakyRow) -> FlakyItem:
    """Return a row of the listing of flaky series."""
    return {
        "series": row.series,
        "path": row.path,
        "platform": row.platform,
        "lab": row.lab,
        "tree": refs.tree(row.tree),
        "score": row.score,
        "low": row.low,
        "high": row.high,
        "tries": row.tries,
        "failures": row.failures,
        "per_day": row.per_day,
        "event": row.event,
    }


def _evidence(row: Evidence) -> EvidencePart:
    return {
        "platform": row.platform,
        "lab": row.lab,
        "series": row.series,
        "last_good": row.last_good,
        "first_bad": row.first_bad,
        "fixed": row.fixed,
        "tries_before": row.tries_before,
        "failures_before": row.failures_before,
        "tries_after": row.tries_after,
        "failures_after": row.failures_after,
    }


def _affected(row: Affected) -> AffectedPart:
    return {
        "series": row.series,
        "path": row.path,
        "platform": row.platform,
        "lab": row.lab,
        "origin": row.origin,
        "architecture": row.architecture,
        "config": row.config,
        "compiler": row.compiler,
        "last_good": row.last_good,
        "first_bad": row.first_bad,
        "fixed": row.fixed,
        "tries_after": row.tries_after,
        "failures_after": row.failures_after,
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
