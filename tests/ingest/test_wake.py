from __future__ import annotations

import time

import pytest
from celery import current_app
from kombu import Connection

from ingest import wake
from ingest.load import load_documents
from ingest.wake import Waker
from results.models import Due, Test
from tests.ingest import kcidb


@pytest.fixture
def sent(monkeypatch):
    """The messages that are sent."""
    messages = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, **options: messages.append((name, options["queue"]))
    )
    return messages


@pytest.mark.django_db(transaction=True)
def test_workers_are_woken_after_the_commit(sent):
    load_documents([kcidb.document(tests=[kcidb.run()])])
    assert sent == [("results.refresh", "summaries")]
    load_documents([kcidb.document("b", at=1, tests=[kcidb.run()])])
    assert len(sent) == 1


def test_one_message_a_second_and_one_at_the_end(sent):
    waker = Waker()
    for _ in range(100):
        waker.wake()
    waker.finish()
    waker.finish()
    assert len(sent) == 2


@pytest.fixture
def dead_broker(monkeypatch):
    monkeypatch.setattr(
        current_app, "connection_for_write", lambda **options: Connection("redis://127.0.0.1:1/0", **options)
    )


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_neither_fails_nor_delays_a_load(dead_broker):
    begun = time.monotonic()
    load_documents([kcidb.document(tests=[kcidb.run()])])
    assert time.monotonic() - begun < 5
    assert Test.objects.count() == 1 and Due.objects.count() == 1


def test_a_dead_broker_is_asked_once(monkeypatch):
    asked = []

    def refuse(**options):
        asked.append(1)
        raise OSError("nobody there")

    monkeypatch.setattr(current_app, "connection_for_write", refuse)
    monkeypatch.setattr(wake, "PAUSE", 0)
    waker = Waker()
    for _ in range(5):
        waker.wake()
        waker.finish()
    assert asked == [1]
