"""Counts that pages read, and what is due for recomputation. Written by ``results.rollups`` only."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from results.models.dimensions import Lab, Origin, Platform, Suite
from results.models.objects import Build, Revision

FK: dict[str, Any] = {"on_delete": models.CASCADE, "related_name": "+", "db_index": False}


class Counted(models.Model):
    """One count per status, worst first; see ``results.status.COUNT_COLUMNS``.

    ``last_start``: the newest start time of what is counted.
    """

    n_fail = models.IntegerField(default=0, db_default=0)
    n_error = models.IntegerField(default=0, db_default=0)
    n_miss = models.IntegerField(default=0, db_default=0)
    n_pass = models.IntegerField(default=0, db_default=0)
    n_done = models.IntegerField(default=0, db_default=0)
    n_skip = models.IntegerField(default=0, db_default=0)
    n_none = models.IntegerField(default=0, db_default=0)
    last_start = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class ResultCount(Counted):
    """Tests of one build by origin, lab, platform, suite and day (UTC) of their start."""

    id = models.BigAutoField(primary_key=True)
    build = models.ForeignKey(Build, **FK)
    origin = models.ForeignKey(Origin, **FK)
    lab = models.ForeignKey(Lab, **FK)
    platform = models.ForeignKey(Platform, null=True, **FK)
    suite = models.ForeignKey(Suite, **FK)
    is_boot = models.BooleanField()
    day = models.DateField(null=True)

    class Meta:
        db_table = "results_resultcount"
        constraints = [
            models.UniqueConstraint(
                fields=("build", "platform", "suite", "lab", "origin", "is_boot", "day"),
                name="resultcount_identity",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index("platform", "day", name="resultcount_platform"),
            models.Index("lab", "day", name="resultcount_lab"),
            models.Index("day", name="resultcount_day"),
        ]


class RevisionCount(Counted):
    """Builds, boots and tests of one revision by origin. Dummy builds are not counted."""

    class Kind(models.IntegerChoices):
        BUILD = 1, "build"
        BOOT = 2, "boot"
        TEST = 3, "test"

    id = models.BigAutoField(primary_key=True)
    revision = models.ForeignKey(Revision, **FK)
    origin = models.ForeignKey(Origin, **FK)
    kind = models.SmallIntegerField(choices=Kind)

    class Meta:
        db_table = "results_revisioncount"
        constraints = [
            models.UniqueConstraint(fields=("revision", "kind", "origin"), name="revisioncount_identity")
        ]


class DayCount(Counted):
    """Tests of one day (UTC) by platform, lab and origin, whether or not their build is known."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(null=True)
    platform = models.ForeignKey(Platform, null=True, **FK)
    lab = models.ForeignKey(Lab, **FK)
    origin = models.ForeignKey(Origin, **FK)
    is_boot = models.BooleanField()

    class Meta:
        db_table = "results_daycount"
        constraints = [
            models.UniqueConstraint(
                fields=("day", "platform", "lab", "origin", "is_boot"),
                name="daycount_identity",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index("platform", F("day").desc(), name="daycount_platform"),
            models.Index("lab", F("day").desc(), name="daycount_lab"),
            models.Index("origin", F("day").desc(), name="daycount_origin"),
        ]


class IssueCount(models.Model):
    """Incidents of one issue (all versions), by what they say and where."""

    issue_key = models.UUIDField(primary_key=True)
    builds = models.IntegerField()
    tests = models.IntegerField()
    absent = models.IntegerField()
    first_seen = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)

    class Meta:
        db_table = "results_issuecount"


class Due(models.Model):
    """Something whose summaries must be recomputed; written in the transaction of the data.

    Append only: the task deletes what it has done in the transaction that did it.
    """

    class Kind(models.IntegerChoices):
        CHECKOUT = 1, "checkout"
        BUILD = 2, "build"
        ISSUE = 3, "issue"
        TREE = 4, "tree"

    id = models.BigAutoField(primary_key=True)
    kind = models.SmallIntegerField(choices=Kind)
    ref = models.UUIDField(help_text="The key of the checkout, build or issue; of a tree its number.")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "results_due"
        verbose_name_plural = "due"
