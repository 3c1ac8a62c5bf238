"""Products by means of the API: read by everybody, gates for scripts, changed by token."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.models import Scope
from dashboard.people.tokens import create_token
from results.models import Product
from results.products.definition import parse
from results.products.store import create_product
from results.status import Status
from tests.api.schemas import Api
from tests.factories import count, create_build, create_history, create_test, create_tree

pytestmark = pytest.mark.django_db

TEXT = """\
name Acme
select
  tree     mainline
  platform kevin rpi-4
  suite    boot ltp
gate boot >= 100 %
gate tests fail = 0
gate boot p50 +5 %
gate coverage >= 100 %
"""


@pytest.fixture
def api():
    return Api(Client())


@pytest.fixture
def ann():
    user = User.objects.create_user("ann")
    return create_token(user.pk, "a script", [Scope.PRODUCTS])[1]


@pytest.fixture
def world():
    """Six revisions of which the last has a failure and a slow boot, and a product; the commits."""
    commits = []
    for number, checkout in enumerate(create_history(6)):
        build = create_build(checkout=checkout, start_time=checkout.start_time)
        commits.append(checkout.revision.commit)
        for board in ("kevin", "rpi-4"):
            value = 20.0 if number == 5 and board == "kevin" else 10.0
            create_test(build=build, path="boot", platform=board, value=value, unit="s")
            status = Status.FAIL if number == 5 and board == "kevin" else Status.PASS
            create_test(build=build, path="ltp.x", platform=board, status=status)
    count()
    create_product("acme", TEXT, who=None)
    return commits


def test_a_product_in_all_its_forms(api, world):
    (listed,) = api.items("products")
    whole = api.json("products/acme")
    assert (listed["slug"], listed["verdict"], whole["verdict"]) == ("acme", "fail", "fail")
    assert whole["text"] == TEXT
    assert whole["definition"]["selects"] == [
        {"tree": ["mainline"], "platform": ["kevin", "rpi-4"], "suite": ["boot", "ltp"]}
    ]
    assert parse(whole["text"]).gates and len(whole["definition"]["gates"]) == 4
    (branch,) = whole["branches"]
    assert [device["platform"] for device in branch["devices"]] == ["kevin", "rpi-4"]
    assert branch["devices"][0]["tests"]["fail"] == 1
    assert (branch["expected"], branch["silent"]) == (4, [])
    assert [entry["what"] for entry in whole["history"]] == ["created"]
    lines = b"".join(api.get("products", format="ndjson")).splitlines()
    assert [json.loads(line) for line in lines] == [listed]
    assert api.json("products", q="nothing")["items"] == []


def test_a_script_can_gate_a_release(api, world):
    gate = api.json("products/acme/gate")
    assert gate["verdict"] == "fail"
    said = {each["gate"]: (each["verdict"], each["value"]) for each in gate["branches"][0]["gates"]}
    assert said == {
        "boot >= 100 %": ("pass", 100),
        "tests fail = 0": ("fail", 1),
        "boot p50 +5 %": ("fail", 100),
        "coverage >= 100 %": ("pass", 100),
    }
    assert gate["branches"][0]["gates"][2]["worst"]["platform"] == "kevin"
    before = api.json("products/acme/gate", commit=world[4])
    assert before["verdict"] == "pass"
    assert before["branches"][0]["revision"]["commit"] == world[4]
    assert api.json("products/acme/gate", tree="mainline", commit="latest~1") == before


def test_what_names_no_revision_of_the_product_is_told(api, world):
    create_history(1, tree=create_tree("next"))
    for params, culprit in (
        ({"commit": "ffffff"}, "commit"),
        ({"tree": "next"}, "tree"),
        ({"commit": "latest"}, "commit"),
        ({"colour": "red"}, "colour"),
    ):
        assert culprit in api.json("products/acme/gate", 400, **params)["parameters"]
    for path in ("products/nobody", "products/nobody/gate", "products/nobody/report", "products/a/b"):
        api.json(path, 404)


def test_a_report(api, world):
    report = api.json("products/acme/report", **{"from": world[3], "to": world[5]})
    assert (report["a"]["commit"], report["b"]["commit"]) == (world[3], world[5])
    assert (report["before"]["verdict"], report["after"]["verdict"]) == ("pass", "fail")
    assert report["changes"] == {"regression": 1}
    assert [(test["path"], test["platforms"]) for test in report["tests"]] == [("ltp.x", ["kevin"])]
    whole = api.json("products/acme/report")
    assert (whole["a"]["commit"], whole["b"]["commit"]) == (world[0], world[5])
    assert api.json("products/acme/report", 400, **{"from": "nothing"})["parameters"] == ["from"]


def test_a_vendor_keeps_the_text_elsewhere_and_sends_it(api, world, ann):
    made = api.send("PUT", "products/ours", {"text": TEXT, "why": "from git"}, token=ann)
    assert json.loads(made.content)["owner"] == "ann"
    again = api.send("PUT", "products/ours", {"text": TEXT + "gate tests >= 90 %\n"}, token=ann)
    body = json.loads(again.content)
    assert [entry["what"] for entry in body["history"]] == ["changed", "created"]
    answer = api.send("PUT", "products/ours", {"text": "name\nselect"}, 400, token=ann)
    assert "line 1: name says nothing" in json.loads(answer.content)["detail"]
    assert json.loads(answer.content)["parameters"] == ["text"]
    api.send("PUT", "products/acme", {"text": TEXT + "#"}, 403, token=ann)
    api.send("DELETE", "products/acme", None, 403, token=ann)
    api.send("DELETE", "products/ours", None, 204, token=ann)
    api.json("products/ours", 404)
    api.send("DELETE", "products/ours", None, 404, token=ann)


def test_the_text_can_be_sent_as_it_is(api, world, ann):
    api.send("PUT", "products/ours", TEXT, token=ann, content_type="text/plain; charset=utf-8")
    assert Product.objects.get(slug="ours").text == TEXT
    answer = api.send("PUT", "products/ours", "name \0", 400, token=ann, content_type="text/plain")
    assert json.loads(answer.content)["parameters"] == ["text"]
    api.send("PUT", "products/ours", b"\xff", 400, token=ann, content_type="text/plain")
    api.send("PUT", "products/ours", "x" * 300_000, 413, token=ann, content_type="text/plain")
    api.send("PUT", "products/ours", TEXT, 415, token=ann, content_type="text/yaml")


def test_a_product_is_made_once(api, world, ann):
    made = api.send("POST", "products", {"text": TEXT.replace("Acme", "Our Tab")}, 201, token=ann)
    assert made["Location"].endswith("/api/v1/products/our-tab")
    answer = api.send("POST", "products", {"text": TEXT}, 400, token=ann)
    assert json.loads(answer.content)["parameters"] == ["slug"]
    api.send("POST", "products", {"text": TEXT, "slug": "x" * 65}, 400, token=ann)
    api.send("POST", "products", {"text": TEXT, "slug": "mine"}, 201, token=ann)
    assert Product.objects.count() == 3


def test_only_a_token_with_the_scope_changes_anything(api, world):
    bob = User.objects.create_user("bob")
    other = create_token(bob.pk, "x", [Scope.TRIAGE])[1]
    for method, path in (("POST", "products"), ("PUT", "products/acme"), ("DELETE", "products/acme")):
        api.send(method, path, {"text": TEXT}, 401)
        api.send(method, path, {"text": TEXT}, 403, token=other)
    assert Product.objects.get().text == TEXT
