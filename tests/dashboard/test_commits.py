"""What pages and the API say of commits that git knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command

from results.models import Event
from results.status import Status
from tests.factories import count, create_build, create_checkout, create_revision, create_test, create_tree
from tests.results.git.clones import T0, Clone

pytestmark = pytest.mark.django_db


@pytest.fixture
def clone(tmp_path):
    made = Clone(tmp_path / "linux.git")
    yield made
    made.close()


@pytest.fixture
def broken(clone):
    """A tree in which every second of 40 commits was tested, and one test fails since the 25th."""
    names = [f"c{number}" for number in range(40)]
    clone.chain(*names, author="Ann <Author> <ann@example.org>")
    clone.tag("v1", "c0")
    clone.branch("master", "c39")
    for number in range(0, 40, 2):
        at = T0 + timedelta(days=number)
        checkout = create_checkout(
            revision=create_revision(clone.hash[f"c{number}"], started=at), start_time=at
        )
        build = create_build(checkout=checkout, start_time=at)
        for lab in ("lab-one", "lab-two"):
            for platform in ("rpi-4", "imx8"):
                status = Status.FAIL if number >= 25 else Status.PASS
                create_test(
                    build=build, lab=lab, platform=platform, path="ltp.x", status=status, start_time=at
                )
    count()
    call_command("import_git", str(clone.path))
    call_command("judge")
    return clone


def soup(response, status=200):
    assert response.status_code == status
    return BeautifulSoup(response.content, "lxml")


def text(response, status=200):
    return " ".join(soup(response, status).get_text(" ").split())


def test_an_event_counts_and_lists_the_commits(broken, client):
    event = Event.objects.get()
    page = soup(client.get(f"/r/{event.id}"))
    words = " ".join(page.get_text(" ").split())
    old, new = (broken.hash[name][:12] for name in ("c24", "c26"))
    assert f"Commits 2 commits · git log --oneline {old}..{new}" in words
    rows = page.select("#commits tbody tr")
    assert [row.th.get_text() for row in rows] == ["subject of c26", "subject of c25"]
    assert "(2 commits), on 2 devices" in " ".join(client.get(f"/r/{event.id}.txt").text.split())
    assert "2 commits" in text(client.get("/regressions"))


def test_the_api_counts_and_lists_the_commits(broken, client):
    event = Event.objects.get()
    (item,) = client.get("/api/v1/regressions").json()["items"]
    assert item["between"] == {"commits": 2, "is_exact": True}
    listed = client.get(f"/api/v1/regressions/{event.id}/commits").json()["items"]
    assert [row["hash"] for row in listed] == [broken.hash["c26"], broken.hash["c25"]]
    params = {"a": broken.hash["c0"], "b": broken.hash["c10"]}
    assert len(client.get("/api/v1/compare/commits", params).json()["items"]) == 10


def test_comparisons_count_and_list_the_commits(broken, client):
    page = client.get("/compare", {"a": "v1", "b": broken.hash["c6"], "tree": "mainline"})
    assert "6 commits" in text(page)
    assert "subject of c5" in text(page)


def test_a_revision_tells_subject_and_author(broken, client):
    response = client.get(f"/c/mainline/master/{broken.hash['c2']}")
    assert "subject of c2" in text(response)
    assert "by Ann" in text(response)


@pytest.mark.parametrize("name", ["hash", "beginning", "describe"])
def test_what_was_not_tested_leads_to_what_was(broken, client, name):
    hash_ = broken.hash["c3"]
    asked = {"hash": hash_, "beginning": hash_[:9], "describe": f"v1-3-g{hash_[:8]}"}[name]
    page = soup(client.get(f"/c/{asked}"))
    assert "Nobody tested this commit." in page.get_text()
    links = [link["href"] for link in page.select("main table a")]
    assert links[:2] == [f"/c/mainline/master/{broken.hash[name]}" for name in ("c2", "c4")]
    assert links[2].startswith("/compare?a=")
    (near,) = client.get(f"/c/{asked}?format=json").json()["nearest"]
    assert (near["before"]["commit"], near["after"]["commit"]) == (broken.hash["c2"], broken.hash["c4"])


def test_what_was_not_tested_in_a_tree(broken, client):
    assert "Nobody tested this commit." in text(client.get(f"/c/mainline/master/{broken.hash['c3']}"))
    assert "No tree has" in text(client.get("/c/" + "9" * 40), 404)
    assert "has no revision" in text(client.get("/c/mainline/master/" + "9" * 40), 404)


def test_names_are_understood_by_addresses_and_the_search(broken, client):
    tested = f"/c/mainline/master/{broken.hash['c0']}"
    assert client.get("/c/v1")["Location"] == tested
    assert client.get("/search", {"q": "v1"})["Location"] == tested
    untested = broken.hash["c3"]
    assert client.get("/search", {"q": untested[:12]})["Location"] == f"/c/{untested}"
    refused = text(client.get("/compare", {"a": untested, "b": broken.hash["c4"]}), 400)
    assert "was not tested; the nearest tested ones in mainline/master are v1-2-g" in refused


def test_without_git_nothing_is_said_of_commits(client):
    a, b = (create_checkout(revision=create_revision(), start_time=T0) for _ in range(2))
    count()
    page = client.get("/compare", {"a": a.revision.commit, "b": b.revision.commit})
    assert "git log" not in text(page)
    assert create_tree()
