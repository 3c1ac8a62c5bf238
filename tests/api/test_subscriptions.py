"""Subscriptions, saved views and what is followed, by token: all of it, and only one's own."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User

from dashboard.models import Delivery, Follow, SavedView, Scope, Subscription
from dashboard.people.tokens import create_token
from tests.api.schemas import Api

pytestmark = pytest.mark.django_db
BODY = {"name": "mine", "listing": "regressions", "way": "mail", "query": "tree=mainline&order=newest&q=net"}


@pytest.fixture
def api(client):
    return Api(client)


def owner(name="alice", scope=Scope.SUBSCRIPTIONS):
    user = User.objects.filter(username=name).first() or User.objects.create_user(name)
    return create_token(user.pk, "a script", [scope])[1]


def body_of(response):
    return json.loads(response.content)


def test_subscriptions_are_made_read_changed_stopped_and_ended(api):
    token = owner()
    made = api.send("POST", "subscriptions", BODY, 201, token=token)
    one = body_of(made)
    path = f"subscriptions/{one['id']}"
    assert made["Location"].endswith(path)
    assert (one["query"], one["hour"], one["stopped"]) == ("tree=mainline&q=net", 6, None)
    assert body_of(api.send("GET", "subscriptions", token=token))["items"] == [one]
    changed = api.send("PATCH", path, {"way": "digest", "hour": 23, "query": "lab=lab-one"}, token=token)
    assert {**one, "way": "digest", "hour": 23, "query": "lab=lab-one"} == body_of(changed)
    stopped = body_of(api.send("PATCH", path, {"running": False}, token=token))
    assert stopped["stopped"] and stopped["why"]
    assert body_of(api.send("PATCH", path, {"running": True}, token=token))["stopped"] is None
    assert body_of(api.send("GET", path, token=token))["name"] == "mine"
    api.send("DELETE", path, None, 204, token=token)
    api.send("GET", path, None, 404, token=token)


@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        ({"query": "colour=red"}, "query"),
        ({"query": "state=mad"}, "query"),
        ({"listing": "builds"}, "listing"),
        ({"way": "fax"}, "way"),
        ({"hour": 24}, "hour"),
        ({"name": " "}, "name"),
        ({"way": "webhook", "url": "https://127.0.0.1/"}, "url"),
        ({"way": "webhook", "url": "http://example.org/"}, "url"),
        ({"listing": "tests", "query": "subject=boot"}, "query"),
    ],
)
def test_what_is_wrong_is_named(api, wrong, culprit):
    answer = api.send("POST", "subscriptions", {**BODY, **wrong}, 400, token=owner())
    assert body_of(answer)["parameters"] == [culprit]
    assert not Subscription.objects.exists()


def test_deliveries_are_paged(api):
    token = owner()
    number = body_of(api.send("POST", "subscriptions", BODY, 201, token=token))["id"]
    Delivery.objects.bulk_create(
        Delivery(subscription_id=number, event=change, change=change) for change in range(1, 6)
    )
    headers = {"Authorization": f"Bearer {token}"}
    page = api.get(f"subscriptions/{number}/deliveries", headers=headers, limit=3)
    rest = api.client.get(body_of(page)["next"], headers=headers)
    found = [row["event"] for answer in (page, rest) for row in body_of(answer)["items"]]
    assert found == [5, 4, 3, 2, 1]


def test_views_are_kept_and_forgotten(api):
    token = owner()
    body = {"name": "my lab", "address": "/tests?lab=lab-one"}
    view = body_of(api.send("POST", "views", body, 201, token=token))
    assert body_of(api.send("GET", "views", token=token))["items"] == [view]
    api.send("POST", "views", {"name": "x", "address": "https://evil.example/"}, 400, token=token)
    api.send("GET", f"views/{view['id']}", token=token)
    api.send("DELETE", f"views/{view['id']}", None, 204, token=token)
    assert not SavedView.objects.exists()


def test_things_are_followed(api):
    token = owner()
    body = {"kind": "device", "name": "kevin"}
    api.send("POST", "follows", body, token=token)
    api.send("POST", "follows", body, token=token)
    assert body_of(api.send("GET", "follows", token=token))["items"] == [body]
    api.send("POST", "follows", {**body, "wanted": False}, token=token)
    assert not Follow.objects.exists()
    api.send("POST", "follows", {"kind": "device", "name": ""}, 400, token=token)


def test_nobody_sees_or_touches_what_others_have(api):
    alice, bob = owner("alice"), owner("bob")
    number = body_of(api.send("POST", "subscriptions", BODY, 201, token=alice))["id"]
    view = body_of(api.send("POST", "views", {"name": "x", "address": "/tests"}, 201, token=alice))["id"]
    api.send("POST", "follows", {"kind": "lab", "name": "lab-one"}, token=alice)
    for path in ("subscriptions", "views", "follows"):
        assert body_of(api.send("GET", path, token=bob))["items"] == []
    for method, path in (
        ("GET", f"subscriptions/{number}"),
        ("DELETE", f"subscriptions/{number}"),
        ("GET", f"subscriptions/{number}/deliveries"),
        ("GET", f"views/{view}"),
        ("DELETE", f"views/{view}"),
    ):
        api.send(method, path, None, 404, token=bob)
    api.send("PATCH", f"subscriptions/{number}", {"name": "stolen"}, 404, token=bob)
    assert Subscription.objects.get().name == "mine"


@pytest.mark.parametrize("path", ["subscriptions", "views", "follows", "subscriptions/1", "views/1"])
def test_the_scope_is_needed(api, path):
    api.send("GET", path, None, 401)
    api.send("GET", path, None, 403, token=owner(scope=Scope.TRIAGE))


def test_many_subscriptions_cost_no_more_statements(api, django_assert_num_queries):
    token = owner()
    user = User.objects.get()
    for number in range(20):
        Subscription.objects.create(user=user, name=f"s{number}", way="feed")
    api.send("GET", "subscriptions", token=token)
    with django_assert_num_queries(2):  # the token, the subscriptions
        api.send("GET", "subscriptions", token=token)
