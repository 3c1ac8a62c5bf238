"""Badges: they tell the state in words, can be read, and may be kept a while."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from django.conf import settings

from dashboard.badges import COLOURS, NAME_COLOURS, Badge, state_badge
from results.queries.records import StatusCounts
from results.status import Status
from tests.factories import count, create_test

SVG = "{http://www.w3.org/2000/svg}"


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def counts(failed, passed):
    return StatusCounts(tuple({Status.FAIL: failed, Status.PASS: passed}.get(s, 0) for s in ORDER))


ORDER = [Status.FAIL, Status.ERROR, Status.MISS, Status.PASS, Status.DONE, Status.SKIP, Status.NONE]


def test_colours_are_those_of_the_pages_and_can_be_read():
    tokens = (settings.BASE_DIR / "static" / "css" / "tokens.css").read_text()
    for look, (ground, text) in {**COLOURS, "error": NAME_COLOURS}.items():
        assert f"--{look}-bg: light-dark({ground}" in tokens
        assert f"--{look}-fg: light-dark({text}" in tokens
        light, dark = sorted((luminance(ground), luminance(text)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, look


@pytest.mark.parametrize(
    ("regressions", "failed", "passed", "said"),
    [
        (2, 3, 5, "2 regressions"),
        (1, 0, 5, "1 regression"),
        (0, 3, 1500, "3 of 1,503 fail, none new"),
        (0, 0, 5, "5 of 5 pass"),
        (0, 0, 0, "no results"),
    ],
)
def test_the_state_is_told_in_words(regressions, failed, passed, said):
    badge = state_badge("mainline/master", regressions, counts(failed, passed))
    assert badge.said == said
    drawn = ElementTree.fromstring(badge.svg())
    assert drawn.get("role") == "img"
    assert drawn.findtext(f"{SVG}title") == f"mainline/master: {said}"


def test_hostile_names_stay_text():
    drawn = ElementTree.fromstring(Badge('<script>"&\0' * 30, "x", "pass").svg())
    assert {element.tag.removeprefix(SVG) for element in drawn.iter()} == {
        "svg", "title", "clipPath", "rect", "g", "text",
    }  # fmt: skip


@pytest.mark.django_db
def test_trees_and_devices_have_badges(client):
    create_test(status=Status.FAIL, platform="kevin")
    count()
    tree = client.get("/trees.json").json()["items"][0]["tree"]
    for path in (f"tree/{tree['name']}/{tree['branch']}", "device/kevin"):
        response = client.get(f"/badge/{path}.svg")
        assert response.status_code == 200, path
        assert response["Content-Type"] == "image/svg+xml"
        assert response["Cache-Control"] == "public, max-age=300"
        assert "1 of 1 fail" in response.content.decode() or "fail" in response.content.decode()
        again = client.get(f"/badge/{path}.svg", headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304
    for path in ("tree/nowhere/x", "device/nothing", "product/nothing"):
        assert client.get(f"/badge/{path}.svg").status_code == 404


@pytest.mark.django_db
def test_crawlers_stay_out_of_combinations(client):
    text = client.get("/robots.txt").content.decode()
    assert re.search(r"^Disallow: /_/$", text, re.MULTILINE)
    assert "Disallow: /*after=" in text
