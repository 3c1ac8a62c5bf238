"""The history grid: which series, which revisions, and what a cell says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from results.models import Pruning, Series, SeriesVerdict
from results.queries.grid import grid
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

F, P, E, S = Status.FAIL, Status.PASS, Status.ERROR, Status.SKIP
HISTORY = {
    "boot": (P, P, F, None),
    "ltp.always": (F, F, F, F),
    "ltp.never": (P, P, P, P),
    "ltp.once": (P, F, P, P),
    "net.broken": (E, S, P, None),
}
"""Path -> how it ended, newest revision first."""


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def tree():
    """A tree with four revisions, 1111… the newest."""
    made = create_tree()
    for place in range(4):
        started = NOW - timedelta(days=place)
        revision = create_revision(f"{place + 1}" * 40, tree=made, started=started)
        build = create_build(checkout=create_checkout(revision=revision, start_time=started))
        for path, statuses in HISTORY.items():
            if statuses[place] is not None:
                create_test(build=build, path=path, status=statuses[place])
    count()
    return made


def newest():
    return named_revisions("latest", TreeName("mainline"))[0]


def paths(found):
    return [row.path for row in found.rows]


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ("failing", ["ltp.always", "ltp.once", "boot"]),
        ("changed", ["ltp.once", "boot"]),
        ("all", sorted(HISTORY)),
    ],
)
def test_rows_are_chosen_by_what_happened(tree, rows, shown):
    assert paths(grid(newest(), selection=EVERYTHING, rows=rows)) == shown


def test_rows_can_be_in_the_order_of_names(tree):
    assert paths(grid(newest(), selection=EVERYTHING, sort="name")) == ["boot", "ltp.always", "ltp.once"]


def test_cells_tell_how_each_series_ended(tree):
    found = grid(newest(), selection=EVERYTHING, rows="all")
    assert [column.revision.commit[0] for column in found.columns] == ["1", "2", "3", "4"]
    said = {row.path: tuple(cell and cell.status for cell in row.cells) for row in found.rows}
    assert said == HISTORY
    assert all(bool(cell.run) == (cell.status is not P) for row in found.rows for cell in row.cells if cell)


def test_what_failed_outside_of_the_columns_does_not_count(tree):
    found = grid(newest(), selection=EVERYTHING, width=1)
    assert paths(found) == ["ltp.always"]
    assert found.older.commit[0] == "2"
    assert found.total == 1


@pytest.mark.parametrize("rows", ["failing", "all"])
def test_a_grid_can_be_restricted(tree, rows):
    def chosen(**terms):
        return paths(grid(newest(), selection=Selection.parse(terms), rows=rows))

    assert set(chosen(kind=["boot"])) == {"boot"}
    assert set(chosen(suite=["ltp"], path=["!ltp.always"])) >= {"ltp.once"}
    assert "ltp.always" not in chosen(suite=["ltp"], path=["!ltp.always"])
    assert chosen(arch=["arm64"], config=["defconfig"], compiler=["gcc-14"], lab=["lab-one"])
    assert chosen(arch=["x86_64"]) == []


def test_a_run_that_failed_outweighs_its_retry(tree):
    build = create_build(checkout=create_checkout(revision=create_revision("9" * 40, started=NOW)))
    for status in (E, P):
        create_test(build=build, path="ltp.retried", status=status)
    for status in (P, F):
        create_test(build=build, path="ltp.unsure", status=status)
    count()
    found = grid(named_revisions("9999", TreeName())[0], selection=EVERYTHING, rows="all", width=1)
    assert {row.path: row.cells[0].status for row in found.rows} == {"ltp.retried": P, "ltp.unsure": F}


@pytest.mark.parametrize("rows", ["failing", "changed", "all"])
def test_pages_are_full_and_keep_the_series_of_a_path_together(tree, rows):
    build = create_build(checkout=create_checkout(revision=create_revision("9" * 40, started=NOW)))
    for path, platforms in (("a.one", 1), ("a.two", 2), ("b.many", 5)):
        for number in range(platforms):
            for status in (F, P):
                create_test(build=build, path=path, platform=f"board-{number}", status=status)
    count()
    pages, after = [], None
    while True:
        found = grid(
            named_revisions("9999", TreeName())[0],
            selection=EVERYTHING, rows=rows, width=1, limit=2, after=after,
        )  # fmt: skip
        pages.append([(row.path, row.platform) for row in found.rows])
        if (after := found.rows.after) is None:
            break
    assert [len(page) for page in pages] == [2, 2, 2, 2]
    paths = [path for page in pages for path, _ in page]
    assert len([path for path, before in zip(paths, ["", *paths], strict=False) if path != before]) == 3
    assert len({row for page in pages for row in page}) == 8


def test_no_page_has_more_cells_than_a_browser_bears(tree):
    with pytest.raises(ValueError, match="6000"):
        grid(newest(), selection=EVERYTHING, width=120, limit=51)


def test_only_what_did_not_pass_is_a_link(tree, client):
    page = soup(client.get("/grid?tree=mainline&branch=master&rows=all"))
    rows = {row.th.get_text(" ", strip=True).split()[0]: row for row in page.select("tbody tr")}
    marks = [cell.get_text() for cell in rows["net.broken"].select("td")[:4]]
    assert marks == ["!", "-", "·", "\N{NO-BREAK SPACE}"]
    links = [link["href"] for link in rows["net.broken"].select("td a")]
    assert len(links) == 2
    for link in links:
        assert client.get(link).status_code == 200


def test_cells_show_where_a_regression_began_and_what_is_flaky(tree, client):
    series = {s.path.name: s for s in Series.objects.filter(tree=tree).select_related("path")}
    common = {"tree": tree, "score": 0, "low": 0, "high": 0, "tries": 4, "failures": 1, "per_day": 0}
    words = SeriesVerdict.Verdict
    began = tree.revisions.get(commit="3" * 40)
    SeriesVerdict.objects.create(series=series["ltp.always"], verdict=words.REGRESSION, since=began, **common)
    SeriesVerdict.objects.create(series=series["ltp.once"], verdict=words.FLAKY, **common)
    page = soup(client.get("/grid?tree=mainline&branch=master"))
    marks = ["".join(cell.get_text() for cell in row.select("td")[:4]) for row in page.select("tbody tr")]
    assert marks == ["FFRF", "·~··", "··F\N{NO-BREAK SPACE}"]


def test_a_bad_column_is_said_in_words(client):
    tree = create_tree()
    for place in range(5):
        revision = create_revision(f"{place + 1}" * 40, tree=tree, started=NOW - timedelta(days=place))
        build = create_build(checkout=create_checkout(revision=revision))
        for number in range(4):
            create_test(build=build, path=f"ltp.test{number}", status=F if place == 1 else P)
    count()
    page = soup(client.get("/grid?tree=mainline&branch=master"))
    assert "Bad columns: 222222222222: 100 % of these rows fail." in " ".join(page.get_text().split())


def test_older_revisions_are_a_link_away(tree, client):
    many = soup(client.get("/grid?tree=mainline&branch=master"))
    assert len(many.select("thead th")) == 6
    assert not many.select("#older")
    for place in range(20):
        create_checkout(revision=create_revision(tree=tree, started=NOW + timedelta(days=place + 1)))
    page = soup(client.get("/grid?tree=mainline&branch=master&n=20&rows=all"))
    older = soup(client.get(page.select_one("#older")["href"]))
    assert len(older.select("thead th")) == 6
    assert older.select_one("#newest")


def test_a_page_asks_few_questions(tree, client):
    client.get("/grid?tree=mainline")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/grid?tree=mainline").status_code == 200
    assert len(queries) <= 6


def test_what_was_pruned_is_no_gap_without_a_word(tree, client):
    assert not soup(client.get("/grid?tree=mainline")).select("main .note")
    Pruning.objects.create(before=NOW - timedelta(days=2), builds=1)
    (note,) = soup(client.get("/grid?tree=mainline")).select("main .note")
    assert "before 2026-11-22" in note.get_text()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("tree=nope", "tree: no revision latest is known of nope"),
        ("tree=mainline&to=ffff", "to: no revision ffff is known of mainline"),
        ("tree=mainline&rows=some", "rows is one of: failing, changed, all"),
        ("tree=mainline&n=1000", "n is one of: 20, 40, 60, 120"),
        ("tree=mainline&after=x", "not one of the pages"),
        ("tree=mainline&status=fail", "There is no parameter status here"),
    ],
)
def test_what_makes_no_sense_is_named(tree, client, query, reason):
    answer = client.get(f"/grid?{query}")
    assert answer.status_code == 400
    assert reason in " ".join(soup(answer).select_one("#main").get_text(" ").split())


def test_without_a_tree_the_page_offers_those_there_are(tree, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    (link,) = soup(client.get("/grid")).select(".choices a")
    assert soup(client.get(link["href"])).select(".grid")
    assert soup(client.get("/tree/mainline/master")).select_one('a[href^="/grid?tree=mainline"]')
