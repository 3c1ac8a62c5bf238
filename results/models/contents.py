"""Text that many objects share, stored once per distinct content."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from results.compression import PackedTextField


class Dictionary(models.Model):
    """What contents of a kind have in common: texts are compressed as what differs from it.

    ``newest`` is the greatest id of a content when it was chosen. Never changed, and kept as long
    as any content may name it. Its number is in the first two bytes of these.
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document"
        EXCERPT = "excerpt"

    id = models.SmallAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    newest = models.IntegerField()
    created_at = models.DateTimeField()
    body = models.BinaryField()

    class Meta:
        db_table = "results_dictionary"
        verbose_name_plural = "dictionaries"


class Document(models.Model):
    """The fields of an object that are no columns, as JSON text.

    Two control characters, which JSON text cannot hold, stand for what differs between tests of
    one job; ``results.documents`` puts them in and takes them out. Those of checkouts are not
    compressed: the summaries read them by SQL.
    """

    id = models.AutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    body = PackedTextField()

    class Meta:
        db_table = "results_document"


class Excerpt(models.Model):
    """A piece of a log (at most 16,384 characters in KCIDB).

    A short one has no key: hardly ever are two the same, and keys would cost more than they save.
    """

    id = models.AutoField(primary_key=True)
    key = models.UUIDField(null=True)
    body = PackedTextField()

    class Meta:
        db_table = "results_excerpt"
        constraints = [
            models.UniqueConstraint(fields=("key",), condition=Q(key__isnull=False), name="excerpt_key")
        ]
