"""One box: what a text means, and what else has it in its name."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from results.errors import QueryTimeout
from results.models import Event
from tests.factories import (
    count,
    create_build,
    create_checkout,
    create_issue,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture(autouse=True)
def things():
    """Two revisions of mainline with a build, tests and an issue, and one of another tree."""
    create_checkout(revision=create_revision("ab" * 20), git_commit_name="v9.1-rc2")
    checkout = create_checkout(revision=create_revision("cd" * 20, tree=create_tree()))
    create_checkout(revision=create_revision("cd" * 20, tree=create_tree("next")))
    build = create_build("maestro:b1", checkout=checkout, config="cros://x_100%y")
    create_test(
        "maestro:t:1", build=build, path="ltp.syscalls.futex_wait05",
        platform="rk3399-gru-kevin", compatibles=["google,kevin", "rockchip,rk3399"],
    )  # fmt: skip
    for number in range(12):
        create_test(build=build, path=f"kselftest.net.tcp{number}")
    create_issue("maestro:i1", comment="Oops in futex_wake")
    count()


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("abababab", f"/c/mainline/master/{'ab' * 20}"),
        (" v9.1-rc2 ", f"/c/mainline/master/{'ab' * 20}"),
        ("maestro:b1", "/b/maestro:b1"),
        ("maestro:t:1", "/t/maestro:t:1"),
        ("maestro:i1", "/i/maestro:i1"),
        ("abab..mainline/master@cdcd", "/compare?a=abab&b=mainline/master@cdcd"),
        ("abab...cdcd", "/compare?a=abab&b=cdcd"),
        ("lab:lab-one status:!pass futex wait", "/tests?lab=lab-one&status=!pass&q=futex+wait"),
        ("device:rk3399-gru-kevin test:boot*", "/tests?platform=rk3399-gru-kevin&path=boot*"),
        ("RK3399-gru-kevin", "/device/rk3399-gru-kevin"),
        ("lab-one", "/lab/lab-one"),
        ("ltp.syscalls.futex_wait05", "/tests?path=ltp.syscalls.futex_wait05"),
        ("cros://x_100%y", "/builds?config=cros://x_100%25y"),
    ],
)
def test_what_can_be_only_one_thing_is_shown_at_once(client, text, url):
    answer = client.get("/search", {"q": text})
    assert (answer.status_code, answer["Location"]) == (302, url)
    assert client.get(url).status_code == 200


def test_what_may_be_several_things_is_listed_by_kind(client):
    page = soup(client.get("/search?q=futex"))
    assert [head.get_text() for head in page.select("h2")] == ["Tests", "Issues"]
    links = [link["href"] for link in page.select(".hits a")]
    assert links == ["/tests?path=ltp.syscalls.futex_wait05", "/i/maestro:i1"]
    assert "Oops in futex_wake" in page.select_one(".hits:last-of-type").get_text()


def test_a_commit_of_several_trees_is_listed(client):
    page = soup(client.get("/search?q=cdcdcdcd"))
    rows = [row.th.get_text() for row in page.select("[data-rows] > tr")]
    assert sorted(rows) == ["mainline/master", "next/master"]


def test_a_device_is_found_by_a_compatible(client):
    (link,) = soup(client.get("/search?q=rockchip")).select(".hits li")
    assert link.a["href"] == "/device/rk3399-gru-kevin"
    assert "rockchip,rk3399" in link.get_text()


def test_ten_of_a_kind_are_shown_with_a_link_to_all(client):
    page = soup(client.get("/search?q=selftest.net.tcp"))
    assert len(page.select(".hits li")) == 10
    assert "more than 10 tests" in page.select_one(".verdict").get_text()
    everything = soup(client.get(page.select_one("h2 a")["href"]))
    assert len(everything.select("[data-rows] > tr")) == 12


@pytest.mark.parametrize(
    "text", ["%", "_______", "\\", "'; --", "<b>x</b>", "a" * 1024, "..", "a..", ":", "x:y"]
)
def test_nothing_in_a_text_has_a_meaning_it_should_not(client, text):
    answer = client.get("/search", {"q": text})
    assert answer.status_code == 200
    assert soup(answer).select_one("#main h1").get_text(strip=True) == f"Search for {text}"


def test_two_names_that_are_no_revisions_are_explained(client):
    page = soup(client.get("/search?q=abab..ffff"))
    assert "b: no revision ffff is known" in page.select_one(".note").get_text()


def test_a_search_that_takes_too_long_says_so(client, monkeypatch):
    def late(text):
        raise QueryTimeout

    monkeypatch.setattr("dashboard.views.search.search", late)
    page = soup(client.get("/search?q=futex"))
    assert "took too long" in page.select_one(".note").get_text()


def test_a_search_asks_few_questions(client):
    client.get("/search?q=futex")
    with CaptureQueriesContext(connection) as queries:
        client.get("/search?q=futex")
    assert len(queries) <= 3


def test_every_page_has_the_box_and_browsers_learn_of_it(client):
    page = soup(client.get("/search"))
    assert page.select_one("header form[action='/search'] input[name=q]")
    described = ElementTree.fromstring(client.get(page.select_one("link[rel=search]")["href"]).content)
    (url,) = (element for element in described if element.tag.endswith("Url"))
    assert url.get("template") == "http://testserver/search?q={searchTerms}"


def test_the_page_where_a_search_led_says_so_and_offers_the_rest(client):
    answer = client.get("/search", {"q": "lab-one"}, follow=True)
    assert answer.redirect_chain == [("/lab/lab-one", 302)]
    note = soup(answer).select_one(".searched")
    assert "You searched for “lab-one”." in note.get_text()
    found = client.get(note.a["href"])
    assert found.status_code == 200
    assert "lab-one" in [link.get_text() for link in soup(found).select(".hits a")]


def test_regressions_are_found_by_what_their_log_says(client):
    tree = create_tree()
    revision = tree.revisions.first()
    event = Event.objects.create(
        tree=tree, kind=Event.Kind.REGRESSION, subject=Event.Subject.TEST, state=Event.State.CONFIRMED,
        title="ltp.futex", signature="TFAIL: expected ETIMEDOUT", first_bad=revision, high=revision,
        commits=1, rate=1.0, confidence=0.9, n_series=1, n_platforms=1, n_labs=1, impact=1,
        began=revision.started, opened=revision.started, changed=revision.started,
    )  # fmt: skip
    (link,) = soup(client.get("/search", {"q": "etimedout"})).select(".hits a")
    assert link["href"] == f"/r/{event.id}"
    assert link.get_text() == "ltp.futex: TFAIL: expected ETIMEDOUT (mainline/master)"
