"""An alias of a lab or a device leads where it is filed: pages redirect, filters and the API follow."""

from __future__ import annotations

import pytest

from ingest.load import load_documents
from results.models import NameAlias
from results.rollups import refresh
from tests.ingest import kcidb

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known():
    NameAlias.objects.create(kind="lab", alias="old/lab", name="new lab")
    NameAlias.objects.create(kind="platform", alias="bord", name="board")
    NameAlias.objects.create(kind="origin", alias="o", name="acme")
    place = {"misc": {"lab": "old/lab"}, "environment": {"misc": {"platform": "bord"}}}
    load_documents(
        [
            kcidb.document(
                checkouts=[kcidb.checkout(git_commit_hash="a" * 40, tree_name="t")],
                builds=[kcidb.build()],
                tests=[kcidb.run(path="a.b", status="FAIL", **place)],
            )
        ]
    )
    refresh()


def test_pages_redirect(client):
    assert client.get("/lab/old/lab").headers["Location"] == "/lab/new%20lab"
    assert client.get("/device/bord").headers["Location"] == "/device/board"
    assert client.get("/lab/new%20lab").status_code == client.get("/device/board").status_code == 200


@pytest.mark.parametrize("asked", ["lab=old/lab", "lab=new lab", "platform=bord", "origin=o", "origin=acme"])
def test_filters_follow(client, asked):
    (row,) = client.get(f"/api/v1/tests?{asked}").json()["items"]
    assert (row["lab"], row["platform"], row["origin"]) == ("new lab", "board", "acme")
    assert client.get(f"/api/v1/tests?{asked}x").json()["items"] == []


def test_the_api_follows(client):
    assert client.get("/api/v1/labs/old/lab").json()["lab"]["lab"] == "new lab"
    assert client.get("/api/v1/devices/bord").json()["platform"] == "board"
