"""Trying rejected documents and objects again: the schema, the loader or a limit may have changed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.utils import timezone

from ingest.document import Document
from ingest.load import load_documents
from results.models import Rejection

SOURCE: Final = "replay"


@dataclass(frozen=True)
class Again(Document):
    """Bytes that were loaded before, and are to be loaded once more nevertheless."""

    rejection: int = 0

    def digest(self) -> bytes:
        return sha256(f"rejection {self.rejection} ".encode() + self.raw).digest()


@dataclass
class Replayed:
    """How many rejections are stored now, and why the others are not."""

    stored: int = 0
    rejected: list[str] = field(default_factory=list)


def replay_rejected(submission: int | None = None) -> Replayed:
    """Load everything that is rejected, of one submission or of all, once more.

    It counts as submitted when it was first submitted, so newer data still wins; and its sender is
    bound to the same origins.
    """
    open_ones = Rejection.objects.filter(replayed_at=None).order_by("id")
    if submission is not None:
        open_ones = open_ones.filter(submission_id=submission)
    replayed = Replayed()
    for number in open_ones.values_list("id", flat=True):
        _replay(Rejection.objects.select_related("submission").get(pk=number), replayed)
    return replayed


def _replay(rejection: Rejection, replayed: Replayed) -> None:
    """Keep the outcome of one try if it stored anything, and undo it otherwise."""
    raw = zlib.decompress(bytes(rejection.raw))
    name = f"{rejection.submission.name} {rejection.object_id}".strip()
    document = Again(
        name,
        rejection.submission.submitted_at,
        raw,
        "" if raw else rejection.reason,
        None if rejection.bound_to is None else frozenset(rejection.bound_to),
        rejection.pk,
    )
    with transaction.atomic():
        summary = load_documents([document], source=SOURCE)
        if summary.objects():
            Rejection.objects.filter(pk=rejection.pk).update(replayed_at=timezone.now())
            replayed.stored += 1
        else:
            transaction.set_rollback(True)
            replayed.rejected += summary.rejections or [f"{name}: {rejection.reason}"]
