"""What arrived long ago: submissions with their rejections, and the files that they came in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from ingest.intake.spool import ARCHIVE, FAILED, own_spool
from results.models import Rejection, Submission

BATCH: Final = 2_000


def prune_submissions(before: datetime) -> Iterator[int]:
    """Delete submissions that arrived earlier, a transaction per step; yield how many went.

    Objects keep the number of their submission: an unknown one counts as older than all others.
    """
    while ids := list(_old(before)):
        with transaction.atomic():
            Rejection.objects.filter(submission__in=ids).delete()
            Submission.objects.filter(pk__in=ids).delete()
        yield len(ids)


def _old(before: datetime) -> Iterator[int]:
    rows = Submission.objects.filter(received_at__lt=before).order_by("received_at")
    yield from rows.values_list("id", flat=True)[:BATCH]


def prune_files(before: datetime) -> None:
    """Remove what our own spool archived on earlier days, and what failed by then."""
    spool = own_spool()
    for folder in _folders(spool.folder / ARCHIVE):
        if _is_earlier(folder.name, before.date()):
            shutil.rmtree(folder)
    for path in _folders(spool.folder / FAILED):
        if path.stat().st_mtime < before.timestamp():
            path.unlink()


def _folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from folder.iterdir()


def _is_earlier(name: str, day: date) -> bool:
    try:
        return date.fromisoformat(name) < day
    except ValueError:
        return False  # nothing of ours
