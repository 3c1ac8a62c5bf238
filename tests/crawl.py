"""Walking the site by its own links, as the tests of all pages do."""

from __future__ import annotations

import re
from collections import Counter, deque
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from django.test import Client
from django.urls import resolve

NOT_THERE = "/c/000000000000"
NO_PAGES = ("/static/", "/api/v1/", "/status.json", "/metrics")
START = ("/", "/builds", "/tests", "/rejections", "/search?q=ltp", NOT_THERE)


def soup(response):
    """Return the page of an answer."""
    return BeautifulSoup(response.content, "html.parser")


def kind(url):
    """Return the name of the page behind an address, with its tab."""
    parts = urlsplit(url)
    tab = re.search(r"\btab=\w+", parts.query)
    return " ".join([resolve(parts.path).url_name, *([tab[0]] if tab else [])])


def crawl(of_a_kind):
    """Return some pages of each kind that can be reached from the home page: address -> page.

    What is no page (a feed, a mail, JSON, a way to the form to sign in) has to answer and is left out.
    """
    client, kinds, visited, waiting = Client(), Counter(), {}, deque(START)
    while waiting:
        url = waiting.popleft()
        if url in visited or kinds[kind(url)] >= of_a_kind:
            continue
        kinds[kind(url)] += 1
        response = client.get(url)
        assert response.status_code in ((404,) if url == NOT_THERE else (200, 302)), url
        if response.status_code == 302 or not response["Content-Type"].startswith("text/html"):
            continue
        visited[url] = soup(response)
        links = (
            link["href"].split("#")[0]
            for link in visited[url].select("a[href]")
            if not link.find_parent(class_="twins")
        )
        waiting.extend(link for link in links if link.startswith("/") and not link.startswith(NO_PAGES))
    return visited
