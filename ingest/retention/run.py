"""One run over everything that is too old."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F
from django.utils import timezone

from ingest.locks import only_one
from ingest.retention.contents import prune_contents
from ingest.retention.submissions import prune_files, prune_submissions
from ingest.retention.tests import prune_tests
from results.models import Pruning

PAUSE: Final = 0.05
"""Seconds between two transactions: loaders and summaries get their turn."""

DAY: Final = timedelta(hours=23)

Progress = Callable[[Pruning], object]


def prune(before: datetime, progress: Progress = lambda _: None) -> Pruning | None:
    """Delete what is older and return what went; None when another process is at it.

    Whatever stops it, the next run goes on. ``progress`` is called after each transaction.
    """
    with only_one("prune") as is_ours:
        if not is_ours:
            return None
        run = Pruning.objects.create(before=before)
        for step in prune_tests(before):
            _note(run, progress, builds=step.builds, tests=step.tests)
            time.sleep(PAUSE)
        prune_contents(lambda gone: _note(run, progress, contents=gone))
        for gone in prune_submissions(before):
            _note(run, progress, submissions=gone)
            time.sleep(PAUSE)
        prune_files(before)
        Pruning.objects.filter(pk=run.pk).update(finished_at=timezone.now())
        run.refresh_from_db()
        return run


def _note(run: Pruning, progress: Progress, **gone: int) -> None:
    added = {name: F(name) + number for name, number in gone.items()}
    Pruning.objects.filter(pk=run.pk).update(**added)
    run.refresh_from_db()
    progress(run)


def prune_daily(*, keep: int, keep_files: int) -> Pruning | None:
    """Do what is due of a day's pruning; days of 0 keep everything. Returns what went of results, if any."""
    now = timezone.now()
    if keep_files:
        prune_files(now - timedelta(days=keep_files))
    if not keep or Pruning.objects.filter(finished_at__gt=now - DAY).exists():
        return None
    return prune(now - timedelta(days=keep))
