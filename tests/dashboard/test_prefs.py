from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import RequestFactory

from dashboard.prefs import Prefs, read_prefs

pytestmark = pytest.mark.django_db


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


@pytest.mark.parametrize(
    ("cookie", "prefs"),
    [
        ("", Prefs()),
        ("dark.comfortable.off", Prefs("dark", "comfortable", "off")),
        ("dark", Prefs("dark")),
        ("neon.huge.maybe.more", Prefs()),
        ("<script>..", Prefs()),
    ],
)
def test_cookies(cookie, prefs):
    request = RequestFactory().get("/")
    request.COOKIES["prefs"] = cookie
    assert read_prefs(request) == prefs


def test_choices_are_kept_and_come_back_in_every_page(client):
    answer = client.post("/prefs", {"theme": "dark", "back": "/help?x=1"})
    assert (answer.status_code, answer["Location"]) == (303, "/help?x=1")
    client.post("/prefs", {"density": "comfortable"})
    html = soup(client.get("/help")).html
    assert (html["data-theme"], html["data-density"], html["data-keys"]) == ("dark", "comfortable", "on")


def test_the_form_shows_what_is_chosen(client):
    client.post("/prefs", {"theme": "light", "keys": "off"})
    checked = {field["name"]: field["value"] for field in soup(client.get("/prefs")).select("input[checked]")}
    assert checked == {"theme": "light", "density": "compact", "keys": "off"}


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_it_goes_back_to_this_site_only(client, back):
    assert client.post("/prefs", {"theme": "dark", "back": back})["Location"] == "/prefs"


def test_other_sites_cannot_change_them(client):
    answer = client.post("/prefs", {"theme": "dark"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "prefs" not in client.cookies
    assert soup(answer).select_one("#main h1")


def test_pages_are_private_and_vary_with_the_cookie(client):
    answer = client.get("/help")
    assert "Cookie" in answer["Vary"]
    assert "private" in answer["Cache-Control"]
    assert "no-store" not in answer["Cache-Control"]
