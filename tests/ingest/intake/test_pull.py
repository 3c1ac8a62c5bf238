"""Keeping in step with a KCIDB database that changes under our eyes."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from psycopg.types.json import Jsonb

from ingest.intake import pull as pulling
from ingest.intake.pull import pull
from ingest.models import Cursor
from ingest.sources import kcidb_tables
from results.documents import test_object, whole_object
from results.models import Build, Checkout, Incident, Issue, Submission, Test
from results.status import Status
from tests.ingest.intake.kcidb_database import kcidb_database

pytestmark = pytest.mark.django_db(transaction=True)
test_object.__test__ = False


@pytest.fixture(scope="module")
def kcidb(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), kcidb_database() as pair:
        yield pair


@pytest.fixture
def database(kcidb):
    database, _ = kcidb
    database.execute("TRUNCATE checkouts, builds, tests, issues, incidents")
    return database


@pytest.fixture
def read(kcidb, database):
    return lambda: pull(kcidb[1], seconds=60)


def put(database, table, **row):
    """Insert or update a row as KCIDB does: the change is dated by the start of its transaction."""
    now = database.execute("SELECT CURRENT_TIMESTAMP").fetchone()[0]
    row = {"_timestamp": now, **row}
    names, marks = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    key = "id, version" if table == "issues" else "id"
    changes = ", ".join(f"{name} = excluded.{name}" for name in row)
    insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
    database.execute(f"{insert} ON CONFLICT ({key}) DO UPDATE SET {changes}", row)


def put_test(database, number, **fields):
    put(database, "tests", id=f"acme:{number}", origin="acme", build_id="acme:b", path="a.b", **fields)


def test_every_field_of_every_kind_arrives(database, read):
    put(
        database, "checkouts", id="acme:c", origin="acme", tree_name="demo", valid=True,
        git_repository_url="https://git.example/demo.git", git_commit_hash="a" * 40,
        git_repository_branch="main", git_commit_tags=["v1"], start_time="2026-01-02T03:04:05+02:00",
        patchset_files=Jsonb([]), misc=Jsonb({"a": [1, None]}),
    )  # fmt: skip
    put(database, "builds", id="acme:b", origin="acme", checkout_id="acme:c", status="PASS", duration=1.5)
    put_test(
        database, 1, status="FAIL", log_excerpt="oops", environment_misc=Jsonb({"platform": "board"}),
        environment_compatible=["a,b"], number_value=3.5, number_unit="s", number_prefix="metric",
    )  # fmt: skip
    put(database, "issues", id="acme:i", origin="acme", version=2, culprit_code=True, culprit_tool=False)
    put(
        database, "incidents", id="acme:n", origin="acme", issue_id="acme:i", issue_version=2,
        test_id="acme:1", present=True,
    )  # fmt: skip
    assert read().is_whole
    checkout = whole_object(Checkout.objects.select_related("document", "excerpt").get())
    assert checkout["start_time"] == "2026-01-02T01:04:05+00:00"
    assert (checkout["valid"], checkout["misc"], checkout["patchset_files"]) == (True, {"a": [1, None]}, [])
    build = Build.objects.get()
    assert (build.known, build.status, build.duration, build.revision_id) == (True, Status.PASS, 1.5, None)
    related = ("build", "series__path", "document", "excerpt", "unit")
    assert test_object(Test.objects.select_related(*related).get()) == {
        "id": "acme:1", "origin": "acme", "build_id": "acme:b", "path": "a.b", "status": "FAIL",
        "log_excerpt": "oops",
        "environment": {"misc": {"platform": "board"}, "compatible": ["a,b"]},
        "number": {"value": 3.5, "unit": "s", "prefix": "metric"},
    }  # fmt: skip
    assert (Issue.objects.get().culprit_tool, Incident.objects.get().present) == (False, True)


def test_only_news_is_read_again(database, read):
    put_test(database, 1)
    assert read().documents == 1
    assert read().documents == 0
    put_test(database, 2)
    put_test(database, 1, status="PASS")
    assert read().documents == 1
    assert Test.objects.get(kcidb_id="acme:1").status == Status.PASS
    assert Test.objects.count() == 2


def test_rows_that_appear_late_are_found(database, read, kcidb):
    with psycopg.connect(kcidb[1]) as slow:
        put_test(slow, "late")
        put_test(database, "early")
        assert read().documents == 1
    assert read().documents == 1
    assert set(Test.objects.values_list("kcidb_id", flat=True)) == {"acme:early", "acme:late"}


def test_versions_of_an_issue_are_rows_of_their_own(database, read):
    for version in (1, 2):
        put(database, "issues", id="acme:i", origin="acme", version=version)
    read()
    assert read().documents == 0
    assert sorted(Issue.objects.values_list("version", flat=True)) == [1, 2]


def test_history_is_read_in_pages_and_remembered_by_its_last_moment_only(database, read, monkeypatch):
    monkeypatch.setattr(pulling, "PAGE", 3)
    monkeypatch.setattr(kcidb_tables, "PAGE", 3)
    for number in range(10):
        put_test(database, number, _timestamp=f"2020-01-01T00:00:0{number // 4}Z")
    assert read().documents == 4
    cursor = Cursor.objects.get(feed="tests")
    assert cursor.position.isoformat() == "2020-01-01T00:00:02+00:00"
    assert set(cursor.seen) == {"acme:8", "acme:9"}
    assert Test.objects.count() == 10
    assert read().documents == 0


def test_a_round_ends_when_its_time_is_up_and_the_next_goes_on(database, kcidb, monkeypatch):
    monkeypatch.setattr(pulling, "PAGE", 3)
    monkeypatch.setattr(kcidb_tables, "PAGE", 3)
    for number in range(7):
        put_test(database, number, _timestamp="2020-01-01T00:00:00Z")
    assert [pull(kcidb[1], seconds=-1).objects() for _ in range(4)] == [3, 3, 1, 0]


def test_the_cursor_moves_only_with_the_data(database, read, monkeypatch):
    put_test(database, 1)
    with monkeypatch.context() as patch:
        patch.setattr(Cursor, "save", lambda _self: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            read()
    assert not Test.objects.exists()
    assert not Submission.objects.exists()
    assert read().objects() == 1


def test_what_was_read_long_ago_is_forgotten(database, read, monkeypatch):
    put_test(database, 1)
    read()
    assert Cursor.objects.get(feed="tests").seen
    monkeypatch.setattr(pulling, "OVERLAP", timedelta(0))
    put_test(database, 2)
    read()
    assert set(Cursor.objects.get(feed="tests").seen) <= {"acme:2"}


def test_command(database, kcidb):
    put_test(database, 1)
    out = StringIO()
    call_command("pull_kcidb", "--dsn", kcidb[1], "--once", stdout=out)
    assert "tests: 1 new" in out.getvalue()
    with pytest.raises(CommandError, match="does not answer"):
        call_command("pull_kcidb", "--dsn", "host=/nowhere dbname=kcidb", "--once")
    with pytest.raises(CommandError, match="KCIDB_DSN"):
        call_command("pull_kcidb", "--dsn", "", "--once")


def test_cursors_do_not_tell_what_opens_a_database():
    dsn = "postgres://someone:secret@db.example:5432/kcidb"
    assert kcidb_tables.database_name(dsn) == "db.example/kcidb"
