"""What the first page of a revision says: what changed, a line per test, those alike under one."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from results.models import Build, Excerpt, ExcerptSignature
from results.status import Status
from tests.factories import count, create_build, create_history, create_test

pytestmark = pytest.mark.django_db


@pytest.fixture
def address():
    """A revision in which five tests of one device began to fail, four of them with the same words."""
    old, new = (create_build(checkout=checkout) for checkout in create_history(2))
    for number in range(5):
        create_test(build=old, path=f"net.t{number}")
        excerpt = "it broke" if number < 4 else "another"
        create_test(build=new, path=f"net.t{number}", status=Status.FAIL, excerpt=excerpt)
    for excerpt in Excerpt.objects.all():
        ExcerptSignature.objects.create(excerpt=excerpt, text=f"error: {excerpt.body}")
    count()
    commit = Build.objects.get(id=new.id).revision.commit
    return f"/c/mainline/master/{commit}"


def soup(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def test_what_says_the_same_is_one_line(client, address):
    page = soup(client.get(address))
    assert "5 new, 0 fixed and 0 still failing" in " ".join(page.select_one("#results").get_text().split())
    rows = page.select("[data-rows] > tr.is-bad")
    assert len(rows) == 2
    assert len(rows[0].select(".alike li")) == 3
    assert {link.get_text() for row in rows for link in row.select("th a:not(.sub)")} == {
        f"net.t{number}" for number in range(5)
    }


@pytest.mark.parametrize("tab", ["paths", "labs", "arrival", "builds", "boots", "tests"])
def test_every_tab_has_an_address(client, address, tab):
    page = soup(client.get(f"{address}?tab={tab}"))
    assert page.select_one('.tabs [aria-current="page"]').get_text().split()[0].lower() == tab


def test_the_baseline_can_be_chosen_and_is_of_the_same_tree(client, address):
    assert "last complete revision" in soup(client.get(address)).get_text()
    chosen = soup(client.get(f"{address}?baseline=latest~1"))
    assert "last complete revision" not in chosen.get_text()
    assert chosen.select_one("[name=baseline]")["value"] == "latest~1"
    assert client.get(f"{address}?baseline=nosuch").status_code == 400
    assert client.get(f"{address}?tab=labs&baseline=latest").status_code == 400
