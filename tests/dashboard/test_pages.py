"""Every kind of page on the demo data: it answers, it is whole, its numbers are those behind its links."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from random import Random
from urllib.parse import urlsplit

import pytest
from django.urls import get_resolver, resolve

from tests.crawl import crawl, kind, soup

COUNTS_OF_A_PAGE = 8
NO_PAGES = {"healthz", "readyz", "metrics", "status_json", "logout", "opensearch", "robots"} | {
    "test_log_raw",
    "build_log_raw",
    "tree_without_branch",
    "revision_without_branch",
    "chart_numbers",
    "tree_badge",
    "tree_badge_without_branch",
    "device_badge",
    "product_badge",
}
"""Addresses that answer machines or forms, and second patterns of pages that have another one."""

VARYING = re.compile(r"<time.*?</time>|\(\w+ ago\)|<input[^>]*csrfmiddlewaretoken[^>]*>")
"""What two answers to one question may differ in: ages, and the token of a form that writes."""

BY_HTMX = {"HX-Request": "true", "HX-Request-Type": "full", "HX-Target": "main#main"}


@pytest.fixture(scope="module")
def visited(demo, django_db_blocker):
    """Two pages of each kind: address -> page."""
    with django_db_blocker.unblock():
        return crawl(2)


def numbers(page):
    """Return (number, address) of the counts of a page that lead somewhere."""
    cells = page.select("td.n a[href], .facet a[href]:not(.also, [aria-current])")
    return [
        (int(re.sub(r"\D", "", (cell.select_one(".n") or cell).get_text())), cell["href"]) for cell in cells
    ]


def total(page):
    """Return how many rows a listing says it has."""
    said = page.select_one(".pager span").get_text()
    return int(
        re.search(r"([\d,]+) (?:\w+)(?: on this page)?\s*$", said.split(" of ")[-1])[1].replace(",", "")
    )


def test_every_page_is_within_reach(visited):
    pages = {pattern.name for pattern in get_resolver().url_patterns if getattr(pattern, "name", None)}
    unseen = pages - {resolve(urlsplit(url).path).url_name for url in visited}
    assert {name for name in unseen if not name.endswith("_twin")} <= NO_PAGES


def test_pages_are_whole(visited):
    titles = defaultdict(set)
    for url, page in visited.items():
        assert page.html["lang"] == "en", url
        assert page.title.get_text().endswith(" · treewatch"), url
        assert page.select_one("meta[name=description]")["content"], url
        assert len(page.select("h1")) == len(page.select("main")) == 1, url
        ids = Counter(element["id"] for element in page.select("[id]"))
        assert not [name for name, times in ids.items() if times > 1], url
        titles[page.title.get_text()].add(urlsplit(url).path)
    assert {title: paths for title, paths in titles.items() if len(paths) > 1} == {}


def test_pages_obey_their_own_policy(visited):
    for url, page in visited.items():
        assert not page.select("[style], style, script:not([src]), [onclick], [hx-on]"), url


def test_what_htmx_follows_has_an_address_of_its_own(visited):
    for url, page in visited.items():
        for element in page.select("[hx-get]"):
            assert element["hx-get"] == (element.get("href") or element.get("action")), url
            assert {"hx-target", "hx-select", "hx-swap", "hx-push-url"} <= set(element.attrs), url


def test_htmx_gets_what_everybody_gets(visited, client):
    for url in visited:
        plain, again = (
            str(soup(client.get(url, headers=headers)).select_one("#main")) for headers in ({}, BY_HTMX)
        )
        assert VARYING.sub("", plain) == VARYING.sub("", again), url


def test_every_number_is_that_of_the_rows_behind_it(visited, client):
    random, checked = Random(1), Counter()
    for url, page in visited.items():
        counts = numbers(page)
        for number, target in random.sample(counts, min(COUNTS_OF_A_PAGE, len(counts))):
            if kind(target) in ("submission", "issue"):
                continue
            answer = client.get(target)
            assert answer.status_code == 200, f"{url} → {target}"
            behind = soup(answer)
            assert total(behind) == number, f"{url} → {target}"
            rows = len(behind.select("[data-rows] > tr"))
            assert rows == min(number, 100), f"{url} → {target}"
            checked[kind(url)] += 1
    assert {
        "home",
        "trees",
        "tree",
        "revision tab=builds",
        "build",
        "device",
        "devices",
        "lab",
        "labs",
    } <= set(checked)


def test_every_failing_row_can_be_jumped_to(visited):
    for url, page in visited.items():
        for row in page.select("[data-rows] > tr.is-bad"):
            assert row.select("a[href]"), url
