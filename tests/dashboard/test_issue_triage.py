"""Deciding about issues: on their page and by token, for all their versions, with a history."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client

from dashboard.models import Scope
from dashboard.people.tokens import create_token
from results.models import IssueChange, IssueTriage
from tests.factories import count, create_issue

pytestmark = pytest.mark.django_db
PATH = "/i/maestro:bug"


@pytest.fixture
def alice():
    return User.objects.create_user("alice")


@pytest.fixture(autouse=True)
def issue():
    create_issue("maestro:bug", version=1)
    create_issue("maestro:bug", version=2, comment="a bug")
    count()


def text(response):
    return " ".join(BeautifulSoup(response.content, "html.parser").select_one("#main").get_text(" ").split())


def test_only_who_is_signed_in_decides(client):
    assert "Sign in to decide" in text(client.get(PATH)).replace(" .", ".")
    answer = client.post(PATH, {"triage": "fixed"})
    assert answer["Location"].startswith("/accounts/login")
    assert not IssueTriage.objects.exists()


def test_a_decision_is_kept_with_its_history(client, alice):
    client.force_login(alice)
    assert client.post(PATH, {"triage": "reported", "why": "on the list"})["Location"] == f"{PATH}#triage"
    client.post(PATH, {"triage": "fixed"})
    client.post(PATH, {"triage": "fixed"})
    client.post(PATH, {"triage": "fixed", "why": "by 9c0ffee"})
    assert IssueTriage.objects.get().state == IssueTriage.State.FIXED
    changes = IssueChange.objects.order_by("id").values_list("what", "why", "who")
    assert list(changes) == [
        ("new → reported", "on the list", alice.pk),
        ("reported → fixed", "", alice.pk),
        ("note", "by 9c0ffee", alice.pk),
    ]
    page = text(client.get(PATH))
    assert "by 9c0ffee alice" in page
    alice.delete()
    assert "(account deleted)" in text(Client().get(PATH))


@pytest.mark.parametrize("triage", ["", "confirmed", "new\0"])
def test_there_are_so_many_words_and_no_more(client, alice, triage):
    client.force_login(alice)
    assert client.post(PATH, {"triage": triage}).status_code == 400


def test_what_is_not_there_cannot_be_decided(client, alice):
    client.force_login(alice)
    assert client.post("/i/maestro:none", {"triage": "fixed"}).status_code == 404


def test_forms_of_other_sites_decide_nothing(alice):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(PATH, {"triage": "fixed"}).status_code == 403


def test_listings_are_filtered_by_what_was_decided(client, alice):
    create_issue("maestro:other", comment="another")
    count()
    client.force_login(alice)
    client.post(PATH, {"triage": "fixed"})
    for triage, found in (("fixed", ["maestro:bug"]), ("new", ["maestro:other"])):
        items = json.loads(client.get(f"/api/v1/issues?triage={triage}").content)["items"]
        assert [(item["id"], item["triage"]) for item in items] == [(found[0], triage)]
        page = BeautifulSoup(client.get(f"/issues?triage={triage}").content, "html.parser")
        assert [link["href"] for link in page.select("[data-rows] th a")] == [f"/i/{found[0]}"]


def test_a_token_decides_too(client, alice):
    secret = create_token(alice.pk, "bot", [Scope.TRIAGE])[1]
    path, headers = "/api/v1/issues/maestro:bug/changes", {"Authorization": f"Bearer {secret}"}
    body = {"triage": "duplicate", "why": "of maestro:other"}
    assert client.post(path, body, content_type="application/json").status_code == 401
    answer = client.post(path, body, content_type="application/json", headers=headers)
    assert (answer.status_code, json.loads(answer.content)["triage"]) == (201, "duplicate")
    assert json.loads(client.get(path).content)["items"][0]["why"] == "of maestro:other"
    missing = "/api/v1/issues/maestro:none/changes"
    assert client.post(missing, body, content_type="application/json", headers=headers).status_code == 404
    assert client.get(missing).status_code == 404
