from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from dashboard.parts import Counts
from dashboard.templatetags import ui
from results.queries.records import StatusCounts
from results.status import Status

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=59), "59s"),
        (timedelta(minutes=59), "59m"),
        (timedelta(hours=71), "71h"),
        (timedelta(days=62), "62d"),
        (timedelta(days=70), "10w"),
        (timedelta(days=2200), "6y"),
        (timedelta(hours=-2), "in 2h"),
    ],
)
def test_ages(ago, said):
    assert ui.age(NOW - ago, NOW) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0, "0 ms"),
        (0.34, "340 ms"),
        (12.44, "12.4 s"),
        (425, "7 min 05 s"),
        (7980, "2 h 13 min"),
        (1_275_000, "14 d 18 h"),
        (59.99, "60.0 s"),
    ],
)
def test_durations(seconds, said):
    assert ui.duration(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(None, ""), (0, "0 B"), (999, "999 B"), (12_500, "12.5 kB"), (8_000_000, "8.0 MB"), (5e12, "5000.0 GB")],
)
def test_sizes(count, said):
    assert ui.size(count) == said


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_glyph_and_a_word(status):
    badge = BeautifulSoup(ui.badge(status), "html.parser").span
    assert badge.i["aria-hidden"] == "true"
    assert badge.get_text().split() == [*ui.GLYPHS[status].split(), status.name]
    assert ui.badge(status) == ui.badge_of(status.label)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", " https://x", "//x", "JAVASCRIPT:x"],
)
def test_only_web_addresses_become_links(url):
    shown = BeautifulSoup(ui.outlink(url, "log"), "html.parser")
    assert shown.a is None
    assert url.strip() in shown.get_text()


def test_a_link_to_another_site_tells_it_nothing():
    link = BeautifulSoup(ui.outlink('HTTPS://x/"><script>', ""), "html.parser").a
    assert link["rel"] == ["noopener", "noreferrer", "nofollow"]
    assert link["href"] == link.get_text() == 'HTTPS://x/"><script>'


def test_an_address_cannot_leave_its_attribute():
    attributes = ui.hx('/x?q=" onclick=alert(1)')
    link = BeautifulSoup(f"<a {attributes}>", "html.parser").a
    assert set(link.attrs) == {"href", "hx-get", "hx-target", "hx-select", "hx-swap", "hx-push-url"}
    assert link["href"] == link["hx-get"]


def test_long_names_break_after_their_joints():
    assert ui.breakable("a.b__c/<d>") == "a.<wbr>b__<wbr>c/<wbr>&lt;d&gt;"


def test_count_cells_link_to_what_they_count():
    counts = StatusCounts((2, 1, 1, 1000, 0, 5, 0))
    cells = BeautifulSoup(ui.count_cells(Counts(counts, "/tests?lab=a&b"), "tests"), "html.parser").find_all(
        "td"
    )
    assert [cell.get_text() for cell in cells] == ["2", "2", "1,000"]
    assert [cell.a["href"] for cell in cells] == [
        "/tests?lab=a&b&status=fail",
        "/tests?lab=a&b&status=error&status=miss",
        "/tests?lab=a&b&status=pass",
    ]


def test_a_count_of_nothing_is_no_link():
    cells = BeautifulSoup(
        ui.count_cells(Counts(StatusCounts((0, 0, 0, 1, 0, 0, 0)), "/x"), "tests"), "html.parser"
    )
    assert [bool(cell.a) for cell in cells.find_all("td")] == [False, False, True]
    assert ui.count_cells(Counts(StatusCounts(), "/x"), "tests").count("<a") == 0


def test_measurements():
    assert ui.measured(912.5, "MB/s") == "912.5 MB/s"
    assert ui.measured(1234567.0, "") == "1.23457e+06"
