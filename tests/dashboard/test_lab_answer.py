"""Is my lab the problem? The sentence on a lab's page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from dashboard.lab_answer import lab_answer
from results.queries.labs import DayRow
from results.queries.records import StatusCounts
from results.status import WORST_FIRST, Status

NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)


def counted(failed, passed):
    return StatusCounts.of(
        [{Status.FAIL: failed, Status.PASS: passed}.get(status, 0) for status in WORST_FIRST]
    )


def said(here=(0, 0), there=(0, 0), days="x" * 14, outages=(), own=0):
    first = date(2026, 11, 11)
    lab = SimpleNamespace(
        days=tuple(
            DayRow(first + timedelta(days=n), counted(0, 5) if letter == "x" else counted(0, 0))
            for n, letter in enumerate(days)
        )
    )
    device = SimpleNamespace(shared=counted(*here), elsewhere=counted(*there))
    events = [SimpleNamespace(lab_specific=number < own) for number in range(3)]
    return lab_answer(SimpleNamespace(lab=lab, devices=(device,)), outages, events, now=NOW)


def test_a_lab_where_more_fails_is_probably_the_problem():
    assert said((90, 910), (20, 980)).startswith("Probably the lab: of the builds and suites that other")
    assert "9.0 % fail here and 2.0 % there." in said((90, 910), (20, 980))


@pytest.mark.parametrize(("here", "there"), [((21, 979), (20, 980)), ((3, 7), (2, 8)), ((5, 995), (90, 910))])
def test_a_lab_like_the_others_is_not(here, there):
    assert said(here, there).startswith("Not the lab: ")


def test_without_others_nobody_can_tell():
    assert "nothing to compare with" in said((5, 5), (0, 0))


@pytest.mark.parametrize(
    ("days", "silence"),
    [
        ("x" * 14, ""),
        ("x" * 13 + ".", ""),
        ("x" * 10 + "....", "no result in the last 3 days, after 10 days with results"),
        ("x.." * 4 + "..", ""),
        ("." * 14, ""),
    ],
)
def test_a_lab_that_usually_reports_and_does_not_is_silent(days, silence):
    assert ("The lab is silent" in said(days=days)) == bool(silence)
    assert silence in said(days=days)


def test_outages_and_regressions_of_its_own_are_counted():
    ill = SimpleNamespace(confirmed=True, released=False, ended=NOW - timedelta(days=3))
    lately = SimpleNamespace(confirmed=True, released=False, ended=NOW - timedelta(hours=3))
    unsure = SimpleNamespace(confirmed=False, released=False, ended=NOW)
    words = said((1, 99), (1, 99), outages=(ill, unsure), own=2)
    assert "1 outage and 1 more suspected in the last 14 days." in words
    assert "2 regressions only here" in words
    words = said((1, 99), (1, 99), outages=(lately, ill))
    assert (
        "2 outages in the last 14 days, 1 of them since yesterday: what failed there is the lab's." in words
    )
    assert "No outage in the last 14 days." in said((1, 99), (1, 99))
