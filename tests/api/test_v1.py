"""The listings and things of the API, and how they are asked for."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from dashboard.api.formats import table
from results.models import Test
from results.status import Status
from tests.api.schemas import COMMITTED, Api, committed
from tests.factories import (
    NOW,
    URL,
    count,
    create_build,
    create_checkout,
    create_history,
    create_incident,
    create_issue,
    create_rejection,
    create_revision,
    create_submission,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return Api(Client())


@pytest.fixture
def world():
    """Three revisions of mainline with a build and three tests each, a fork, an issue, a submission."""
    submission = create_submission(received_at=NOW)
    create_rejection(submission)
    for number, checkout in enumerate(create_history(3)):
        build = create_build(f"maestro:build{number}", checkout=checkout, start_time=checkout.start_time)
        for status in (Status.PASS, Status.FAIL, Status.NONE):
            create_test(
                f"maestro:{status.label}{number}",
                build=build,
                status=status,
                path=f"suite.{status.label}",
                start_time=checkout.start_time,
                value=float(number),
                unit="MB/s",
                compatibles=("a,b",),
            )
    create_test("maestro:boot", build=build, path="boot", excerpt="Booting")
    create_checkout(
        revision=create_revision("f" * 40, tree=create_tree(url="https://git.example.org/fork.git"))
    )
    create_build("maestro:nobody", known=False)
    issue = create_issue("maestro:issue", culprit_code=True)
    create_incident(issue, test_id="maestro:fail2")
    create_incident(issue, build_id="maestro:build2")
    count()


EVERYTHING = (
    "trees", "checkouts", "builds", "boots", "tests", "issues", "issues/maestro:issue/incidents", "devices",
    "labs", "submissions", "rejections",
)  # fmt: skip


@pytest.mark.parametrize("listing", EVERYTHING)
def test_every_listing_has_the_same_rows_in_every_format(api, world, listing):
    whole = api.json(listing, limit=1000)
    assert whole["next"] is None
    lines = b"".join(api.get(listing, format="ndjson")).splitlines()
    assert sorted(map(json.loads, lines), key=str) == sorted(whole["items"], key=str)
    table = list(csv.DictReader(io.StringIO(b"".join(api.get(listing, format="csv")).decode())))
    assert len(table) == len(whole["items"])
    by_accept = api.get(listing, headers={"Accept": "application/x-ndjson"})
    assert b"".join(by_accept).splitlines() == lines


@pytest.mark.parametrize("listing", ["checkouts", "builds", "tests", "issues/maestro:issue/incidents"])
def test_pages_follow_each_other(api, world, listing):
    seen, address = [], f"/api/v1/{listing}?limit=2"
    while address:
        response = api.client.get(address)
        api.check(response)
        body = json.loads(response.content)
        assert (f'<{body["next"]}>; rel="next"' in response.get("Link", "")) is bool(body["next"])
        seen += body["items"]
        address = body["next"]
    assert sorted(seen, key=str) == sorted(api.items(listing, limit=1000), key=str)


@pytest.mark.parametrize(("listing", "sort"), [("tests", "-path"), ("builds", "config")])
def test_streams_have_the_order_that_is_asked_for(api, world, listing, sort):
    rows = b"".join(api.get(listing, format="ndjson", sort=sort)).splitlines()
    assert [json.loads(row) for row in rows] == api.items(listing, sort=sort, limit=1000)
    page = api.json(listing, sort=sort, limit=2)
    after = parse_qs(urlsplit(page["next"]).query)["after"][0]
    rest = b"".join(api.get(listing, format="ndjson", sort=sort, after=after)).splitlines()
    assert rest == rows[2:]


@pytest.mark.parametrize(
    "thing",
    [
        "builds/maestro:build0", "builds/maestro:nobody", "tests/maestro:fail2", "tests/maestro:boot",
        "issues/maestro:issue", "devices/rk3399-gru-kevin", "labs/lab-one", "status", "revisions/" + "f" * 40,
    ],
)  # fmt: skip
def test_one_of_each(api, world, thing):
    assert api.json(thing)


def test_what_was_submitted_is_there(api, world):
    test = api.json("tests/maestro:fail2")
    assert test["fields"]["id"] == "maestro:fail2"
    assert [issue["id"] for issue in test["issues"]] == ["maestro:issue"]
    assert api.json("tests/maestro:boot")["excerpt"] == "Booting"
    (newest, *_) = api.items("checkouts", tree="mainline", url=URL)
    assert api.json(f"checkouts/{newest['id']}")["fields"]["origin"] == "maestro"


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({"status": "fail"}, 3),
        ({"status": "!fail", "kind": "test"}, 6),
        ({"path": "suite.*", "since": (NOW - timedelta(days=1)).date().isoformat()}, 3),
        ({"compatible": "a,b", "lab": ["lab-one", "lab-two"]}, 10),
        ({"issue": "maestro:issue"}, 1),
        ({"arch": "riscv"}, 0),
    ],
)
def test_filters_are_those_of_the_pages(api, world, filters, number):
    assert len(api.items("tests", **filters)) == number
    assert len(b"".join(api.get("tests", format="ndjson", **filters)).splitlines()) == number


def test_totals_where_they_are_cheap(api, world):
    newest = api.json("trees")["items"][0]["newest"]
    commit = api.items("revisions", tree="mainline", branch="master", url=URL)[0]["revision"]["commit"]
    assert api.json("tests", commit=commit)["total"] == len(api.items("tests", commit=commit)) == 4
    assert api.json("boots", commit=commit)["total"] == 1
    assert api.json("builds", commit=commit)["total"] == 1
    assert api.json("tests")["total"] is None
    assert newest["tree"]["name"] == "mainline"


def test_history(api, world):
    rows = api.items("revisions", tree="mainline", branch="master", url=URL)
    assert [row["tests"]["fail"] for row in rows] == [1, 1, 1]
    only = api.items("revisions", tree="mainline", branch="master", url=URL, status="pass")
    assert [(row["tests"]["fail"], row["tests"]["pass"]) for row in only] == [(0, 1)] * 3
    commit = rows[1]["revision"]["commit"]
    assert commit in [row["revision"]["commit"] for row in api.items(f"commits/{commit[:39]}")]
    one = api.json(f"revisions/{commit}", tree="mainline")
    assert one["next"] == rows[0]["revision"]
    assert one["previous"] == rows[2]["revision"]


def test_what_is_ambiguous_is_asked_back(api, world):
    found = api.json("revisions", 400, tree="mainline", branch="master")
    assert (found["parameters"], len(found["known"])) == (["url"], 2)
    create_checkout(revision=create_revision("f" * 40, tree=create_tree("next", url="")))
    assert api.json("revisions/" + "f" * 40, 400)["parameters"] == ["tree", "url"]
    assert api.json("revisions/" + "f" * 40, tree="next")["revision"]["tree"]["name"] == "next"
    assert api.json("revisions", 400)["parameters"] == ["tree"]


def test_series_have_a_history_of_measurements(api, world):
    series = Test.objects.get(kcidb_id="maestro:pass2").series_id
    assert api.json(f"series/{series}")["path"] == "suite.pass"
    assert [run["value"] for run in api.items(f"series/{series}/runs")] == [2.0, 1.0, 0.0]
    table = b"".join(api.get(f"series/{series}/runs", format="csv", fields="value,unit")).decode()
    assert table.split() == ["value,unit", "2.0,MB/s", "1.0,MB/s", "0.0,MB/s"]


def test_fields_are_picked(api, world):
    assert api.items("tests", fields="id,status", path="boot") == [{"id": "maestro:boot", "status": "pass"}]
    table = b"".join(api.get("boots", format="csv", fields="id,build")).decode().splitlines()
    assert table[0] == "id,build.id,build.known,build.dummy,build.architecture,build.config,build.compiler"
    assert api.json("tests", 400, fields="id,colour")["parameters"] == ["fields"]


@pytest.mark.parametrize(
    ("path", "params", "blamed"),
    [
        ("tests", {"colour": "red"}, ["colour"]),
        ("tests", {"status": "green"}, ["status"]),
        ("tests", {"since": "yesterday"}, ["since"]),
        ("tests", {"sort": "colour"}, ["sort"]),
        ("tests", {"after": "nonsense"}, ["after"]),
        ("tests", {"limit": "0"}, ["limit"]),
        ("tests", {"limit": "1001"}, ["limit"]),
        ("tests", {"limit": "0000000010000"}, ["limit"]),
        ("tests", {"format": "xml"}, ["format"]),
        ("tests", {"format": "csv", "sort": "colour"}, ["sort"]),
        ("builds", {"path": "x"}, ["path"]),
        ("issues", {"culprit": "me"}, ["culprit"]),
        ("trees", {"after": "x"}, ["after"]),
        ("rejections", {"submission": "x"}, ["submission"]),
    ],
)
def test_mistakes_are_told(api, path, params, blamed):
    found = api.json(path, 400, **params)
    assert (found["parameters"], found["status"]) == (blamed, 400)


@pytest.mark.parametrize(
    "path",
    [
        "tests/none", "builds/none", "checkouts/none", "issues/none", "issues/none/incidents",
        "series/999999999999", "series/1000000/runs", "submissions/99999999999", "devices/none", "labs/none",
        "labs/a%00b", "revisions/abcd", "nowhere", "",
    ],
)  # fmt: skip
def test_what_is_not_there(api, path):
    assert api.json(path, 404)["title"] == "Not Found"


def test_unknown_media_types_and_methods(api):
    assert (
        api.get("tests", 406, headers={"Accept": "image/png"})["Content-Type"] == "application/problem+json"
    )
    assert api.client.post("/api/v1/tests").status_code == 405


def test_nothing_is_sent_twice(api, world):
    first = api.get("tests")
    api.get("tests", 304, headers={"If-None-Match": first["ETag"]})
    api.get("tests", 304, headers={"If-Modified-Since": first["Last-Modified"]})
    create_test()
    count()
    api.get("tests", 200, headers={"If-None-Match": first["ETag"]})
    create_submission("two.json", received_at=datetime.now(UTC), sha256=b"2" * 32)
    assert "Last-Modified" not in api.get("tests")
    assert "Last-Modified" not in api.get("trees")


def test_other_sites_may_read(api):
    assert api.get("status")["Access-Control-Allow-Origin"] == "*"
    assert "GET" in api.client.options("/api/v1/tests")["Access-Control-Allow-Methods"]


def test_clients_are_counted_and_told(api, settings):
    settings.API_REQUESTS_PER_MINUTE = 2
    cache.clear()
    answers = [api.client.get("/api/v1/status", REMOTE_ADDR="192.0.2.7") for _ in range(4)]
    assert answers[0]["RateLimit-Limit"] == "2"
    assert 429 in [answer.status_code for answer in answers]
    refused = answers[-1]
    assert refused["Content-Type"] == "application/problem+json"
    assert int(refused["Retry-After"]) > 0
    assert api.client.get("/api/v1/status", REMOTE_ADDR="192.0.2.8").status_code == 200


def test_the_committed_schema_is_fresh(tmp_path):
    fresh = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--file", str(fresh))
    assert fresh.read_text() == COMMITTED.read_text(), "run: manage.py spectacular --file docs/openapi.yaml"


def test_the_schema_is_served(client):
    response = client.get("/api/v1/schema")
    assert response.content.startswith(b"openapi: 3.1.0")


def test_the_reference_names_every_address(client):
    page = client.get("/api/").content.decode()
    assert all(path in page for path in committed()["paths"])


def test_no_cell_of_csv_is_a_formula():
    rows = [{"text": "=1+1", "deep": {"text": "@x", "number": -2}, "plain": "a=b"}]
    said = b"".join(table([rows], ["text", "deep.text", "deep.number", "plain"])).decode()
    assert said.splitlines()[1] == "'=1+1,'@x,-2,a=b"
