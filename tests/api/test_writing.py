"""Changing things by token: who may, what is refused and how, and that reading stays open."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.models import AccessToken, Scope
from dashboard.people.tokens import create_token
from results.models import EventChange
from tests.api.schemas import Api
from tests.events import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    return Api(client)


@pytest.fixture
def alice():
    return User.objects.create_user("alice", "alice@example.org", "pw")


def secret(user, *scopes, **fields):
    return create_token(user.pk, "a script", scopes, **fields)[1]


def test_a_token_is_shown_once_and_only_its_hash_is_kept(api, alice):
    own = secret(alice, Scope.TOKENS, Scope.TRIAGE)
    made = api.send("POST", "tokens", {"name": "bisect  bot", "scopes": ["triage"]}, 201, token=own)
    body = json.loads(made.content)
    assert body["name"] == "bisect bot"
    assert made["Location"] == f"http://testserver/api/v1/tokens/{body['id']}"
    listed = api.send("GET", "tokens", token=own)
    assert "secret" not in json.loads(listed.content)["items"][0]
    token = AccessToken.objects.get(pk=body["id"])
    assert body["secret"].encode() not in bytes(token.digest)
    assert len(bytes(token.digest)) == 32


def test_a_token_makes_none_that_opens_more_than_itself(api, alice):
    api.send("POST", "tokens", {"name": "x", "scopes": ["triage"]}, 403, token=secret(alice, Scope.TOKENS))


def test_a_token_makes_none_that_outlives_it(api, alice):
    end = timezone.now() + timedelta(days=1)
    own = secret(alice, Scope.TOKENS, expires_at=end)
    sent = {"name": "x", "scopes": ["tokens"]}
    later = {**sent, "expires": (end + timedelta(days=1)).isoformat()}
    api.send("POST", "tokens", later, 403, token=own)
    made = json.loads(api.send("POST", "tokens", sent, 201, token=own).content)
    assert AccessToken.objects.get(pk=made["id"]).expires_at == end


@pytest.mark.parametrize(
    ("body", "culprit"),
    [
        ({"name": "x"}, None),
        ({"name": "", "scopes": ["tokens"]}, "name"),
        ({"name": "x\0", "scopes": ["tokens"]}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["all"]}, "scopes"),
        ({"name": "x", "scopes": ["tokens"], "expires": "2020-01-01T00:00:00Z"}, "expires"),
        ({"name": "x", "scopes": ["tokens"], "admin": True}, None),
        (["x"], None),
        ("{", None),
        ("[" * 100_000, None),
    ],
)
def test_a_body_that_is_wrong_is_told(api, alice, body, culprit):
    answer = api.send("POST", "tokens", body, 400, token=secret(alice, Scope.TOKENS))
    assert json.loads(answer.content).get("parameters") == ([culprit] if culprit else None)


def test_bodies_have_a_type_and_a_size(api, alice):
    own = secret(alice, Scope.TOKENS)
    api.send("POST", "tokens", "name=x", 415, token=own, content_type="application/x-www-form-urlencoded")
    api.send("POST", "tokens", {"name": "x" * 300_000, "scopes": ["tokens"]}, 413, token=own)


@pytest.mark.parametrize("path", ["tokens", "tokens/1"])
def test_what_is_private_needs_a_token_with_the_scope(api, alice, path):
    answer = api.send("GET", path, None, 401)
    assert answer["WWW-Authenticate"] == 'Bearer realm="treewatch"'
    assert "no-store" in answer["Cache-Control"]
    api.send("GET", path, None, 403, token=secret(alice, Scope.TRIAGE))
    api.send("GET", path, None, 401, token="twp_guessed")


def test_a_token_that_ended_opens_nothing(api, alice):
    expired = secret(alice, Scope.TOKENS, expires_at=timezone.now() - timedelta(seconds=1))
    assert b"expired" in api.send("GET", "tokens", None, 401, token=expired).content
    own = secret(alice, Scope.TOKENS)
    number = json.loads(api.send("GET", "tokens", token=own).content)["items"][0]["id"]
    api.send("DELETE", f"tokens/{number}", None, 204, token=own)
    assert b"revoked" in api.send("GET", "tokens", None, 401, token=own).content


def test_the_token_of_a_closed_account_opens_nothing(api, alice):
    own = secret(alice, Scope.TOKENS)
    alice.is_active = False
    alice.save()
    api.send("GET", "tokens", None, 401, token=own)


def test_nobody_sees_or_revokes_the_tokens_of_others(api, alice):
    bob = User.objects.create_user("bob")
    secret(bob, Scope.TOKENS)
    theirs = AccessToken.objects.get(user=bob).pk
    own = secret(alice, Scope.TOKENS)
    assert len(json.loads(api.send("GET", "tokens", token=own).content)["items"]) == 1
    api.send("GET", f"tokens/{theirs}", None, 404, token=own)
    api.send("DELETE", f"tokens/{theirs}", None, 404, token=own)


def test_a_session_is_no_token(api, client, alice):
    client.force_login(alice)
    api.send("GET", "tokens", None, 401)


def test_the_number_of_tokens_has_a_bound(api, alice, monkeypatch):
    monkeypatch.setattr("dashboard.people.tokens.MOST_TOKENS", 1)
    api.send("POST", "tokens", {"name": "x", "scopes": ["tokens"]}, 409, token=secret(alice, Scope.TOKENS))


def test_a_regression_is_decided_by_token(api, alice):
    event = broken()
    path = f"regressions/{event.pk}/changes"
    body = {"triage": "reported", "why": "https://lore.kernel.org/r/1"}
    api.send("POST", path, body, 401)
    api.send("POST", path, body, 403, token=secret(alice, Scope.PRODUCTS))
    answer = api.send("POST", path, body, 201, token=secret(alice, Scope.TRIAGE))
    assert json.loads(answer.content)["triage"] == "reported"
    change = EventChange.objects.filter(event=event).latest("id")
    assert (change.who, change.why) == (alice, "https://lore.kernel.org/r/1")
    assert api.json(path)["items"][0]["who"] == "alice"


def test_a_regression_that_is_not_there_cannot_be_decided(api, alice):
    api.send("POST", "regressions/1/changes", {"triage": "new"}, 404, token=secret(alice, Scope.TRIAGE))


def test_reading_stays_open_and_cacheable(api, client, django_assert_num_queries):
    event = broken()
    for path in ("trees", f"regressions/{event.pk}/changes"):
        answer = api.get(path)
        assert "no-store" not in answer.get("Cache-Control", "")
        assert "Authorization" not in answer["Vary"]
        assert answer["ETag"]
        assert "sessionid" not in answer.cookies


def test_what_changes_nothing_takes_no_other_method(api, alice):
    api.send("POST", "trees", {}, 405, token=secret(alice, Scope.TRIAGE))
