"""From the spool into the database, with the real loader."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from socket import gethostname

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from ingest import tasks
from ingest.intake import loading
from ingest.intake.loading import load_spool
from ingest.intake.spool import Spool
from ingest.replay import replay_rejected
from ingest.sources import giants
from results.models import Build, Rejection, Submission, Test
from tests.ingest.intake.documents import document

pytestmark = pytest.mark.django_db(transaction=True)


def publish(spool, body, origins=("acme",)):
    """Put a body into the spool as POST /submit does; return its id."""
    with spool.draft(origins, "a lab") as draft:
        draft.write(body)
        draft.publish()
    return draft.id


def load(spool, seconds=60):
    return load_spool(spool, seconds=seconds)


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def receipt(client, auth, submission_id):
    response = client.get("/status", {"id": submission_id}, headers=auth)
    return response.json() | {"http": response.status_code}


def test_a_submission_from_acceptance_to_its_page(client, auth, spool):
    body = document(tests=3)
    told = client.post("/submit", body, content_type="application/json", headers=auth).json()
    assert receipt(client, auth, told["id"])["status"] == "ready"
    page = client.get(told["status_url"])
    assert (page.status_code, page["Content-Type"], "Refresh" in page) == (200, "text/plain", True)

    load(spool)

    answer = receipt(client, auth, told["id"])
    assert (answer["status"], answer["state"], answer["rejected"]) == ("processed", "accepted", 0)
    assert answer["accepted"] == {"checkouts": 1, "builds": 1, "tests": 3, "issues": 0, "incidents": 0}
    row = Submission.objects.get()
    assert answer["url"] == f"http://testserver/submission/{row.pk}"
    assert client.get(told["status_url"])["Location"] == f"/submission/{row.pk}"
    assert (row.source, row.name) == ("submit", f"submission-{told['id']}.json")
    assert Test.objects.count() == 3
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    assert files(spool.folder / "archive" / today) == [f"submission-{told['id']}.json"]
    assert not list(spool.names())


def test_the_time_of_the_file_is_the_time_of_submission(spool):
    submission_id = publish(spool, document())
    then = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
    os.utime(spool.folder / f"submission-{submission_id}.json", (then.timestamp(), then.timestamp()))
    load(spool)
    assert abs(Submission.objects.get().submitted_at - then) < timedelta(microseconds=2)


def test_objects_of_other_origins_are_refused_with_the_reason(client, auth, spool):
    own, foreign = json.loads(document(tests=1)), json.loads(document(origin="rival", tests=1))
    disguised = own["tests"][0] | {"id": "rival:disguised"}
    on_a_foreign_build = own["tests"][0] | {"id": "acme:guest", "build_id": "rival:build-1"}
    own["builds"] += foreign["builds"]
    own["tests"] += [disguised, on_a_foreign_build]
    submission_id = publish(spool, json.dumps(own).encode())

    load(spool)

    answer = receipt(client, auth, submission_id)
    assert (answer["status"], answer["state"], answer["rejected"]) == ("processed", "partial", 2)
    refused = {each["id"]: each["reason"] for each in answer["rejections"]}
    assert set(refused) == {"rival:build-1", "rival:disguised"}
    assert "acme" in refused["rival:build-1"]
    assert "the origin rival" in refused["rival:build-1"]
    assert "the id rival:disguised" in refused["rival:disguised"]
    assert not Build.objects.get(kcidb_id="rival:build-1").known
    assert set(Test.objects.values_list("kcidb_id", flat=True)) == {"acme:test-1-0", "acme:guest"}
    assert set(Rejection.objects.values_list("replayed_at", flat=True)) == {None}

    replayed = replay_rejected()
    assert (replayed.stored, len(replayed.rejected)) == (0, 2)
    assert not Build.objects.get(kcidb_id="rival:build-1").known


def test_waivers_made_by_the_upgrade_belong_to_the_sender(spool):
    old = {
        "version": {"major": 4, "minor": 2},
        "tests": [
            {
                "id": "acme:1",
                "origin": "acme",
                "build_id": "acme:b",
                "waived": True,
                "path": "a",
                "status": "FAIL",
            }
        ],
    }
    publish(spool, json.dumps(old).encode())
    load(spool)
    row = Submission.objects.get()
    assert (row.state, row.issues, row.incidents) == ("accepted", 1, 1)


@pytest.mark.parametrize("body", [b"[]", b'{"version": {"major": 9}}', document(origin="rival")])
def test_what_is_refused_as_a_whole_goes_to_failed(client, auth, spool, body):
    submission_id = publish(spool, body)
    load(spool)
    answer = receipt(client, auth, submission_id)
    assert (answer["status"], answer["state"]) == ("failed", "rejected")
    assert answer["rejections"][0]["reason"]
    assert f"submission-{submission_id}.json" in files(spool.folder / "failed")


def test_giants_are_loaded_in_parts(client, auth, spool, monkeypatch, settings):
    monkeypatch.setattr(loading, "MAX_BYTES", 1000)
    monkeypatch.setattr(giants, "PART_CHARACTERS", 2000)
    settings.SUBMIT_MAX_BYTES = 100_000
    whole = json.loads(document(tests=20))
    whole["tests"][19]["status"] = "GOOD"
    body = json.dumps(whole, indent=1, sort_keys=True).encode()  # version comes last
    submission_id = publish(spool, body)
    load(spool)
    rows = Submission.objects.order_by("id")
    assert len(rows) > 2
    assert [rows[0].name, rows[1].name] == [
        f"submission-{submission_id}.json",
        f"submission-{submission_id}.json#2",
    ]
    assert set(rows.values_list("state", flat=True)) == {"accepted", "partial"}
    assert Test.objects.count() == 19
    answer = receipt(client, auth, submission_id)
    assert (answer["status"], answer["state"]) == ("processed", "partial")
    assert answer["parts"] == [row.pk for row in rows]
    assert (answer["accepted"]["builds"], answer["accepted"]["tests"], answer["rejected"]) == (1, 19, 1)
    assert answer["rejections"][0]["id"] == whole["tests"][19]["id"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"tests": [' + b" " * 2000,
        b"[]" * 1000,
        b'{"a": 1} ' * 500,
        b'{"a": [1 2]}' + b" " * 2000,
        b"\xff" * 2000,
    ],
)
def test_giants_that_are_no_documents_are_refused(client, auth, spool, monkeypatch, body):
    monkeypatch.setattr(loading, "MAX_BYTES", 1000)
    submission_id = publish(spool, body)
    load(spool)
    answer = receipt(client, auth, submission_id)
    assert answer["status"] == "failed"
    assert answer["rejections"][0]["reason"].startswith("not JSON")


def test_unknown_and_impossible_ids(client, auth, spool):
    assert receipt(client, auth, "x" * 32) | {"message": ""} == {
        "id": "x" * 32, "status": "notfound", "message": "", "http": 404,
    }  # fmt: skip
    assert receipt(client, auth, "../etc")["http"] == 400
    assert client.get("/status", {"id": "x"}).status_code == 401
    assert client.get("/submitted/nothing").status_code == 404


def test_loading_again_after_a_kill_before_the_move_changes_nothing(spool, monkeypatch):
    publish(spool, document(number=1, tests=5))
    with monkeypatch.context() as patch:
        patch.setattr(Spool, "finish", lambda *_args, **_options: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            load(spool)
    assert Test.objects.count() == 5
    assert len(list(spool.names())) == 1
    assert load(spool).summary.repeated == 1
    assert (Submission.objects.count(), Test.objects.count()) == (1, 5)
    assert not list(spool.names())


def test_files_stay_while_the_database_is_away(spool, monkeypatch):
    def away(*_args, **_options):
        raise OperationalError("gone")

    publish(spool, document())
    monkeypatch.setattr(loading, "load_documents", away)
    with pytest.raises(OperationalError):
        load(spool)
    assert len(list(spool.names())) == 1


def test_one_process_loads_a_spool_at_a_time(spool):
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        name = [f"spool {gethostname()} {spool.folder}"]
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", name)
        assert load(spool) is None
        other.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)
    assert load(spool) is not None


def test_a_run_ends_when_its_time_is_up_and_says_so(spool):
    for number in range(3):
        publish(spool, document(number=number))
    assert load(spool, seconds=-1).has_more
    assert len(list(spool.names())) == 3
    assert not load(spool).has_more


def test_the_task_loads_all_that_waits(spool, woken):
    for number in range(3):
        publish(spool, document(number=number))
    tasks.load_spool()
    assert Submission.objects.count() == 3
    assert "ingest.load_spool" not in woken


def test_the_task_asks_for_another_run_when_files_are_left(spool, woken, monkeypatch):
    monkeypatch.setattr(tasks, "LOADER_SECONDS", -1)
    publish(spool, document())
    tasks.load_spool()
    assert "ingest.load_spool" in woken


def test_a_file_that_waited_when_senders_had_files_beside_theirs_is_bound_by_that(spool):
    name, today = f"submission-{'x' * 32}", datetime.now(UTC).strftime("%Y-%m-%d")
    (spool.folder / f"{name}.json").write_bytes(document())
    (spool.folder / f"{name}.meta").write_text('{"origins": ["rival"], "sender": "token:1"}')
    load(spool)
    assert Submission.objects.get().state == "rejected"
    assert "acme" in Rejection.objects.first().reason
    assert files(spool.folder / "failed") == [f"{name}.json", f"{name}.meta"]
    assert not (spool.folder / "archive" / today).exists()


def test_a_spool_of_others_is_watched(tmp_path):
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "submission-abc.json").write_bytes(document(number=1))
    (folder / "logspec_0123456789abcdef.json.json").write_bytes(document(number=2, origin="rival"))
    (folder / "submission-def.json.temp").write_bytes(document(number=3)[:50])
    (folder / "submission-empty.json").write_bytes(b"")
    with pytest.raises(CommandError):
        call_command("watch_spool", folder, "--once")
    assert files(folder / "failed") == ["submission-empty.json"]
    assert files(folder / "archive") == ["logspec_0123456789abcdef.json.json", "submission-abc.json"]
    assert (folder / "submission-def.json.temp").exists()
    assert set(Submission.objects.values_list("source", flat=True)) == {"spool"}

    (folder / "submission-abc.json").write_bytes(document(number=4))
    call_command("watch_spool", folder, "--once")
    assert len(files(folder / "archive")) == 3


def test_names_come_while_the_folder_is_read_and_nothing_is_looked_at_twice(tmp_path, monkeypatch):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(2000):
        (folder / f"submission-{number}.json").touch()
    monkeypatch.setattr(os, "stat", lambda *_args, **_options: pytest.fail("a file was looked at"))
    names = Spool(folder).names()
    assert next(names).startswith("submission-")
    assert sum(1 for _ in names) == 1999


def test_what_a_killed_writer_left_is_removed_after_a_day(spool):
    for name, hours in (("old", 25), ("new", 1)):
        temp = spool.folder / f"submission-{name}.json.temp"
        temp.touch()
        (spool.folder / f"submission-{name}.meta").touch()
        then = time.time() - hours * 3600
        os.utime(temp, (then, then))
    assert list(spool.names()) == []
    assert [path.name for path in sorted(spool.folder.iterdir()) if path.is_file()] == [
        "submission-new.json.temp",
        "submission-new.meta",
    ]
