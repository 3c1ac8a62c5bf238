"""What sources remember: how far they were read, an operator's rules, and who may send results."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
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
    source = models.CharField(
        max_length=NAME_LENGTH, help_text="The address of an API or the name of a database."
    )
    feed = models.CharField(
        max_length=NAME_LENGTH, help_text="What is read there: a table, a kind of events, a tree."
    )
    position = models.DateTimeField(null=True)
    seen = models.JSONField(default=dict)
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ingest_cursor"
        constraints: ClassVar = [models.UniqueConstraint(fields=("source", "feed"), name="cursor_identity")]

    def __str__(self) -> str:
        return f"{self.source} {self.feed}"


class Rehoming(models.Model):
    """A name whose aliases were changed: what was submitted under it has to be filed anew.

    ``kind`` is "tree" (``name`` is a repository's URL) or a kind of ``results.models.NameAlias``.
    Written in the transaction of the change, deleted when they are; see ``ingest.rehoming``.
    """

    TREE: ClassVar = "tree"

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=8, default=TREE, db_default=TREE)
    name = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        db_table = "ingest_rehoming"

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


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


class Scope(models.TextChoices):
    """What a token opens."""

    SUBMIT = "submit", "send results"


def _submit_only() -> list[str]:
    return [Scope.SUBMIT.value]


class Token(models.Model):
    """A secret that lets a program send results of certain origins.

    Only the hash of the secret is kept: it is 256 random bits, so a plain SHA-256 cannot be
    guessed back. A limit of None is the site's.
    """

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=NAME_LENGTH, unique=True, help_text="Who uses it, and for what.")
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    origins = ArrayField(
        models.CharField(max_length=NAME_LENGTH),
        help_text="Objects of other origins are refused; comma-separated.",
    )
    scopes = ArrayField(models.CharField(max_length=32), default=_submit_only)
    requests_per_minute = models.PositiveIntegerField(null=True, blank=True)
    bytes_per_hour = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")

    class Meta:
        db_table = "ingest_token"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def problem(self, now: datetime) -> str:
        """Return why the token opens nothing any more; "" while it does."""
        if self.revoked_at is not None:
            return f"the token was revoked at {self.revoked_at:%Y-%m-%d %H:%M} UTC"
        if self.expires_at is not None and self.expires_at <= now:
            return f"the token expired at {self.expires_at:%Y-%m-%d %H:%M} UTC"
        return ""
