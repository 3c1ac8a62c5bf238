"""What sources remember: how far they were read, and an operator's rules for reading them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

NAME_LENGTH = 512


class Cursor(models.Model):
    """How far one feed of a source was read; moves in the transaction that stores what was read.

    ``position`` is a time by the source's own clock, None when the feed must be read from its
    beginning. ``seen`` (name -> time) tells what was already read of the stretch around
    ``position`` that is read again, because sources do not hand things out in order. ``moved_at``
    is when the feed was last read, or tried, by our clock.
    """

    id = models.AutoField(primary_key=True)
    source = models.CharField(max_length=NAME_LENGTH, help_text="The address of an API or the name of a database.")
    feed = models.CharField(max_length=NAME_LENGTH, help_text="What is read there: a table, a kind of events, a tree.")
    position = models.DateTimeField(null=True)
    seen = models.JSONField(default=dict)
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ingest_cursor"
        constraints: ClassVar = [models.UniqueConstraint(fields=("source", "feed"), name="cursor_identity")]

    def __str__(self) -> str:
        return f"{self.source} {self.feed}"


class SuiteRule(models.Model):
    """An operator's word on which suite the results of a KernelCI job belong to.

    ``job`` is a job name or a shell pattern. An exact name goes before a pattern, a longer
    pattern before a shorter one, and every rule before what is built in.
    """

    id = models.AutoField(primary_key=True)
    job = models.CharField(max_length=NAME_LENGTH, unique=True)
    suite = models.CharField(
        max_length=NAME_LENGTH, blank=True, help_text="Empty: results of such jobs are not kept."
    )

    class Meta:
        db_table = "ingest_suiterule"
        ordering = ("job",)

    def __str__(self) -> str:
        return f"{self.job} → {self.suite or 'nothing'}"
