"""What the analysis found: events and their history, a verdict per series, outages, metric changes.

Written by ``results.judging`` (and by triage); events are amended, never deleted. A *subject* is
what has a verdict: a series of tests, or the builds of one variant from one origin.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from results.models.contents import Excerpt
from results.models.decisions import Decision
from results.models.dimensions import NAME_LENGTH, Architecture, Compiler, Config, Lab, Origin, Platform
from results.models.objects import Revision, Series, Tree

FK: dict[str, Any] = {"on_delete": models.PROTECT, "related_name": "+", "db_index": False}
NULLABLE: dict[str, Any] = {**FK, "null": True}


class Event(models.Model):
    """One cause and everything that it broke, in one tree.

    The cause lies after ``low`` and at the latest in ``high`` with 99 % probability; ``low`` is
    NULL when it may be older than what was looked at. ``last_good`` and ``first_bad`` are what was
    seen. ``fix_bad`` and ``fix_good`` enclose the fix, NULL while anything fails. ``rate``: how
    often the affected series fail; ``confidence``: the probability that anything changed, 0 … 1.
    ``dismissed`` are suspicions that came to nothing.
    """

    class Kind(models.IntegerChoices):
        REGRESSION = 1, "regression"
        FLAKE = 2, "new flake"

    class Subject(models.IntegerChoices):
        BUILD = 1, "build"
        BOOT = 2, "boot"
        TEST = 3, "test"

    class State(models.IntegerChoices):
        SUSPECTED = 1, "suspected"
        CONFIRMED = 2, "confirmed"
        FLAKY = 3, "flaky"
        FIXED = 4, "fixed"
        INFRA = 5, "infra"
        CLOSED = 6, "closed"
        DISMISSED = 7, "dismissed"

    TAKEN_BACK = (State.INFRA, State.CLOSED, State.DISMISSED)
    """What turned out to be no event, or to be a part of another one."""

    class Triage(models.IntegerChoices):
        NEW = 1, "new"
        ACKNOWLEDGED = 2, "acknowledged"
        ASSIGNED = 3, "assigned"
        REPORTED = 4, "reported"
        DUPLICATE = 5, "duplicate"
        INVALID = 6, "invalid"

    id = models.AutoField(primary_key=True)
    tree = models.ForeignKey(Tree, **FK)
    kind = models.SmallIntegerField(choices=Kind)
    subject = models.SmallIntegerField(choices=Subject)
    state = models.SmallIntegerField(choices=State)
    triage = models.SmallIntegerField(choices=Triage, default=Triage.NEW, db_default=Triage.NEW)
    title = models.CharField(max_length=NAME_LENGTH)
    scope = models.CharField(max_length=NAME_LENGTH, default="", db_default="")
    signature = models.CharField(max_length=NAME_LENGTH, default="", db_default="")
    last_good = models.ForeignKey(Revision, **NULLABLE)
    first_bad = models.ForeignKey(Revision, **FK)
    low = models.ForeignKey(Revision, **NULLABLE)
    high = models.ForeignKey(Revision, **FK)
    fix_bad = models.ForeignKey(Revision, **NULLABLE)
    fix_good = models.ForeignKey(Revision, **NULLABLE)
    commits = models.IntegerField(help_text="Tested revisions in which the cause may lie.")
    rate = models.FloatField()
    confidence = models.FloatField()
    lab_specific = models.BooleanField(default=False)
    n_series = models.IntegerField()
    n_platforms = models.IntegerField()
    n_labs = models.IntegerField()
    impact = models.IntegerField()
    issues = ArrayField(models.UUIDField(), default=list)
    began = models.DateTimeField(help_text="When the first bad revision was first tested.")
    opened = models.DateTimeField()
    changed = models.DateTimeField()

    class Meta:
        db_table = "results_event"
        indexes = [
            models.Index("state", F("impact").desc(), F("id").desc(), name="event_impact"),
            models.Index("state", F("began").desc(), F("id").desc(), name="event_newest"),
            models.Index("state", F("confidence").desc(), F("id").desc(), name="event_confidence"),
            models.Index("tree", F("began").desc(), name="event_tree"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__gte=0) & Q(confidence__lte=1), name="event_confidence_is_probability"
            )
        ]


class SeriesVerdict(models.Model):
    """What to say about a subject now: of one that never failed lately there is no row.

    ``since``: the first failing revision of a regression, suspected or not. ``score``, ``low`` and
    ``high``: how often it fails although nothing changed, and the 95 % interval of that.
    ``per_day``: failures a day. A subject without ``series`` is the builds of a variant.
    """

    class Verdict(models.IntegerChoices):
        UNKNOWN = 0, "unknown"
        PASSING = 1, "passing"
        REGRESSION = 2, "regression"
        SUSPECTED = 3, "suspected regression"
        FIXED = 4, "fixed"
        NEW_FLAKE = 5, "new flake"
        FLAKY = 6, "flaky"
        FLAKY_SUSPECTED = 7, "perhaps flaky"
        PERSISTENT = 8, "always failing"
        INFRASTRUCTURE = 9, "infrastructure"

    id = models.AutoField(primary_key=True)
    tree = models.ForeignKey(Tree, **FK)
    series = models.OneToOneField(Series, null=True, on_delete=models.PROTECT, related_name="+")
    origin = models.ForeignKey(Origin, **NULLABLE)
    architecture = models.ForeignKey(Architecture, **NULLABLE)
    config = models.ForeignKey(Config, **NULLABLE)
    compiler = models.ForeignKey(Compiler, **NULLABLE)
    verdict = models.SmallIntegerField(choices=Verdict)
    event = models.ForeignKey(
        Event, null=True, on_delete=models.PROTECT, related_name="subjects", db_index=False
    )
    since = models.ForeignKey(Revision, **NULLABLE)
    score = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    tries = models.IntegerField()
    failures = models.IntegerField()
    per_day = models.FloatField()
    missing = models.CharField(max_length=32, default="", db_default="")

    class Meta:
        db_table = "results_seriesverdict"
        indexes = [
            models.Index("verdict", F("per_day").desc(), F("id").desc(), name="seriesverdict_ranking"),
            models.Index("tree", "verdict", name="seriesverdict_tree"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("tree", "origin", "architecture", "config", "compiler"),
                condition=Q(series__isnull=True),
                name="seriesverdict_variant",
                nulls_distinct=False,
            )
        ]


class EventSeries(models.Model):
    """A subject that an event affects. ``before`` and ``after``: tries and failures on either side.

    ``fixed`` is the first good revision after the fix, ``last_bad`` the last failing one before it.
    """

    id = models.AutoField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="series", db_index=False)
    subject = models.ForeignKey(SeriesVerdict, on_delete=models.PROTECT, related_name="events")
    last_good = models.ForeignKey(Revision, **NULLABLE)
    first_bad = models.ForeignKey(Revision, **FK)
    last_bad = models.ForeignKey(Revision, **FK)
    fixed = models.ForeignKey(Revision, **NULLABLE)
    tries_before = models.IntegerField()
    failures_before = models.IntegerField()
    tries_after = models.IntegerField()
    failures_after = models.IntegerField()

    class Meta:
        db_table = "results_eventseries"
        constraints = [models.UniqueConstraint(fields=("event", "subject"), name="eventseries_identity")]


class EventChange(Decision):
    """An entry in the history of an event: who changed what, and why. ``who`` is NULL for the analysis."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        db_table = "results_eventchange"


