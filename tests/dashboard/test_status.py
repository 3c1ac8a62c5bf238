"""The state of the intake, for readers, scripts and Prometheus."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from dashboard.exposition import Family, exposition
from dashboard.waiting import spools
from tests.factories import NOW, count, create_build, create_submission, create_test

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def today(monkeypatch, settings, tmp_path):
    """The day of the factories, and a spool of our own."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.WATCHED_SPOOLS = []
    return tmp_path


@pytest.fixture
def world():
    create_submission("one", received_at=NOW - HOUR / 2, submitted_at=NOW - HOUR, tests=12, rejections=1)
    for number in range(8):
        create_test(build=create_build(), lab='lab "x"', start_time=NOW - (9 + number) * HOUR)
    count()


def main(response):
    return BeautifulSoup(response.content, "html.parser").select_one("#main")


def test_the_page(client, world):
    page = main(client.get("/status"))
    assert 'Silent: lab "x". Nothing waits.' in page.get_text()
    row = page.select_one("tbody tr")
    assert [cell.get_text(strip=True) for cell in row.select("td, th")][:6] == [
        "maestro", "kcidb", "30m", "30 min 00 s", "12", "12",
    ]  # fmt: skip
    assert client.get(row.select_one("a")["href"]).status_code == 200


def test_the_page_without_anything(client):
    page = main(client.get("/status"))
    assert "Nothing has arrived in the last 7 days." in page.get_text()


def test_json_says_the_same(client, world):
    state = client.get("/status.json").json()
    (source,) = state["sources"]
    assert (source["origin"], source["lag"], sum(source["hours"]), source["rejections"]) == (
        "maestro", 1800.0, 12, 1,
    )  # fmt: skip
    assert state["silent"] == ['lab "x"']
    assert (state["backlog"]["due"], state["spools"]) == (0, [{"name": "submit", "files": 0}])


def test_metrics_are_in_the_format(client, world):
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    text = answer.content.decode()
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) treewatch_\w+ .+|treewatch_\w+(\{.+\})? [-\d.e+]+", line), line
    assert 'treewatch_objects_last_hour{source="kcidb",origin="maestro"} 12\n' in text
    assert r'treewatch_lab_silent{lab="lab \"x\""} 1' in text


def test_labels_are_escaped():
    assert exposition([Family("x", "gauge", "X.", [({"a": 'b"\\\n'}, 1)])]).endswith('x{a="b\\"\\\\\\n"} 1\n')


def test_the_number_of_statements_does_not_grow(client, world, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        client.get("/status.json")


def test_clients_of_the_intake_still_get_their_answer(client):
    assert client.get("/status?id=abc").status_code == 401
    assert client.get("/status", headers={"Authorization": "Bearer x"}).json()["status"] == "error"
    assert client.post("/status").status_code == 405


def test_what_waits_in_spools(settings, today):
    spool = today / "spool"
    spool.mkdir()
    for name in ("submission-1.json", "submission-2.json", "submission-3.json.temp", "submission-1.meta"):
        (spool / name).touch()
    settings.WATCHED_SPOOLS = [str(today / "missing")]
    assert [(one.name, one.files) for one in spools()] == [("submit", 2), ("missing", 0)]
