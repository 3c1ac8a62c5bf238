"""What the state of the intake is read from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from results.models import Pruning
from results.queries.status import backlog, labs, sources
from tests.factories import (
    NOW,
    count,
    create_build,
    create_rejection,
    create_submission,
    create_test,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def arrive(name, hours_ago, *, origins=("maestro",), lag=timedelta(), **columns):
    received = NOW - hours_ago * HOUR
    return create_submission(
        name, received_at=received, submitted_at=received - lag, origins=list(origins), **columns
    )


def run(lab, hours_ago):
    """One test of a build of its own, so that every run keeps its hour."""
    create_test(build=create_build(), lab=lab, start_time=NOW - hours_ago * HOUR)


def test_sources_by_origin_with_their_last_day():
    arrive("old", 30, tests=9)
    arrive("first", 23.5, tests=1, builds=1, lag=HOUR)
    arrive("last", 0.25, tests=5, rejections=2)
    arrive("other door", 3, source="spool", tests=7)
    api, spool = sources(now=NOW)
    assert (api.source, api.origin, spool.source) == ("kcidb", "maestro", "spool")
    assert api.last_arrival == NOW - 0.25 * HOUR
    assert (api.submissions, api.objects, api.rejections) == (2, 7, 2)
    assert (api.hours[0], api.hours[-1], len(api.hours)) == (2, 5, 24)
    assert api.lag == HOUR / 2


def test_a_document_of_two_origins_counts_for_each():
    arrive("both", 1.5, origins=("maestro", "linaro"), tests=3)
    assert [(row.origin, row.objects) for row in sources(now=NOW)] == [("linaro", 3), ("maestro", 3)]


def test_a_document_that_names_no_origin_is_counted_too():
    arrive("broken", 0, origins=(), rejections=1)
    (row,) = sources(now=NOW)
    assert (row.origin, row.rejections, row.objects) == ("", 1, 0)


def test_an_origin_without_arrivals_for_a_day_has_no_lag():
    arrive("old", 48, tests=9)
    (row,) = sources(now=NOW)
    assert (row.objects, row.lag, row.last_arrival) == (0, None, NOW - 48 * HOUR)


def test_arrivals_of_more_than_a_week_ago_are_not_looked_at():
    arrive("old", 24 * 8)
    assert sources(now=NOW) == ()


def test_a_lab_is_silent_after_more_than_three_usual_gaps():
    for number in range(8):
        run("steady", 2 * number)
        run("fell-silent", 7 + 2 * number)
        run("late", 6 + 2 * number)
    run("new", 90)
    count()
    found = {lab.lab: lab for lab in labs(now=NOW)}
    assert found["steady"].usual_gap == 2 * HOUR
    assert found["fell-silent"].last_result == NOW - 7 * HOUR
    assert [name for name, lab in found.items() if lab.is_silent] == ["fell-silent"]
    assert found["new"].usual_gap is None


def test_results_dated_in_the_future_hide_no_silence():
    for number in range(8):
        run("broken-clock", 20 + number)
    run("broken-clock", -500)
    count()
    (lab,) = labs(now=NOW)
    assert (lab.last_result, lab.is_silent) == (NOW - 20 * HOUR, True)


def test_the_backlog():
    assert (backlog().due, backlog().due_since) == (0, None)
    create_test(build=create_build())
    rejection = create_rejection(create_submission())
    create_rejection(rejection.submission, replayed_at=NOW)
    found = backlog()
    assert found.due > 0
    assert found.due_since is not None
    assert (found.submissions, found.open_rejections) == (rejection.submission_id, 1)
    assert found.kept_since is None


def test_since_when_tests_are_kept():
    Pruning.objects.create(before=NOW - 48 * HOUR, builds=3)
    Pruning.objects.create(before=NOW - 24 * HOUR)
    assert backlog().kept_since == NOW - 48 * HOUR
