"""Submits documents and tells all that the analysis says about them."""

from __future__ import annotations

from datetime import timedelta

from ingest.load import load_documents
from results.judging import judge_due
from results.models import Event, MetricChange, Outage, SeriesVerdict
from tests.factories import count

NO_REST = timedelta(0)


def submit(documents):
    load_documents(list(documents))
    count()
    judge_due(rest=NO_REST)


def told():
    """Return all that the analysis says, by names: nothing that depends on numbering or time."""
    events = [
        (
            event.title, event.scope, event.signature, event.get_state_display(), event.first_bad.describe,
            event.high.describe, event.fix_good and event.fix_good.describe, event.rate, event.confidence,
            event.n_series, sorted(series_name(member.subject) for member in event.series.all()),
        )
        for event in Event.objects.exclude(state__in=(Event.State.CLOSED, Event.State.DISMISSED))
    ]  # fmt: skip
    # A row stays where something was told once, and then there was nothing to tell.
    verdicts = [
        (
            series_name(subject), subject.get_verdict_display(), subject.score, subject.low, subject.high,
            subject.since and subject.since.describe, subject.failures, subject.event and subject.event.title,
        )
        for subject in SeriesVerdict.objects.all()
        if subject.failures or subject.verdict > SeriesVerdict.Verdict.PASSING
    ]  # fmt: skip
    return sorted(events, key=str), sorted(verdicts, key=str)


def told_of_places():
    """Return the outages and the changes of measurements, by names."""
    outages = [
        (one.lab.name, str(one.platform), one.first.describe, one.last.describe, one.results, one.failures)
        for one in Outage.objects.all()
    ]
    changes = [
        (
            series_name(one.series) if one.series else f"build {one.variant.config}", one.metric, one.unit,
            one.revision.describe, one.direction, one.confirmed, one.shift, one.low, one.high, one.confidence,
        )
        for one in MetricChange.objects.all()
    ]  # fmt: skip
    return sorted(outages), sorted(changes)


def series_name(subject):
    series = subject.series if isinstance(subject, SeriesVerdict) else subject
    if series is None:
        return f"build {subject.config}"
    return f"{series.path} {series.platform} {series.lab}"
