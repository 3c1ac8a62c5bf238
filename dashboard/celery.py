"""The Celery application and its schedule. Tasks live in <app>/tasks.py and are named by hand."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

app = Celery("treewatch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # Loaders wake this task themselves; the beat only makes a lost message cost seconds. A tick
    # that no worker took before the next one says nothing new.
    "refresh": {
        "task": "results.refresh",
        "schedule": 5.0,
        "options": {"queue": "summaries", "expires": 5},
    },
    # What a refresh made due; a tree is judged at most twice a minute, however often this comes.
    "judge": {
        "task": "results.judge",
        "schedule": 5.0,
        "options": {"queue": "summaries", "expires": 5},
    },
    "rehoming": {
        "task": "ingest.rehome",
        "schedule": 5.0,
        "options": {"queue": "ingest", "expires": 5},
    },
    # Nobody wakes this one: what changes an event need not know that somebody is told.
    "notify": {
        "task": "dashboard.notify",
        "schedule": 10.0,
        "options": {"queue": "notify", "expires": 10},
    },
    "look-for-tests": {
        "task": "dashboard.look_for_tests",
        "schedule": 120.0,
        "options": {"queue": "notify", "expires": 120},
    },
    "forget": {
        "task": "dashboard.forget",
        "schedule": 6 * 3600.0,
        "options": {"queue": "notify", "expires": 3600},
    },
    "spools": {
        "task": "ingest.load_spool",
        "schedule": 5.0,
        "options": {"queue": "ingest", "expires": 5},
    },
}
if settings.KCIDB_DSN:
    app.conf.beat_schedule["kcidb"] = {
        "task": "ingest.pull_kcidb",
        "schedule": 30.0,
        "options": {"queue": "ingest", "expires": 30},
    }
if settings.KERNELCI_SYNC:
    app.conf.beat_schedule["kernelci"] = {
        "task": "ingest.sync_kernelci",
        "schedule": 30.0,
        "options": {"queue": "ingest", "expires": 30},
    }
if settings.KEEP_DAYS or settings.KEEP_FILES_DAYS:
    # Once a day; every hour, so that one which was cut off goes on.
    app.conf.beat_schedule["prune"] = {
        "task": "ingest.prune",
        "schedule": 3600.0,
        "options": {"queue": "ingest", "expires": 3600},
    }


@setup_logging.connect
def keep_logging(**_kwargs: Any) -> None:
    """Let Django's LOGGING stand: Celery configures logging only when nobody listens here."""


@worker_process_init.connect
def close_inherited_connections(**_kwargs: Any) -> None:
    """Drop what the fork inherited: two processes must never share a database connection."""
    from django.db import connections

    connections.close_all()