class Outage(models.Model):
    """A lab, or one platform in it, was ill from revision ``first`` to ``last`` of a tree.

    ``confirmed``: other labs ran the same platform and were well. ``released``: it lasted too long
    to be called infrastructure, its failures count. ``p_value``: see ``results.analysis.outages``.
    """

    id = models.AutoField(primary_key=True)
    tree = models.ForeignKey(Tree, **FK)
    lab = models.ForeignKey(Lab, **FK)
    platform = models.ForeignKey(Platform, **NULLABLE)
    first = models.ForeignKey(Revision, **FK)
    last = models.ForeignKey(Revision, **FK)
    began = models.DateTimeField()
    ended = models.DateTimeField(help_text="When the last bad revision was first tested.")
    results = models.IntegerField()
    failures = models.IntegerField()
    p_value = models.FloatField()
    confirmed = models.BooleanField()
    released = models.BooleanField()

    class Meta:
        db_table = "results_outage"
        indexes = [models.Index("lab", F("ended").desc(), name="outage_lab")]
        constraints = [
            models.UniqueConstraint(
                fields=("tree", "lab", "platform", "first"), name="outage_identity", nulls_distinct=False
            )
        ]


class MetricChange(models.Model):
    """The measurements of a subject changed at a revision: medians, shift, and its 95 % interval.

    Of tests and boots ``series`` is known; ``variant`` are the builds that are measured.
    """

    class Direction(models.IntegerChoices):
        REGRESSION = 1, "regression"
        IMPROVEMENT = 2, "improvement"
        CHANGED = 3, "changed"

    id = models.AutoField(primary_key=True)
    tree = models.ForeignKey(Tree, **FK)
    series = models.ForeignKey(Series, **NULLABLE)
    variant = models.ForeignKey(SeriesVerdict, **NULLABLE)
    metric = models.CharField(max_length=NAME_LENGTH)
    unit = models.CharField(max_length=NAME_LENGTH, default="", db_default="")
    revision = models.ForeignKey(Revision, **FK)
    at = models.DateTimeField()
    direction = models.SmallIntegerField(choices=Direction)
    confirmed = models.BooleanField()
    before = models.FloatField()
    after = models.FloatField()
    shift = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    confidence = models.FloatField()

    class Meta:
        db_table = "results_metricchange"
        indexes = [
            models.Index("direction", F("at").desc(), F("id").desc(), name="metricchange_newest"),
            models.Index("tree", name="metricchange_tree"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("series", "variant", "metric", "revision"),
                name="metricchange_whose",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(series__isnull=True) ^ Q(variant__isnull=True), name="metricchange_has_one"
            ),
        ]


