"""kill -9 of who takes and who loads, again and again, while documents stream in."""

from __future__ import annotations

import json
import random
import signal
import time
from http.client import HTTPConnection
from io import StringIO
from multiprocessing import get_context
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection, connections

from ingest.intake.loading import load_spool
from ingest.intake.spool import Spool
from results.models import Submission, Test
from results.rollups import recount, refresh
from tests.ingest.intake.documents import document
from tests.ingest.intake.server import bearer, web_server

pytestmark = pytest.mark.django_db(transaction=True)

TESTS = 40
LOADER_KILLS = 6


class Sender(Thread):
    """Sends documents to a web server that may be killed, each until it is acknowledged."""

    def __init__(self):
        super().__init__(daemon=True)
        self.port = 0
        self.acknowledged = 0
        self.is_last = False

    def run(self):
        while not self.is_last:
            while not self.send(document(number=self.acknowledged, tests=TESTS)):
                time.sleep(0.05)
            self.acknowledged += 1
            time.sleep(0.02)

    def send(self, body):
        client = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            client.request("POST", "/submit", body, bearer())
            response = client.getresponse()
            return response.status == 200 and response.read()
        except OSError:
            return None
        finally:
            client.close()


def load_for_ever(spool):
    """Do what a worker does."""
    while True:
        load_spool(spool, seconds=60)


def loaded():
    return Submission.objects.count()


def rollups():
    """Return every count, whatever the ids of its rows."""
    counts = {}
    with connection.cursor() as cursor:
        for table in ("results_resultcount", "results_revisioncount", "results_daycount"):
            cursor.execute(f"SELECT (to_jsonb(t) - 'id')::text FROM {table} t")  # noqa: S608
            counts[table] = sorted(row for (row,) in cursor.fetchall())
    return counts


def load_and_kill(spool, chance):
    """Let a process load until something is committed, and kill it shortly after, in the middle of more."""
    before = loaded()
    connections.close_all()  # a fork must not share them
    process = get_context("fork").Process(target=load_for_ever, args=(spool,))
    process.start()
    while loaded() == before and process.is_alive():
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.06))
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def test_every_acknowledged_object_is_there_once_whoever_is_killed(tmp_path):
    chance = random.Random(7)
    spool = Spool(tmp_path / "spool", is_own=True)
    spool.prepare()
    sender = Sender()
    with web_server(spool, end=signal.SIGKILL) as sender.port:
        sender.start()
        for _ in range(LOADER_KILLS):
            load_and_kill(spool, chance)
    with web_server(spool) as sender.port:
        for _ in range(LOADER_KILLS):
            load_and_kill(spool, chance)
        sender.is_last = True
        sender.join()
    call_command("watch_spool", spool.folder, "--once", stdout=StringIO())

    assert not list(spool.names())
    assert set(Submission.objects.values_list("state", flat=True)) == {"accepted"}
    assert loaded() >= sender.acknowledged
    everything = {
        f"acme:test-{number}-{index}" for number in range(sender.acknowledged) for index in range(TESTS)
    }
    assert set(Test.objects.values_list("kcidb_id", flat=True)) == everything
    assert Test.objects.count() == len(everything)
    while refresh():
        pass
    before = rollups()
    recount()
    assert rollups() == before
    counted = [json.loads(row) for row in before["results_resultcount"]]
    assert sum(row["n_pass"] + row["n_fail"] for row in counted) == len(everything)
