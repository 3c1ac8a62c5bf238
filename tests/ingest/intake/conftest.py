"""An own spool and an own Redis namespace for every test of the intake."""

from __future__ import annotations

import pytest
from celery import current_app
from django.core.cache import cache

from ingest.intake import counters, tokens
from ingest.intake.spool import own_spool
from ingest.intake.tokens import create_token


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """Record the tasks that would be sent to a worker."""
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_options: sent.append(name))
    return sent


@pytest.fixture(autouse=True)
def intake(settings, tmp_path, monkeypatch):
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    settings.STATIC_ROOT = tmp_path
    settings.ROOT_URLCONF = "ingest.urls"
    settings.JWT_SECRETS = []
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    tokens.forget_tokens()
    monkeypatch.setattr(counters, "PREFIX", f"test:{tmp_path}")
    return settings


@pytest.fixture
def spool(intake):
    spool = own_spool()
    spool.prepare()
    return spool


@pytest.fixture
def secret(db):
    return create_token("a lab", ["acme"])[1]


@pytest.fixture
def auth(secret):
    return {"Authorization": f"Bearer {secret}"}
