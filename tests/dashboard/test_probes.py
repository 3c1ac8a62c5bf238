"""Probes of an orchestrator."""

from __future__ import annotations

import pytest


def test_the_process_answers(client):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_ready_with_database_and_redis(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "redis": True})


@pytest.mark.django_db
def test_not_ready_without_redis(client, settings, caplog):
    settings.CACHES = {"default": {"LOCATION": "unix:///nowhere/redis.sock?db=1"}}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "redis": False})
