"""Measurements that changed: of tests, boots and builds, with the regressions of the same commits."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from results.models import Event, MetricChange
from results.queries.metric_changes import MetricFilter, metric_change_counts, metric_changes_of
from tests.results.judging.telling import submit
from tests.results.judging.test_incremental import Measuring

pytestmark = pytest.mark.django_db


def soup(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def judged():
    submit(Measuring(length=32, broken=16).documents())
    return Event.objects.get(title="kselftest.net.tcp_mmap")


def test_changes_of_builds_are_listed_with_their_builds(client, judged):
    page = soup(client.get("/measurements"))
    rows = {row.select("td")[0].get_text(strip=True): row for row in page.select("[data-rows] > tr")}
    assert {"build time", "warnings", "latency_us"} <= set(rows)
    link = rows["warnings"].select_one("th a")
    assert link.get_text(strip=True) == "build arm64 defconfig gcc-14"
    builds = soup(client.get(link["href"])).select("[data-rows] > tr")
    assert len(builds) == 32
    assert "1 warnings → 4 warnings" in rows["warnings"].get_text(" ", strip=True)


def test_the_count_of_a_direction_is_its_rows(client, judged):
    page = soup(client.get("/measurements?direction=worse"))
    total = metric_change_counts(MetricFilter())[MetricChange.Direction.REGRESSION]
    assert len(page.select("[data-rows] > tr")) == total > 0
    assert f"Worse {total}" in page.get_text(" ", strip=True)
    assert len(soup(client.get("/measurements?q=defconfig")).select("[data-rows] > tr")) == total
    assert len(soup(client.get("/measurements?q=warnings")).select("[data-rows] > tr")) == 1


def test_what_one_commit_did_is_linked_both_ways(client, judged):
    found = metric_changes_of(judged.id)
    assert {row.metric for row in found} >= {"build time", "warnings", "latency_us"}
    assert all(row.revision.describe == "v1-16" for row in found)
    page = soup(client.get(f"/r/{judged.id}"))
    assert "Measurements that changed there" in page.get_text()
    listed = soup(client.get("/measurements"))
    assert listed.select_one(f"[data-rows] a[href='/r/{judged.id}']")


def test_what_changed_elsewhere_is_not_linked(judged):
    other = MetricChange.objects.filter(revision__describe="v1-16")
    earlier = judged.last_good
    other.update(revision=earlier)
    assert metric_changes_of(judged.id) == ()