class ExcerptSignature(models.Model):
    """How a log excerpt failed, read once ("" when nothing in it tells)."""

    excerpt = models.OneToOneField(Excerpt, primary_key=True, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        db_table = "results_excerptsignature"


class Judged(models.Model):
    """When a tree was judged last, and how long that took."""

    tree = models.OneToOneField(Tree, primary_key=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    seconds = models.FloatField()
    revisions = models.IntegerField()
    series = models.IntegerField()

    class Meta:
        db_table = "results_judged"


class Reading(models.Model):
    """What a revision showed when it was judged last, packed by ``results.judging.cells``.

    It holds until a ``TreeDue`` names the revision: only those are read from their tests again.
    """

    revision = models.OneToOneField(Revision, primary_key=True, on_delete=models.CASCADE, related_name="+")
    body = models.BinaryField()

    class Meta:
        db_table = "results_reading"


class Remembered(models.Model):
    """What was said about series, by a fingerprint of what it depends on; see ``results.judging.memory``."""

    tree = models.OneToOneField(Tree, primary_key=True, on_delete=models.CASCADE, related_name="+")
    body = models.BinaryField()

    class Meta:
        db_table = "results_remembered"


class TreeDue(models.Model):
    """A tree whose results changed since it was judged; append only, like ``Due``.

    ``revision`` is where; NULL: anywhere.
    """

    id = models.BigAutoField(primary_key=True)
    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(
        Revision, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "results_treedue"
        verbose_name_plural = "trees due"
