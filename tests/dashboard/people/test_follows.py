"""Following, with and without an account, and views that are kept."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client

from dashboard.models import Follow, SavedView
from dashboard.people.saved_views import BadView, own_address
from tests.events import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return User.objects.create_user("alice", "alice@example.org", "pw")


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def press(client, page, selector):
    """Submit a form of a page as a browser would."""
    form = soup(page).select_one(selector)
    fields = {field["name"]: field.get("value", "") for field in form.select("input[name], button[name]")}
    return client.post(form["action"], fields)


FOLLOW = 'form[action="/follow"]'


@pytest.mark.parametrize("is_signed_in", [True, False])
@pytest.mark.parametrize("kind", ["tree", "device", "lab", "test", "suite"])
def test_pages_of_things_have_a_button_to_follow_them(client, alice, kind, is_signed_in):
    event = broken()
    if is_signed_in:
        client.force_login(alice)
    series = event.series.get().subject.series_id
    paths = {"tree": "/tree/mainline/master", "device": "/device/kevin", "lab": "/lab/lab-one",
             "test": f"/s/{series}", "suite": "/suite/ltp"}  # fmt: skip
    page = client.get(paths[kind])
    assert soup(page).select_one(f"{FOLLOW} button")["aria-pressed"] == "false"
    answer = press(client, page, FOLLOW)
    assert (answer.status_code, answer["Location"]) == (303, paths[kind])
    assert Follow.objects.filter(user=alice, kind=kind).exists() is is_signed_in
    page = client.get(paths[kind])
    assert soup(page).select_one(f"{FOLLOW} button")["aria-pressed"] == "true"
    press(client, page, FOLLOW)
    assert soup(client.get(paths[kind])).select_one(f"{FOLLOW} button")["aria-pressed"] == "false"


def test_what_somebody_follows_is_nobody_elses(client, alice):
    Follow.objects.create(user=alice, kind="lab", name="lab-one")
    broken()
    client.force_login(User.objects.create_user("bob"))
    assert soup(client.get("/lab/lab-one")).select_one(f"{FOLLOW} button")["aria-pressed"] == "false"
    assert "lab-one" not in client.get("/account").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "user", "name": "x"},
        {"kind": "lab", "name": ""},
        {"kind": "lab", "name": "a\0b"},
        {"kind": "lab", "name": "x" * 2000},
        {},
    ],
)
def test_nonsense_is_not_followed(client, fields):
    assert client.post("/follow", fields).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://testserver"}, 303),
        ({"Origin": "null"}, 403),
        ({}, 303),
    ],
)
def test_forms_of_other_sites_follow_nothing(client, alice, headers, status):
    client.force_login(alice)
    fields = {"kind": "lab", "name": "lab-one", "back": "/labs"}
    assert client.post("/follow", fields, headers=headers).status_code == status
    assert Follow.objects.exists() is (status == 303)


def test_following_leads_to_no_other_site(client):
    for back in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = client.post("/follow", {"kind": "lab", "name": "lab-one", "back": back})
        assert answer["Location"] == "/lab/lab-one"


def test_a_cookie_holds_so_much_and_no_more(client):
    for number in range(100):
        answer = client.post("/follow", {"kind": "test", "name": f"{number:060}", "back": "/"})
        if answer.status_code != 303:
            break
    assert answer.status_code == 409
    assert len(client.cookies["follows"].value) < 3100
    client.cookies["follows"] = "lab=%FF&x=y&lab=" + "&" * 2000
    assert client.get("/help").status_code == 200


def test_listings_are_kept_with_their_filters(client, alice):
    client.force_login(alice)
    page = client.get("/tests?status=fail&lab=lab-one")
    form = soup(page).select_one('form[action="/account/views"]')
    assert form.select_one("[name=address]")["value"] == "/tests?status=fail&lab=lab-one"
    client.post(
        "/account/views", {"name": " my  lab ", "address": form.select_one("[name=address]")["value"]}
    )
    view = SavedView.objects.get()
    assert (view.name, view.address) == ("my lab", "/tests?status=fail&lab=lab-one")
    link = soup(client.get("/account")).find("a", string="my lab")
    assert client.get(link["href"]).status_code == 200
    client.post("/account/views", {"name": "my lab", "address": "/tests?status=miss"})
    assert SavedView.objects.get().address == "/tests?status=miss"
    client.post(f"/account/views/{view.pk}", {"name": "better"})
    assert SavedView.objects.get().name == "better"
    client.post(f"/account/views/{view.pk}", {"name": "x", "delete": "yes"})
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/tests", "//evil.example/tests", "/\\evil.example", "javascript:alert(1)",
     "/account", "/admin/", "/nowhere", "", "tests", "/tests\n", "/tests?" + "x" * 5000, "http://[",
     "/prefs"],
)  # fmt: skip
def test_only_listings_of_this_site_are_kept(client, alice, address):
    with pytest.raises(BadView):
        own_address(address)
    client.force_login(alice)
    assert client.post("/account/views", {"name": "x", "address": address}).status_code == 409
    assert not SavedView.objects.exists()


def test_views_of_others_cannot_be_touched(client, alice):
    view = SavedView.objects.create(user=alice, name="mine", address="/tests")
    client.force_login(User.objects.create_user("bob"))
    assert client.post(f"/account/views/{view.pk}", {"name": "stolen"}).status_code == 404
    assert client.post(f"/account/views/{view.pk}", {"delete": "yes"}).status_code == 404
    view.refresh_from_db()
    assert view.name == "mine"


def test_two_views_have_two_names(client, alice):
    client.force_login(alice)
    for name in ("one", "two"):
        client.post("/account/views", {"name": name, "address": "/tests"})
    view = SavedView.objects.get(name="two")
    assert client.post(f"/account/views/{view.pk}", {"name": "one"}).status_code == 409


def test_readers_without_an_account_keep_no_views(client):
    assert not soup(client.get("/tests")).select('form[action="/account/views"]')
    assert Client().post("/account/views", {"name": "x", "address": "/tests"}).status_code == 302


def test_a_token_is_shown_once(client, alice):
    client.force_login(alice)
    answer = client.post("/account/tokens", {"name": "bot", "scopes": ["triage"], "days": "30"})
    secret = soup(answer).select_one(".secret").get_text()
    assert secret.startswith("twp_")
    assert answer["Cache-Control"] == "no-store"
    page = client.get("/account/tokens")
    assert secret not in page.content.decode()
    revoking = soup(page).select_one("form[action$=revoke]")["action"]
    client.force_login(User.objects.create_user("bob"))
    assert client.post(revoking).status_code == 404
    client.force_login(alice)
    assert client.post(revoking).status_code == 303
    assert not soup(client.get("/account/tokens")).select("form[action$=revoke]")
