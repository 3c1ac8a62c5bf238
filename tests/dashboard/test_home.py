"""What broke, since when one asks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from results.models import Event
from tests.factories import create_revision, create_tree

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STATES = Event.State


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def events():
    """Events of several ages and states; the name of each tells both."""
    tree = create_tree()
    revision = create_revision(tree=tree, started=NOW)
    for days, state, issues in (
        (0, STATES.CONFIRMED, []), (1, STATES.CONFIRMED, ["00000000-0000-0000-0000-000000000001"]),
        (2, STATES.SUSPECTED, []), (5, STATES.CONFIRMED, []), (6, STATES.FLAKY, []), (6, STATES.FIXED, []),
        (9, STATES.CONFIRMED, []), (40, STATES.FLAKY, []), (40, STATES.FIXED, []),
    ):  # fmt: skip
        Event.objects.create(
            tree=tree, kind=Event.Kind.REGRESSION, subject=Event.Subject.TEST, state=state,
            title=f"{state.label}-{days}", first_bad=revision, high=revision, commits=1, rate=1,
            confidence=0.99, n_series=1, n_platforms=1, n_labs=1, impact=100 - days, issues=issues,
            began=NOW - timedelta(days=days), opened=NOW, changed=NOW,
        )  # fmt: skip


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def sections(client, url):
    """Return heading -> what is listed below it."""
    page = soup(client.get(url))
    return {
        heading.contents[0].strip(): [link.get_text() for link in below.select("th.path > a:first-child")]
        for heading in page.select("h2")
        if (below := heading.find_next_sibling())
    }


def test_what_broke_lately_stands_before_what_still_fails(events, client):
    found = sections(client, "/")
    assert found["Regressions"] == ["confirmed-0", "confirmed-1", "confirmed-5", "flaky-6"]
    assert found["Still failing"] == ["confirmed-9", "flaky-40"]
    assert found["Fixed"] == ["fixed-6"]


@pytest.mark.parametrize(
    ("query", "fresh", "older"),
    [
        ("days=1d", ["confirmed-0", "confirmed-1"], ["confirmed-5", "flaky-6", "confirmed-9", "flaky-40"]),
        ("days=30d", ["confirmed-0", "confirmed-1", "confirmed-5", "flaky-6", "confirmed-9"], ["flaky-40"]),
        ("days=1d&unclassified=yes", ["confirmed-0"], ["confirmed-5", "flaky-6", "confirmed-9", "flaky-40"]),
    ],
)
def test_the_time_can_be_chosen(events, client, query, fresh, older):
    found = sections(client, f"/?{query}")
    assert (found["Regressions"], found["Still failing"]) == (fresh, older)


@pytest.mark.parametrize("query", ["", "days=1d", "days=3d&unclassified=yes", "days=30d"])
def test_every_number_is_that_of_the_rows_behind_it(events, client, query):
    links = soup(client.get(f"/?{query}")).select("h2 small a")
    assert links
    for link in links:
        rows = soup(client.get(link["href"])).select("[data-rows] > tr")
        assert len(rows) == int(re.match(r"\d+", link.get_text())[0]), link


def test_home_asks_few_questions(events, client):
    client.get("/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/")
    assert len(asked) <= 12
