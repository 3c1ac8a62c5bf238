"""Every page in other formats: the same rows, the same filters, found by links, headers and suffixes."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client

from dashboard import paths
from results.status import Status
from tests.crawl import crawl, soup
from tests.factories import count, create_test

ATOM = "{http://www.w3.org/2005/Atom}"
NO_TWINS = re.compile(r"/(_|accounts|account|prefs|api|follows|feed|saved|badge|products/new|p/[^/]+/edit)\b")


@pytest.fixture(scope="module")
def visited(demo, django_db_blocker):
    """A page of each kind: address -> page."""
    with django_db_blocker.unblock():
        return crawl(1)


@pytest.fixture
def pages(visited):
    """Pages that have twins."""
    return {url: page for url, page in visited.items() if page.select_one("link[rel=alternate]")}


def alternates(page):
    """Return the address of each twin of a page by its format."""
    return {link["title"]: link["href"] for link in page.select("link[rel=alternate]")}


def get(url, **headers):
    response = Client().get(url, headers=headers)
    assert response.status_code == 200, (url, response.content[:300])
    return response


def body(response):
    return b"".join(response) if response.streaming else response.content


def test_every_page_has_a_text(visited):
    missing = {
        urlsplit(url).path
        for url, page in visited.items()
        if "text" not in alternates(page) and not page.select_one(".error")
    }
    assert {path for path in missing if not NO_TWINS.match(path)} == set()


def test_every_twin_answers_in_its_format(pages):
    for url, page in pages.items():
        for name, twin in alternates(page).items():
            response = get(twin)
            kind = response["Content-Type"].split(";")[0]
            link = page.select_one(f"link[rel=alternate][title={name}]")
            assert kind == link["type"], (url, twin)
            content = body(response)
            if name == "json":
                json.loads(content)
            elif name == "csv":
                rows = list(csv.reader(io.StringIO(content.decode())))
                assert len({len(row) for row in rows}) == 1, twin
            elif name == "atom":
                assert ElementTree.fromstring(content).tag == f"{ATOM}feed"


def test_head_shell_and_header_name_the_same_twins(pages):
    for url, page in pages.items():
        shown = {link["href"] for link in page.select(".twins a[type]")}
        assert shown == set(alternates(page).values()), url
        header = get(url)["Link"]
        assert all(f'<{twin}>; rel="alternate"' in header for twin in shown if twin.isascii()), url


def test_text_is_plain(pages):
    for url, page in pages.items():
        if "/r/" in url:
            continue
        text = body(get(alternates(page)["text"])).decode()
        head = page.select_one("h1").get_text(" ", strip=True).split()[0]
        assert head[:20] in text, url
        assert not re.search(r"\b\d+[smhdwy] ago\b|</|Skip to results", text), url


def test_a_suffix_a_parameter_and_the_accept_header_ask_for_the_same(demo, db):
    answers = [
        get("/trees.json"),
        get("/trees?format=json"),
        get("/trees", accept="application/json"),
        get("/api/v1/trees"),
    ]
    assert len({answer.content for answer in answers}) == 1
    assert get("/trees", accept="text/plain").content == get("/trees.txt").content
    assert get("/trees", accept="*/*")["Content-Type"].startswith("text/html")
    assert get("/trees", accept="text/html,application/json;q=0.9")["Content-Type"].startswith("text/html")
    assert "Accept" in get("/trees")["Vary"]


def test_filters_and_cursors_hold_in_every_format(demo, db):
    shown = soup(get("/tests?status=fail"))
    ids = [row.th.a["href"] for row in shown.select("[data-rows] > tr")]
    page = get("/tests.json?status=fail").json()
    assert [f"/t/{row['id']}" for row in page["items"]] == ids
    following = soup(get(f"/tests?{urlsplit(page['next']).query.replace('format=json&', '')}"))
    assert following.select("[data-rows] > tr")
    rows = list(csv.DictReader(io.StringIO(body(get("/tests.csv?status=fail")).decode())))
    assert {row["status"] for row in rows} == {"fail"}


def test_the_tests_of_a_revision_are_those_of_its_tab(demo, db):
    tree = get("/trees.json").json()["items"][0]["newest"]
    path = f"/c/{tree['tree']['name']}/{tree['tree']['branch']}/{tree['commit']}"
    for tab, noun in (("tests", "tests"), ("boots", "boots"), ("builds", "builds")):
        found = get(f"{path}?tab={tab}&format=json").json()
        said = soup(get(f"{path}?tab={tab}")).select_one(".pager span").get_text()
        assert str(found["total"]) in said.replace(",", ""), (noun, said)


def test_mistakes_are_told_in_the_format_that_was_asked_for(client, db):
    response = client.get("/trees.txt?nonsense=1")
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")
    assert b"There is no parameter nonsense" in response.content
    assert client.get("/trees.json?nonsense=1")["Content-Type"] == "application/problem+json"
    assert b"html, text, json, csv, atom" in client.get("/trees?format=xml").content
    assert client.get("/trees?format=mbox").status_code == 400


def test_twins_of_odd_names_are_found(db):
    for name in ("maestro:what? #1 50%20", "maestro:a\nb", "maestro:ü<b>&amp;"):
        create_test(name, status=Status.FAIL)
    count()
    for row in get("/tests.json").json()["items"]:
        page = soup(get(paths.test_path(row["id"])))
        assert get(alternates(page)["json"]).json()["id"] == row["id"]
        assert soup(get(urlsplit(page.select_one("link[rel=canonical]")["href"]).path)).h1


def test_feeds_have_stable_names_and_follow_their_page(demo, db):
    feed = ElementTree.fromstring(get("/tests.atom?limit=5&status=fail").content)
    names = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(names) == len(set(names)) == 5
    assert all(name.startswith("tag:testserver,2026:/t/") for name in names)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["alternate"].endswith("/tests?status=fail")
    again = ElementTree.fromstring(get(links["self"]).content)
    assert again.findtext(f"{ATOM}id") == feed.findtext(f"{ATOM}id")
    following = ElementTree.fromstring(get(links["next"]).content)
    assert not {entry.findtext(f"{ATOM}id") for entry in following.iter(f"{ATOM}entry")} & set(names)


def test_no_two_entries_have_one_name(pages):
    for page in pages.values():
        if twin := alternates(page).get("atom"):
            feed = ElementTree.fromstring(body(get(twin)))
            names = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
            assert len(names) == len(set(names)), twin


def test_previews_say_what_the_page_says(pages):
    for url, page in pages.items():
        tags = {meta["property"]: meta["content"] for meta in page.select("meta[property]")}
        assert f"{tags['og:title']} · treewatch" == page.title.get_text(), url
        assert tags["og:description"] == page.select_one("meta[name=description]")["content"]
        canonical = page.select_one("link[rel=canonical]")["href"]
        assert tags["og:url"] == canonical
        assert "after=" not in canonical


def test_a_mail_can_be_begun_from_every_page(pages):
    for url, page in pages.items():
        link = page.select_one(".twins a[href^='mailto:?subject=']")
        assert link, url
        assert len(link["href"]) < 8000, url
