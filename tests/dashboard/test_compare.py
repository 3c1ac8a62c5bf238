"""Two revisions side by side: what changed, what only did not run, and which ones are meant."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from results.models import Build, Test
from results.queries.changes import Change
from results.queries.comparison import compare
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

CASES = {
    "regression": (Status.PASS, Status.FAIL),
    "fixed": (Status.FAIL, Status.PASS),
    "newfail": (None, Status.FAIL),
    "newfail.after_error": (Status.ERROR, Status.FAIL),
    "still": (Status.FAIL, Status.FAIL),
    "newpass": (Status.SKIP, Status.PASS),
    "appeared": (None, Status.PASS),
    "appeared.missing": (None, Status.MISS),
    "disappeared": (Status.FAIL, None),
    "unclear": (Status.PASS, Status.MISS),
    "unclear.broken": (Status.FAIL, Status.ERROR),
    "same": (Status.PASS, Status.PASS),
    "same.broken": (Status.ERROR, Status.MISS),
}
"""Path -> how it ended in a and in b; the path begins with the name of the change."""


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def create_side(tree, commit, started, statuses, *, build_status=Status.PASS, **build):
    """Make a revision with one build, and one run of each path."""
    revision = create_revision(commit, tree=tree, started=started)
    made = create_build(
        checkout=create_checkout(revision=revision, start_time=started), status=build_status, **build
    )
    for path, status in statuses.items():
        if status is not None:
            create_test(build=made, path=path, status=status)
    return revision


@pytest.fixture
def two():
    """Revisions aaaa… and bbbb… of mainline/master with every kind of change."""
    tree = create_tree()
    create_side(tree, "a" * 40, NOW - timedelta(days=1), {path: case[0] for path, case in CASES.items()})
    create_side(
        tree, "b" * 40, NOW, {path: case[1] for path, case in CASES.items()}, build_status=Status.FAIL
    )
    count()


def sides(a="aaaa", b="bbbb"):
    return named_revisions(a, TreeName())[0], named_revisions(b, TreeName())[0]


def test_each_change_has_its_name(two):
    found = compare(*sides(), selection=EVERYTHING)
    said = {row.path: row.change.label for row in found.rows if row.kind == "test"}
    assert said == {path: path.split(".")[0] for path in CASES if not path.startswith("same")}
    assert found.counts["build", Change.REGRESSION] == 1
    assert found.same == {"test": 2}


def test_a_failure_outweighs_a_pass_and_a_pass_what_broke(two):
    tree = create_tree("next")
    for day, statuses in ((2, (Status.PASS, Status.ERROR)), (1, (Status.PASS, Status.FAIL))):
        revision = create_revision(f"{day:x}" * 40, tree=tree, started=NOW - timedelta(days=day))
        build = create_build(checkout=create_checkout(revision=revision))
        for status in statuses:
            create_test(build=build, path="ltp.retried", status=status)
    count()
    (row,) = (r for r in compare(*sides("2222", "1111"), selection=EVERYTHING).rows if r.kind == "test")
    assert (row.change, row.before, row.after) == (Change.REGRESSION, Status.PASS, Status.FAIL)


def test_two_trees_are_compared_by_what_is_alike(two):
    create_side(create_tree("next"), "c" * 40, NOW, {"regression": Status.FAIL, "still": Status.PASS})
    count()
    found = compare(*sides("aaaa", "cccc"), selection=EVERYTHING)
    changes = {row.path: row.change for row in found.rows if row.kind == "test"}
    assert changes["regression"] is Change.REGRESSION
    assert changes["still"] is Change.FIXED
    assert changes["disappeared"] is Change.DISAPPEARED
    assert all(row.before_id and row.after_id for row in found.rows if row.change is Change.REGRESSION)


def test_a_comparison_can_be_restricted(two):
    found = compare(*sides(), selection=Selection.parse({"path": ["fixed", "regression"]}))
    assert dict(found.counts) == {("test", Change.FIXED): 1, ("test", Change.REGRESSION): 1}
    assert not compare(*sides(), selection=Selection.parse({"lab": ["other"]})).counts


def test_pages_follow_each_other(two):
    paths, after = [], None
    while True:
        page = compare(*sides(), selection=EVERYTHING, after=after, limit=3).rows
        paths += [(row.kind, row.path) for row in page]
        if (after := page.after) is None:
            break
    assert paths == [(r.kind, r.path) for r in compare(*sides(), selection=EVERYTHING).rows]


def test_every_number_is_that_of_the_rows_behind_it(two, client):
    page = soup(client.get("/compare?a=aaaa&b=bbbb"))
    links = page.select(".matrix td a")
    assert len(links) == 9
    for link in [*links, *page.select(".tabs a")]:
        behind = soup(client.get(link["href"]))
        rows = len(behind.select("tbody[data-rows] > tr"))
        assert rows == int(re.search(r"\d+$", link.get_text().strip())[0])
        assert f"{rows} rows" in behind.select_one(".pager").get_text() or rows == 0


def test_what_was_pruned_is_not_passed_over(two, client):
    assert not soup(client.get("/compare?a=aaaa&b=bbbb")).select("main .note")
    gone = Build.objects.filter(revision__commit="a" * 40)
    Test.objects.filter(build__in=gone).delete()
    gone.update(pruned_at=NOW)
    (note,) = soup(client.get("/compare?a=aaaa&b=bbbb")).select("main .note")
    assert note.get_text().startswith("Tests of 1 build of a were deleted")


def test_a_page_asks_few_questions(two, client):
    client.get("/compare?a=aaaa&b=bbbb")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/compare?a=aaaa&b=bbbb").status_code == 200
    assert len(queries) <= 8


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("a=latest~1&b=latest&tree=mainline", "aaaaaaaaaaaa → bbbbbbbbbbbb"),
        ("tree=mainline&branch=master", "aaaaaaaaaaaa → bbbbbbbbbbbb"),
        ("a=mainline/master@latest&b=mainline@latest~1", "bbbbbbbbbbbb → aaaaaaaaaaaa"),
        (f"a={'a' * 40}&b=v9.1", "aaaaaaaaaaaa → v9.1"),
    ],
)
def test_revisions_have_several_names(two, client, query, title):
    tag = create_revision("e" * 40, describe="v9.1", started=NOW - timedelta(days=9))
    create_checkout(revision=tag)
    assert title in soup(client.get(f"/compare?{query}")).h1.get_text().replace("\n", "")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("a=aaaa&b=ffff", "b: no revision ffff is known"),
        ("a=latest&b=bbbb", "a: latest needs a tree"),
        ("a=aaaa&b=latest~7&tree=mainline", "b: no revision latest~7 is known of mainline"),
        ("a=aaaa", "b: the other revision is not named"),
        ("a=aaaa&b=bbbb&change=worse", "change is one of"),
        ("a=aaaa&b=bbbb&after=x", "not one of the pages"),
    ],
)
def test_what_is_not_a_revision_is_named(two, client, query, reason):
    answer = client.get(f"/compare?{query}")
    assert answer.status_code == 400
    assert reason in " ".join(soup(answer).select_one("#main").get_text(" ").split())


def test_a_commit_of_several_trees_needs_its_tree(two, client):
    other = create_tree("next")
    create_side(other, "a" * 40, NOW, {})
    create_side(other, "c" * 40, NOW, {})
    create_side(create_tree(), "c" * 40, NOW, {})
    answer = client.get("/compare?a=aaaa&b=cccc")
    assert answer.status_code == 400
    assert "next/master" in soup(answer).select_one("#main").get_text()
    assert client.get("/compare?a=aaaa&b=bbbb").status_code == 200
    assert client.get("/compare?a=next/master@aaaa&b=cccc").status_code == 200


def test_a_revision_and_a_tree_link_to_the_comparison_with_the_one_before(two, client):
    for url in (f"/c/mainline/master/{'b' * 40}", "/tree/mainline/master"):
        links = [link["href"] for link in soup(client.get(url)).select('a[href^="/compare?"]')]
        assert any("a=aaaaaaaaaaaa&b=bbbbbbbbbbbb&tree=mainline&branch=master" in link for link in links)
        assert {client.get(link).status_code for link in links} == {200}


def test_without_names_the_page_offers_trees(two, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    (link,) = soup(client.get("/compare")).select(".choices a")
    assert "aaaaaaaaaaaa → bbbbbbbbbbbb" in soup(client.get(link["href"])).h1.get_text()
