"""What arrived, what became of it, and why something was refused."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Submission(models.Model):
    """One KCIDB document.

    ``submitted_at`` decides which of two submissions is newer (a file's modification time, the
    arrival of a request); ``id`` breaks ties. The same bytes of the same time are one submission.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        PARTIAL = "partial", "partly rejected"
        REJECTED = "rejected"

    id = models.AutoField(primary_key=True)
    source = models.CharField(max_length=32)
    name = models.TextField(help_text="File, member of an archive, or request; with #n for the nth document.")
    sha256 = models.BinaryField(max_length=32)
    size = models.BigIntegerField(help_text="Bytes of JSON.")
    version = models.CharField(max_length=16, default="")
    origins = ArrayField(models.CharField(max_length=512), default=list)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    checkouts = models.IntegerField(default=0, db_default=0)
    builds = models.IntegerField(default=0, db_default=0)
    tests = models.IntegerField(default=0, db_default=0)
    issues = models.IntegerField(default=0, db_default=0)
    incidents = models.IntegerField(default=0, db_default=0)
    rejections = models.IntegerField(default=0, db_default=0)
    cleaned = models.IntegerField(default=0, db_default=0, help_text="Values made storable.")

    class Meta:
        db_table = "results_submission"
        constraints = [models.UniqueConstraint(fields=("sha256", "submitted_at"), name="submission_identity")]
        indexes = [
            models.Index(F("received_at").desc(), name="submission_newest"),
            HashIndex("name", name="submission_name"),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk} ({self.name})"


class Rejection(models.Model):
    """A document, or an object of one, that could not be stored; its bytes can be tried again."""

    id = models.AutoField(primary_key=True)
    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="rejected", db_index=False
    )
    kind = models.CharField(max_length=16, help_text="document, checkout, build, test, issue or incident.")
    object_id = models.TextField(default="")
    pointer = models.TextField(default="", help_text="RFC 6901 JSON pointer into the document.")
    reason = models.TextField()
    raw = models.BinaryField(help_text="zlib-compressed JSON bytes of what was refused, with its version.")
    bound_to = ArrayField(
        models.CharField(max_length=512), null=True, help_text="Origins that its sender may send; NULL: any."
    )
    rejected_at = models.DateTimeField(db_default=Now())
    replayed_at = models.DateTimeField(null=True, help_text="When a later try stored it.")

    class Meta:
        db_table = "results_rejection"
        indexes = [
            models.Index("submission", "id", name="rejection_submission"),
            models.Index("id", condition=Q(replayed_at=None), name="rejection_open"),
        ]


class FieldSource(models.Model):
    """Which submission won each field of an object, where it was not the object's newest one.

    Only objects that several submissions wrote differently have a row.
    """

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=8)
    key = models.UUIDField()
    version = models.BigIntegerField(default=0, db_default=0, help_text="Of an issue; else 0.")
    fields = models.JSONField(help_text="Field name -> submission id.")

    class Meta:
        db_table = "results_fieldsource"
        constraints = [
            models.UniqueConstraint(fields=("kind", "key", "version"), name="fieldsource_identity")
        ]
