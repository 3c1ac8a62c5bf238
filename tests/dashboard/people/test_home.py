"""Home is about the trees that a reader follows."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User

from dashboard.models import Follow
from tests.events import broken
from tests.factories import create_tree

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_trees():
    broken("ltp.alpha")
    broken("ltp.omega", tree=create_tree("next", branch=""))


def shown(client, address="/"):
    page = BeautifulSoup(client.get(address).content, "html.parser")
    return " ".join(page.select_one("#main").get_text(" ").split())


def test_without_follows_home_is_about_all_trees(client):
    assert "alpha" in shown(client) and "omega" in shown(client)
    assert "Trees you follow" not in shown(client)


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_home_is_about_the_trees_that_are_followed(client, is_signed_in):
    if is_signed_in:
        client.force_login(User.objects.create_user("alice"))
    client.post("/follow", {"kind": "tree", "name": "mainline/master", "back": "/"})
    client.post("/follow", {"kind": "device", "name": "kevin", "back": "/"})
    assert Follow.objects.count() == (2 if is_signed_in else 0)
    mine = shown(client)
    assert "alpha" in mine and "omega" not in mine
    assert "Trees you follow 1" in mine and "device kevin" in mine
    assert "1 confirmed" in mine
    everything = shown(client, "/?trees=all")
    assert "alpha" in everything and "omega" in everything
    for twin in ("/index.json", "/index.atom", "/index.mbox", "/index.txt"):
        assert client.get(f"{twin}?trees=all&days=3d&unclassified=yes").status_code == 200


def test_home_is_not_modified_until_something_is(client):
    client.post("/follow", {"kind": "tree", "name": "mainline/master", "back": "/"})
    first = client.get("/")
    assert client.get("/", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_home_asks_as_little_for_those_who_follow_much(client, django_assert_max_num_queries):
    alice = User.objects.create_user("alice")
    Follow.objects.bulk_create(
        Follow(user=alice, kind=kind, name=f"{kind}-{number}") for kind in Follow.Kind for number in range(20)
    )
    client.force_login(alice)
    client.get("/")
    with django_assert_max_num_queries(12):
        client.get("/")
