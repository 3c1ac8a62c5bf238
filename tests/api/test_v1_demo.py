"""Every listing and the things that its rows lead to, on the demo data."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.api.schemas import Api

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def api():
    return Api(Client())


@pytest.mark.parametrize(
    ("listing", "thing"),
    [
        ("checkouts", "checkouts/{id}"),
        ("builds", "builds/{build[id]}"),
        ("tests", "tests/{id}"),
        ("boots?sort=-start", "tests/{id}"),
        ("tests?fields=series", "series/{series}"),
        ("tests?fields=series", "series/{series}/runs"),
        ("trees", "revisions/{newest[commit]}?tree={newest[tree][name]}&branch={newest[tree][branch]}"),
        ("trees", "revisions?tree={tree[name]}&branch={tree[branch]}&url={tree[url]}"),
        ("trees", "commits/{newest[commit]}"),
        ("issues", "issues/{id}"),
        ("issues", "issues/{id}/incidents"),
        ("regressions", "regressions/{id}"),
        ("regressions?state=suspected", "regressions/{id}"),
        ("flaky", "series/{series}"),
        ("devices", "devices/{platform}"),
        ("labs", "labs/{lab}"),
        ("submissions", "submissions/{id}"),
        ("rejections", "submissions/{submission}"),
    ],
)
def test_rows_lead_to_things(api, listing, thing):
    rows = json.loads(api.get(listing).content)["items"]
    for row in rows[:3]:
        api.get(thing.format_map(row))


def test_a_tree_says_the_same_as_its_tests(api):
    tree = api.items("trees")[0]
    newest = tree["newest"]
    named = {
        "tree": newest["tree"]["name"],
        "branch": newest["tree"]["branch"] or "none",
        "url": newest["tree"]["url"] or "none",
        "commit": newest["commit"],
    }
    rows = b"".join(api.get("tests", format="ndjson", kind="test", **named)).splitlines()
    assert len(rows) == sum(tree["tests"].values()) == api.json("tests", kind="test", **named)["total"]
