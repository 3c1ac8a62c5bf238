"""The grammar of filters, on listings of events: the page, the API and subscriptions read the same."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup

from tests.events import broken
from tests.factories import create_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def events():
    return {
        "a": broken("ltp.futex_wait05", platform="kevin", lab="lab-one").pk,
        "b": broken("kselftest.net.tcp_mmap", platform="rpi-4", lab="lab-two").pk,
        "c": broken("boot", platform="kevin", lab="lab-two", tree=create_tree("next", branch="")).pk,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "abc"),
        ("tree=mainline", "ab"),
        ("tree=mainline/master", "ab"),
        ("tree=mainline/m*", "ab"),
        ("tree=!mainline", "c"),
        ("tree=mainline&tree=next", "abc"),
        ("branch=none", "c"),
        ("platform=kevin", "ac"),
        ("platform=!kevin", "b"),
        ("platform=kevin&lab=lab-two", "c"),
        ("lab=lab-one&lab=lab-two", "abc"),
        ("suite=kselftest.net", "b"),
        ("suite=k*", "b"),
        ("path=ltp.*", "a"),
        ("path=boot", "c"),
        ("arch=arm64", "abc"),
        ("arch=riscv", ""),
        ("q=futex", "a"),
        ("origin=maestro&compiler=!gcc-1", "abc"),
    ],
)
def test_the_page_and_the_api_list_the_same_events(client, events, query, found):
    wanted = {events[letter] for letter in found}
    page = BeautifulSoup(client.get(f"/regressions?{query}").content, "html.parser")
    listed = {int(link["href"].rpartition("/")[2]) for link in page.select("[data-rows] .path a")}
    items = json.loads(client.get(f"/api/v1/regressions?{query}").content)["items"]
    assert listed == {item["id"] for item in items} == wanted
    assert f"Confirmed {len(found)}" in page.select_one(".tabs").get_text(" ").replace("  ", " ")


def test_chips_and_the_form_keep_what_is_filtered(client, events):
    page = BeautifulSoup(client.get("/regressions?suite=ltp&lab=lab-one&q=futex").content, "html.parser")
    assert [chip.b.get_text() for chip in page.select(".chip")] == ["lab-one", "ltp"]
    form = page.select_one("form.filter")
    assert form.select_one("[name=lab]")["value"] == "lab-one"
    assert form.select_one("[type=hidden][name=suite]")["value"] == "ltp"
    assert "suite=ltp" in page.select_one(".tabs a")["href"]
