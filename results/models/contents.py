"""Text that many objects share, stored once per distinct content."""

from __future__ import annotations

from django.db import models


class Document(models.Model):
    """The fields of an object that are no columns, as JSON text.

    Two control characters, which JSON text cannot hold, stand for what differs between tests of
    one job; ``results.documents`` puts them in and takes them out.
    """

    id = models.AutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    body = models.TextField()

    class Meta:
        db_table = "results_document"


class Excerpt(models.Model):
    """A piece of a log (at most 16,384 characters in KCIDB)."""

    id = models.AutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    body = models.TextField()

    class Meta:
        db_table = "results_excerpt"
