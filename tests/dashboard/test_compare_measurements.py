"""What two revisions measured, side by side."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from results.judging import judge_tree
from results.models import MetricChange
from results.queries.compared_measurements import compared_measurements
from results.queries.revision_names import TreeName, named_revisions
from results.selection import EVERYTHING, Selection
from results.status import Status
from tests.factories import (
    NOW,
    count,
    create_build,
    create_checkout,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db

LENGTH = 30
VALUES = {
    "net.steps": [100 + number % 3 if number < 20 else 160 + number % 3 for number in range(LENGTH)],
    "net.still": [50 + number % 5 for number in range(LENGTH)],
    "net.lone": [None] * (LENGTH - 2) + [7, 9],
}


def commit(number):
    return f"{number:04x}".ljust(40, "0")


@pytest.fixture
def measured():
    tree = create_tree()
    for number in range(LENGTH):
        at = NOW - timedelta(hours=12 * (LENGTH - number))
        revision = create_revision(commit(number), tree=tree, started=at)
        build = create_build(checkout=create_checkout(revision=revision, start_time=at), start_time=at)
        for path, values in VALUES.items():
            if values[number] is not None:
                create_test(build=build, path=path, value=values[number], unit="ms", start_time=at)
        create_test(build=build, path="net.failed", value=1.0, status=Status.FAIL, start_time=at)
    count()
    judge_tree(tree.id)


def between(a, b, **options):
    sides = (named_revisions(commit(number), TreeName())[0] for number in (a, b))
    return compared_measurements(*sides, **{"selection": EVERYTHING, **options})


def test_a_change_that_the_analysis_found_comes_first(measured):
    found = between(19, 25)
    assert (found.total, found.changed) == (2, 1)
    step, still = found.rows
    assert (step.path, step.before, step.after) == ("net.steps", 101, 161)
    assert step.direction is MetricChange.Direction.REGRESSION
    assert step.confidence > 0.99
    assert step.share == pytest.approx(60 / 101)
    assert (still.path, still.confidence, still.direction) == ("net.still", None, None)
    assert still.spread == pytest.approx(1.4826)


def test_a_change_outside_of_the_range_is_not_theirs(measured):
    assert between(21, 29).changed == 0
    assert between(3, 15).changed == 0


def test_few_values_say_nothing_about_scatter(measured):
    (lone,) = (row for row in between(28, 29).rows if row.path == "net.lone")
    assert (lone.before, lone.after, lone.spread) == (7, 9, None)


def test_only_what_passed_on_both_sides_is_measured(measured):
    assert {row.path for row in between(19, 25).rows} == {"net.steps", "net.still"}
    assert between(19, 25, selection=Selection.parse({"path": ["net.still"]})).total == 1


def test_the_numbers_lead_to_their_rows(measured, client):
    url = f"/compare?a={commit(19)[:8]}&b={commit(25)[:8]}"
    page = BeautifulSoup(client.get(url).content, "html.parser")
    everything, changed = page.select("#measurements ~ .meta a")
    for link, number in ((everything, 2), (changed, 1)):
        assert link.get_text().split()[0] == str(number)
        behind = BeautifulSoup(client.get(link["href"].partition("#")[0]).content, "html.parser")
        assert len(behind.select("[data-measured] > tr")) == number
    said = page.select_one("[data-measured] > tr").get_text(" ", strip=True)
    assert "+59.4 %" in said
    assert "worse, > 99 %" in said
