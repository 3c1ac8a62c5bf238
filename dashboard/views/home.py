"""The home page: what fails in the newest revision of each tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.api.broke import GetBroke
from dashboard.api.events import ListRegressions
from dashboard.event_rows import EventLine
from dashboard.filters import read_query
from dashboard.listing import Tab
from dashboard.models import Follow
from dashboard.parts import enumeration, plural
from dashboard.paths import with_query
from dashboard.people.follows import Followed, followed, followed_trees
from dashboard.rows import RevisionLine, revision_url, tree_name
from dashboard.shell import Frame, render_page
from dashboard.twins import Source, twins
from results.models import Event
from results.queries.broke import FailingSuite, failing_suites
from results.queries.events import OPEN, EventFilter, EventSort, event_counts, event_page
from results.queries.outages import OutageRow, outage_listing
from results.queries.revisions import RevisionRow, newest_revisions
from results.queries.submissions import SubmissionRow, submission_listing
from results.selection import Selection, Term

TREES = 25
FOLLOWED = 500
"""Trees among which those that are followed are looked for."""
DAYS = 30
"""Trees without a revision for so long are left out, unless all are."""

SUITES = 20
SUBMISSIONS = 5
EVENTS = 10
STILL = 5
FIXED = 3
OUTAGES = 3
OUTAGE_DAYS = 3

WINDOWS = {"1d": "since yesterday", "3d": "3 days", "7d": "7 days", "30d": "30 days"}
WINDOW = "7d"
ASKED: dict[str, tuple[str, ...]] = {
    "trees": ("all", "followed"),
    "days": tuple(WINDOWS),
    "unclassified": ("yes",),
}


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
    """What broke, still fails and was fixed, the newest revision of each tree, and what arrived last.

    ``states``: how many events began in the time that is looked at, state by state, and how many
    older ones go on; each is a link to them. ``scopes``: whether of the trees that the reader
    follows. ``followed``: what else they follow.
    """

    broken: tuple[EventLine, ...]
    still: tuple[EventLine, ...]
    fixed: tuple[EventLine, ...]
    outages: tuple[OutageRow, ...]
    states: tuple[Tab, ...]
    windows: tuple[Tab, ...]
    unclassified: Tab
    lines: tuple[RevisionLine, ...]
    suites: tuple[SuiteLine, ...]
    submissions: tuple[SubmissionRow, ...]
    scopes: tuple[Tab, ...]
    followed: tuple[Followed, ...]


@require_safe
@twins(
    Source(GetBroke, names={"trees": "", "days": "", "unclassified": ""}),
    Source(ListRegressions, names={"trees": "", "days": "since"}, formats=("atom", "mbox")),
)
def home(request: HttpRequest) -> HttpResponse:
    """Answer /: what broke in the trees that the reader follows, in all when there are none."""
    asked = dict(read_query(request.GET, extra=ASKED).extra)
    wants_all, days = asked.get("trees") == "all", asked.get("days", WINDOW)
    names = followed_trees(request)
    picked = frozenset() if wants_all else names
    since = timezone.now().date() - timedelta(days=int(days[:-1]))
    about = Selection.of(
        {"tree": [Term(name) for name in sorted(picked)], "since": [Term(since.isoformat())]}
    )
    which = EventFilter(about=about, live=True, unclassified="unclassified" in asked)
    rows = _newest(picked)
    recent = tuple(row for row in rows if timezone.now() - row.started < timedelta(days=DAYS)) or rows
    lines = tuple(RevisionLine.of(row) for row in recent)
    shown = {row.revision for row in recent}
    page = HomePage(
        title=f"{sum(line.tests.counts.failed for line in lines):,} fail · what broke",
        heading="What broke",
        section="home",
        verdict=_verdict(lines),
        broken=_events(replace(which, states=OPEN), "impact", EVENTS),
        still=_events(replace(which, states=OPEN, about=_before(about, since)), "impact", STILL),
        fixed=_events(replace(which, states=(Event.State.FIXED,)), "newest", FIXED),
        outages=outage_listing(since=timezone.now() - timedelta(days=OUTAGE_DAYS), limit=OUTAGES),
        states=_states(about, since, unclassified=which.unclassified),
        windows=_windows(request.path, asked, days),
        unclassified=_switch(request.path, asked),
        lines=lines,
        suites=tuple(
            SuiteLine.of(row)
            for row in failing_suites(trees=FOLLOWED if picked else TREES, limit=SUITES)
            if row.revision in shown
        ),
        submissions=submission_listing(limit=SUBMISSIONS).rows,
        scopes=_scopes(request.path, len(names), wants_all=wants_all),
        followed=tuple(sorted(one for one in followed(request) if one.kind != Follow.Kind.TREE)),
    )
    return render_page(request, "home.html", page)


def _events(which: EventFilter, sort: EventSort, limit: int) -> tuple[EventLine, ...]:
    return tuple(EventLine.of(row) for row in event_page(which, sort=sort, limit=limit))


def _newest(picked: frozenset[str]) -> tuple[RevisionRow, ...]:
    if not picked:
        return newest_revisions(limit=TREES)
    rows = newest_revisions(limit=FOLLOWED)
    return tuple(row for row in rows if tree_name(row.revision.tree) in picked)[:TREES]


def _scopes(path: str, follows: int, *, wants_all: bool) -> tuple[Tab, ...]:
    """Return the choice between the trees that are followed and all; no choice without any."""
    if not follows:
        return ()
    everything = with_query(path, [("trees", "all")])
    return (Tab("Trees you follow", path, not wants_all, follows), Tab("All trees", everything, wants_all))


def _windows(path: str, asked: dict[str, str], days: str) -> tuple[Tab, ...]:
    """Return the choice of how many days are looked at."""
    return tuple(
        Tab(text, with_query(path, (asked | {"days": name}).items()), name == days)
        for name, text in WINDOWS.items()
    )


def _switch(path: str, asked: dict[str, str]) -> Tab:
    """Return the link that leaves out, or brings back, what is triaged or has an issue."""
    rest = {name: value for name, value in asked.items() if name != "unclassified"}
    is_on = rest != asked
    return Tab(
        "unclassified only",
        with_query(path, (rest if is_on else rest | {"unclassified": "yes"}).items()),
        is_on,
    )


def _states(about: Selection, since: date, *, unclassified: bool) -> tuple[Tab, ...]:
    more = [("unclassified", "yes")] if unclassified else []

    def tabs(about: Selection, states: Sequence[Event.State], text: str) -> Iterator[Tab]:
        counts = event_counts(EventFilter(about=about, unclassified=unclassified))
        for state in states:
            url = with_query(reverse("regressions"), [("state", state.label), *about.params(), *more])
            if counts[state]:
                yield Tab(text.format(state.label), url, False, counts[state])

    return (
        *tabs(about, (*OPEN, Event.State.SUSPECTED, Event.State.FIXED), "{}"),
        *tabs(_before(about, since), OPEN, "older {}"),
    )


def _before(about: Selection, since: date) -> Selection:
    yesterday = Term((since - timedelta(days=1)).isoformat())
    return Selection.of({**dict(about.without("since").terms), "until": [yesterday]})


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
