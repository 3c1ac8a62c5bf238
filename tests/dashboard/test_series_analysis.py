"""What the pages of a series and of a lab say of the analysis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from results.judging import judge_tree
from results.models import Event, MetricChange, Outage, Revision, Series, Test
from results.status import Status
from tests.factories import (
    count,
    create_build,
    create_checkout,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def runs(results, **fields):
    """Make a run on one revision after another: P, F, or a number that was measured; judge them."""
    for position, result in enumerate(results):
        at = NOW - timedelta(hours=6 * (len(results) - position))
        checkout = create_checkout(
            revision=create_revision(started=at), start_time=at, git_commit_name=f"v1-{position}"
        )
        create_test(
            build=create_build(checkout=checkout, start_time=at),
            status=Status.FAIL if result == "F" else Status.PASS,
            value=None if isinstance(result, str) else result,
            start_time=at,
            **fields,
        )
    count()
    judge_tree(create_tree().id)


def page_of_series(client):
    return BeautifulSoup(client.get(f"/s/{Series.objects.get().id}").content, "html.parser")


def text(page):
    return " ".join(page.select_one("#main").get_text(" ").split())


def test_a_series_shows_its_stretches_and_verdict(client):
    runs("P" * 30 + "F" * 10)
    page = page_of_series(client)
    assert "Regression since v1-30." in text(page)
    assert page.select_one(f".verdict a[href='/r/{Event.objects.get().id}']")
    found = [row.get_text(" ", strip=True) for row in page.select("[aria-label=Stretches] tbody tr")]
    assert found == ["v1-0 v1-29 0 of 30", "v1-30 v1-39 10 of 10"]


def test_a_series_that_never_failed_has_one_stretch_and_no_verdict(client):
    runs("PPPP")
    page = page_of_series(client)
    assert not page.select("[aria-label=Stretches]") and not page.select(".plot")


def test_a_step_of_a_measurement_is_kept_and_drawn(client):
    values = [100 + n % 3 for n in range(20)] + [150 + n % 3 for n in range(20)]
    runs([float(value) for value in values], unit="ms")
    change = MetricChange.objects.get()
    assert (change.revision.describe, change.direction) == ("v1-20", MetricChange.Direction.REGRESSION)
    assert change.confirmed and change.confidence > 0.99 and change.low <= change.shift <= change.high
    page = page_of_series(client)
    assert len(page.select(".plot circle")) == 40
    assert len(page.select(".plot .rule")) == 1 and len(page.select(".plot .level")) == 2
    assert "v1-20: worse, 101 ms → 151 ms (+49.5 %)" in text(page)
    judge_tree(create_tree().id)
    assert MetricChange.objects.get() == change


def test_a_change_that_a_correction_takes_back_is_gone():
    runs([100.0 + n % 3 + (50 if n >= 20 else 0) for n in range(40)], unit="ms")
    Test.objects.update(value=100.0)
    judge_tree(create_tree().id)
    assert not MetricChange.objects.exists()


def test_noise_is_no_change(client):
    runs([100.0 + (n * 7919 % 13) for n in range(40)])
    assert not MetricChange.objects.exists()
    assert "No change found." in text(page_of_series(client))


def test_boots_are_measured_by_their_duration(client):
    for position in range(30):
        at = NOW - timedelta(hours=30 - position)
        checkout = create_checkout(revision=create_revision(started=at), start_time=at)
        create_test(
            build=create_build(checkout=checkout),
            path="boot",
            duration=20.0 + (position >= 15) * 15 + position % 3,
        )
    count()
    judge_tree(create_tree().id)
    assert MetricChange.objects.get().metric == "boot time"
    assert "Boot time" in text(page_of_series(client))


def test_a_lab_tells_of_its_outages_and_regressions(client):
    runs("P" * 30 + "F" * 10, lab="lab-one")
    test = Test.objects.first()
    first, last = Revision.objects.order_by("started")[5:7]
    Outage.objects.create(
        tree=create_tree(), lab=test.series.lab, platform=None, first=first, last=last, began=first.started,
        ended=last.started, results=40, failures=38, p_value=1e-9, confirmed=True, released=False,
    )  # fmt: skip
    page = BeautifulSoup(client.get("/lab/lab-one").content, "html.parser")
    words = text(page)
    assert "1 outage in the last 14 days." in words
    assert "the whole lab other labs passed" in words and "38 of 40" in words
    assert page.select_one(f"a[href='/r/{Event.objects.get().id}']")
    create_test(lab="lab-two")
    count()
    assert "No outage in the last 14 days." in text(
        BeautifulSoup(client.get("/lab/lab-two").content, "html.parser")
    )


def test_changes_of_measurements_are_listed_with_their_counts(client):
    runs([100.0 + n % 3 + (50 if n >= 20 else 0) for n in range(40)], unit="ms")
    page = BeautifulSoup(client.get("/measurements").content, "html.parser")
    (row,) = page.select("[data-rows] > tr")
    assert row.th.a["href"] == f"/s/{Series.objects.get().id}"
    assert "101 ms → 151 ms (+49.5 %)" in row.get_text()
    tabs = {tab.get_text(" ", strip=True): tab["href"] for tab in page.select(".tabs a")}
    assert list(tabs) == ["Worse 1", "Better 0", "Changed 0"]
    for tab, url in tabs.items():
        found = BeautifulSoup(client.get(url).content, "html.parser").select("[data-rows] > tr")
        assert len(found) == int(tab.split()[-1])
    for query, count_ in (("q=tcp", 1), ("q=no", 0), ("tree=mainline", 1), ("tree=next", 0)):
        found = BeautifulSoup(client.get(f"/measurements?{query}").content, "html.parser")
        assert len(found.select("[data-rows] > tr")) == count_, query
    assert client.get("/measurements?direction=x").status_code == 400
