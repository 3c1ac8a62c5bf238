"""Events for tests, as the analysis would leave them, without asking it."""

from __future__ import annotations

from django.utils import timezone

from results.models import Event, EventChange, EventSeries, SeriesVerdict
from results.status import Status
from tests.factories import count, create_build, create_checkout, create_revision, create_test, create_tree

EXCERPT = "[ 12.5] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"


def broken(path="ltp.futex_wait05", *, platform="kevin", lab="lab-one", tree=None, changes=None, **columns):
    """Store an event about one series, with its evidence and its history (a list of what changed)."""
    now = timezone.now()
    tree = tree or create_tree()
    good, bad = (create_revision(tree=tree, started=now) for _ in range(2))
    checkout = create_checkout(revision=bad, start_time=now, git_commit_name="v6.18-rc6")
    test = create_test(
        build=create_build(checkout=checkout, start_time=now),
        path=path,
        platform=platform,
        lab=lab,
        status=Status.FAIL,
        start_time=now,
        excerpt=EXCERPT,
    )
    count()
    test.refresh_from_db()
    defaults = {
        "kind": Event.Kind.REGRESSION, "subject": Event.Subject.TEST, "state": Event.State.CONFIRMED,
        "commits": 1, "rate": 1.0, "confidence": 0.99, "n_series": 1, "n_platforms": 1, "n_labs": 1,
        "impact": 1, "began": now, "opened": now, "changed": now,
    }  # fmt: skip
    event = Event.objects.create(
        **{**defaults, **columns}, tree=tree, title=path, last_good=good, first_bad=bad, low=good, high=bad
    )
    affect(event, test, good, bad)
    for what in ["opened as confirmed"] if changes is None else changes:
        changed(event, what)
    return event


def affect(event, test, good, bad):
    """Say that an event affects the series of a test."""
    verdict = SeriesVerdict.objects.create(
        tree=event.tree, series=test.series, verdict=SeriesVerdict.Verdict.REGRESSION, event=event,
        since=bad, score=0.0, low=0.0, high=0.1, tries=10, failures=1, per_day=1.0,
    )  # fmt: skip
    EventSeries.objects.create(
        event=event, subject=verdict, last_good=good, first_bad=bad, last_bad=bad,
        tries_before=10, failures_before=0, tries_after=3, failures_after=3,
    )  # fmt: skip


def changed(event, what, **columns):
    """Store an entry of an event's history."""
    return EventChange.objects.create(event=event, what=what, at=timezone.now(), **columns)
