"""The home page: what fails in the newest revision of each tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.api.broke import GetBroke
from dashboard.api.events import ListRegressions
from dashboard.event_rows import EventLine
from dashboard.listing import Tab
from dashboard.parts import enumeration, plural
from dashboard.paths import with_query
from dashboard.rows import RevisionLine, revision_url
from dashboard.shell import Frame, render_page
from dashboard.twins import Source, twins
from results.models import Event
from results.queries.broke import FailingSuite, failing_suites
from results.queries.events import OPEN, EventFilter, EventSort, event_counts, event_page
from results.queries.outages import OutageRow, outage_listing
from results.queries.revisions import newest_revisions
from results.queries.submissions import SubmissionRow, submission_listing
from results.selection import Selection

TREES = 25
DAYS = 30
"""Trees without a revision for so long are left out, unless all are."""

SUITES = 20
SUBMISSIONS = 5
EVENTS = 10
FIXED = 3
OUTAGES = 3
OUTAGE_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteLine:
    """A suite that fails in a revision; ``url`` leads to the failures it counts."""

    row: FailingSuite
    url: str

    @classmethod
    def of(cls, row: FailingSuite) -> SuiteLine:
        """Make the line of a failing suite."""
        tab = "boots" if row.is_boot else "tests"
        suite = Selection().where(suite=row.suite, status="fail")
        return cls(row=row, url=revision_url(row.revision, ("tab", tab), *suite.params()))


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage(Frame):
    """What broke and what was fixed, the newest revision of each tree, and what arrived last.

    ``states``: how many events there are in each state, each a link to them.
    """

    broken: tuple[EventLine, ...]
    fixed: tuple[EventLine, ...]
    outages: tuple[OutageRow, ...]
    states: tuple[Tab, ...]
    lines: tuple[RevisionLine, ...]
    suites: tuple[SuiteLine, ...]
    submissions: tuple[SubmissionRow, ...]


@require_safe
@twins(GetBroke, Source(ListRegressions, formats=("atom", "mbox")))
def home(request: HttpRequest) -> HttpResponse:
    """Answer /."""
    rows = newest_revisions(limit=TREES)
    recent = [row for row in rows if timezone.now() - row.started < timedelta(days=DAYS)] or rows
    lines = tuple(RevisionLine.of(row) for row in recent)
    shown = {row.revision for row in recent}
    page = HomePage(
        title=f"{sum(line.tests.counts.failed for line in lines):,} fail · what broke",
        heading="What broke",
        section="home",
        verdict=_verdict(lines),
        broken=_events(EventFilter(states=OPEN, live=True), "impact", EVENTS),
        fixed=_events(EventFilter(states=(Event.State.FIXED,), live=True), "newest", FIXED),
        outages=outage_listing(since=timezone.now() - timedelta(days=OUTAGE_DAYS), limit=OUTAGES),
        states=_states(),
        lines=lines,
        suites=tuple(
            SuiteLine.of(row) for row in failing_suites(trees=TREES, limit=SUITES) if row.revision in shown
        ),
        submissions=submission_listing(limit=SUBMISSIONS).rows,
    )
    return render_page(request, "home.html", page)


def _events(which: EventFilter, sort: EventSort, limit: int) -> tuple[EventLine, ...]:
    return tuple(EventLine.of(row) for row in event_page(which, sort=sort, limit=limit))


def _states() -> tuple[Tab, ...]:
    counts, path = event_counts(EventFilter()), reverse("regressions")
    return tuple(
        Tab(str(state.label), with_query(path, [("state", str(state.label))]), False, counts[state])
        for state in (*OPEN, Event.State.SUSPECTED, Event.State.FIXED)
        if counts[state]
    )


def _verdict(lines: tuple[RevisionLine, ...]) -> str:
    if not lines:
        return "No results have arrived yet."
    bad = [line for line in lines if line.is_bad]
    if not bad:
        return f"Nothing fails in the newest revisions of {plural(len(lines), 'tree')}."
    found = enumeration(
        plural(count, noun)
        for noun, count in (
            ("build", sum(line.builds.counts.failed for line in bad)),
            ("boot", sum(line.boots.counts.failed for line in bad)),
            ("test", sum(line.tests.counts.failed for line in bad)),
        )
        if count
    )
    return f"{found} fail in the newest revisions, in {len(bad)} of {plural(len(lines), 'tree')}."
