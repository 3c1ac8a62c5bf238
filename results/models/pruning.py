"""What was deleted for its age."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Pruning(models.Model):
    """One run of ``manage.py prune``: what it deleted so far, of before when.

    ``contents`` are documents and excerpts that nothing names any more. Whoever keeps ids of them
    in memory forgets these when ``id`` or ``contents`` of the newest run has changed.
    """

    id = models.AutoField(primary_key=True)
    before = models.DateTimeField()
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    builds = models.IntegerField(default=0, db_default=0, help_text="Builds that lost their tests.")
    tests = models.BigIntegerField(default=0, db_default=0)
    contents = models.BigIntegerField(default=0, db_default=0)
    submissions = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "results_pruning"
