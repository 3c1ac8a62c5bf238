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
        *(
            (
                "trees",
                f"revisions/{{newest[commit]}}/{part}?tree={{newest[tree][name]}}&branch={{newest[tree][branch]}}",
            )
            for part in ("changes", "labs", "paths", "arrival")
        ),
        ("trees", "revisions?tree={tree[name]}&branch={tree[branch]}&url={tree[url]}"),
        ("trees", "commits/{newest[commit]}"),
        ("issues", "issues/{id}"),
        ("issues", "issues/{id}/incidents"),
        ("regressions", "regressions/{id}"),
        ("regressions?state=suspected", "regressions/{id}"),
        ("flaky", "series/{series}"),
        ("devices", "devices/{platform}"),
        ("labs", "labs/{lab}"),
        ("products", "products/{slug}/regressions"),
        ("suites?q=ltp", "suites/{suite}"),
        ("grid?tree=mainline&branch=master", "series/{series}/analysis"),
        ("grid?tree=mainline&branch=master&rows=all", "series/{series}/measurements"),
        ("incidents", "issues/{issue}"),
        ("measurements", "revisions/{revision[commit]}?tree={revision[tree][name]}"),
        ("compare/changes?tree=mainline&branch=master&change=still", "tests/{after_id}"),
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


def test_a_comparison_counts_its_rows(api):
    named = {"tree": "mainline", "branch": "master"}
    found = api.json("compare", **named)
    for part in found["changes"]:
        asked = {**named, "kind": part["kind"], "change": part["change"], "limit": 1000}
        assert len(api.items("compare/changes", **asked)) == part["count"], part


def test_what_broke_is_what_the_listings_say(api):
    found = api.json("broke")
    newest = {row["newest"]["commit"] for row in api.items("trees")}
    assert newest <= {row["revision"]["commit"] for row in found["revisions"]}


def test_a_search_names_pages_that_exist(api):
    found = api.json("search", q="ltp")
    pages = [hit["page"] for kind in found["names"] for hit in kind["hits"][:2]]
    assert pages
    for page in pages:
        assert api.client.get(page).status_code == 200, page
    test = api.items("tests", limit=1)[0]["id"]
    assert api.json("search", q=test)["things"] == [{"kind": "test", "page": f"/t/{test}"}]
    assert api.json("search")["names"] == []
