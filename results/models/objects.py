"""The objects of KCIDB: checkouts, builds, tests, issues, incidents; and trees and revisions.

A row in ``Checkout`` or ``Build`` with ``known = False`` is a name that a child mentioned before
(or without) its parent: children never wait. ``document`` keeps every submitted field; the
columns are derived from it, so that pages never look into JSON.

``submission_id`` names the newest submission that touched the object
(``results.models.Submission``; no foreign key, so that old submissions may be pruned). Fields won
by another submission are listed in ``FieldSource``.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from results.models.contents import Document, Excerpt
from results.models.dimensions import (
    NAME_LENGTH,
    Architecture,
    Compiler,
    Config,
    Lab,
    Origin,
    Platform,
    Suite,
    TestPath,
    Unit,
)
from results.status import UNHAPPY, Status

_BARE: dict[str, Any] = {"db_index": False, "db_constraint": False}
STATUS: dict[str, Any] = {"choices": Status, "default": Status.NONE, "db_default": Status.NONE}


class Tree(models.Model):
    """A branch of a kernel repository: what has a history of revisions."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=NAME_LENGTH)
    url = models.CharField(max_length=NAME_LENGTH, default="", db_default="")
    branch = models.CharField(max_length=NAME_LENGTH, default="", db_default="")

    class Meta:
        db_table = "results_tree"
        constraints = [models.UniqueConstraint(fields=("name", "url", "branch"), name="tree_identity")]

    def __str__(self) -> str:
        return f"{self.name}/{self.branch}"


class TreeAlias(models.Model):
    """An operator's word that a repository URL belongs to a tree.

    Checkouts from ``url`` are filed under ``name`` and ``canonical_url``, whatever tree name
    they were submitted with.
    """

    id = models.AutoField(primary_key=True)
    url = models.CharField(max_length=NAME_LENGTH, unique=True)
    name = models.CharField(max_length=NAME_LENGTH)
    canonical_url = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        db_table = "results_treealias"
        verbose_name_plural = "tree aliases"

    def __str__(self) -> str:
        return f"{self.url} → {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the alias with its URLs as they are compared: no blanks, no slash at the end."""
        self.url, self.canonical_url = (url.strip().rstrip("/") for url in (self.url, self.canonical_url))
        super().save(*args, **kwargs)


class Revision(models.Model):
    """A commit (with patches) of a tree: one position in its history.

    ``place`` is the one order of a tree's history, in which no two are the same: the first start
    time, for commits that git knows at the latest that of any descendant (``results.rollups.placing``).
    ``started`` is the first start time of its checkouts; with ``describe`` and ``subject`` it is
    derived from these, where they do not say from the commit.
    """

    id = models.AutoField(primary_key=True)
    tree = models.ForeignKey(Tree, on_delete=models.PROTECT, related_name="revisions")
    commit = models.CharField(max_length=40)
    patchset = models.CharField(max_length=64, default="", db_default="")
    describe = models.CharField(max_length=NAME_LENGTH, default="", db_default="")
    subject = models.TextField(default="", db_default="")
    started = models.DateTimeField()
    place = models.DateTimeField(db_default=Now(), help_text="The order of history.")

    class Meta:
        db_table = "results_revision"
        constraints = [
            models.UniqueConstraint(fields=("tree", "commit", "patchset"), name="revision_identity")
        ]
        indexes = [
            models.Index("tree", F("place").desc(), F("id").desc(), name="revision_history"),
            models.Index(F("place").desc(), F("id").desc(), name="revision_newest"),
            models.Index("commit", name="revision_commit"),
        ]

    def __str__(self) -> str:
        return self.describe or self.commit[:12]


class Checkout(models.Model):
    """One way an origin obtained the sources of a revision."""

    id = models.AutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    kcidb_id = models.TextField()
    known = models.BooleanField(default=False, db_default=False)
    revision = models.ForeignKey(Revision, null=True, on_delete=models.SET_NULL, related_name="checkouts")
    origin = models.ForeignKey(Origin, null=True, on_delete=models.PROTECT, related_name="+")
    start_time = models.DateTimeField(null=True)
    valid = models.BooleanField(null=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    excerpt = models.ForeignKey(Excerpt, null=True, on_delete=models.PROTECT, related_name="+")
    submission_id = models.IntegerField(null=True)

    class Meta:
        db_table = "results_checkout"
        indexes = [
            models.Index(F("start_time").desc(nulls_last=True), F("id").desc(), name="checkout_newest"),
        ]


class Build(models.Model):
    """A kernel built from a checkout.

    ``is_dummy``: made up by an origin to hang tests on a checkout; hidden, its tests are counted.
    ``revision`` is the checkout's, kept here for the pages. ``pruned_at``: when its tests were
    deleted for their age; their counts stay as they were, and no more tests are taken.
    """

    id = models.AutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    kcidb_id = models.TextField()
    known = models.BooleanField(default=False, db_default=False)
    is_dummy = models.BooleanField(default=False, db_default=False)
    status = models.SmallIntegerField(**STATUS)
    checkout = models.ForeignKey(Checkout, null=True, on_delete=models.SET_NULL, related_name="builds")
    revision = models.ForeignKey(
        Revision, null=True, on_delete=models.SET_NULL, related_name="builds", db_index=False
    )
    origin = models.ForeignKey(Origin, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    architecture = models.ForeignKey(
        Architecture, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    config = models.ForeignKey(Config, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    compiler = models.ForeignKey(
        Compiler, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    lab = models.ForeignKey(Lab, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    start_time = models.DateTimeField(null=True)
    duration = models.FloatField(null=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="+")
    excerpt = models.ForeignKey(Excerpt, null=True, on_delete=models.PROTECT, related_name="+")
    submission_id = models.IntegerField(null=True)
    pruned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "results_build"
        indexes = [
            models.Index("revision", "id", name="build_revision"),
            models.Index("config", "architecture", "compiler", F("id").desc(), name="build_variant"),
            models.Index(F("start_time").desc(), F("id").desc(), name="build_newest"),
            models.Index("id", condition=Q(pruned_at__isnull=False), name="build_pruned"),
        ]


class Series(models.Model):
    """What has a history: one test on one platform, in one tree, built one way, in one lab.

    The tree and build columns are NULL while the build or the checkout is not known; tests move
    to their final series when the parents arrive. Like those of tests, the references carry no
    database constraint: a load makes many series, and each would be checked nine times.
    """

    id = models.AutoField(primary_key=True)
    path = models.ForeignKey(TestPath, on_delete=models.PROTECT, related_name="+", **_BARE)
    suite = models.ForeignKey(Suite, on_delete=models.PROTECT, related_name="+", **_BARE)
    origin = models.ForeignKey(Origin, on_delete=models.PROTECT, related_name="+", **_BARE)
    lab = models.ForeignKey(Lab, on_delete=models.PROTECT, related_name="+", **_BARE)
    platform = models.ForeignKey(Platform, null=True, on_delete=models.PROTECT, related_name="+", **_BARE)
    tree = models.ForeignKey(Tree, null=True, on_delete=models.PROTECT, related_name="+", **_BARE)
    architecture = models.ForeignKey(
        Architecture, null=True, on_delete=models.PROTECT, related_name="+", **_BARE
    )
    config = models.ForeignKey(Config, null=True, on_delete=models.PROTECT, related_name="+", **_BARE)
    compiler = models.ForeignKey(Compiler, null=True, on_delete=models.PROTECT, related_name="+", **_BARE)

    class Meta:
        db_table = "results_series"
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(
                fields=(
                    "path",
                    "platform",
                    "tree",
                    "lab",
                    "config",
                    "architecture",
                    "compiler",
                    "origin",
                ),
                name="series_identity",
                nulls_distinct=False,
            )
        ]


class Test(models.Model):
    """One run of a test: the hot row. Everything else is in its document and excerpt.

    ``kcidb_id`` is NULL when the id can be read from the key (see ``results.keys``).
    ``value`` and ``unit`` are the measured number. The references carry no database constraint:
    nothing deletes what they name but pruning, and the checks would cost more than the insert.
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    key = models.UUIDField(primary_key=True)
    start_time = models.DateTimeField(null=True)
    duration = models.FloatField(null=True)
    value = models.FloatField(null=True)
    build = models.ForeignKey(
        Build, db_constraint=False, on_delete=models.PROTECT, related_name="tests", db_index=False
    )
    series = models.ForeignKey(
        Series, db_constraint=False, on_delete=models.PROTECT, related_name="tests", db_index=False
    )
    document = models.ForeignKey(
        Document, db_constraint=False, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    excerpt = models.ForeignKey(
        Excerpt, db_constraint=False, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    submission_id = models.IntegerField()
    unit = models.ForeignKey(
        Unit, db_constraint=False, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    status = models.SmallIntegerField(**STATUS)
    is_boot = models.BooleanField(default=False, db_default=False)
    kcidb_id = models.TextField(null=True)

    class Meta:
        db_table = "results_test"
        indexes = [
            models.Index("build", name="test_build"),
            models.Index("series", "build", name="test_history"),
            models.Index("build", "status", condition=Q(status__in=UNHAPPY), name="test_unhappy"),
            models.Index("build", condition=Q(is_boot=True), name="test_boots"),
            BrinIndex("start_time", name="test_time"),
        ]


class Issue(models.Model):
    """A known problem, in one version; the highest version is the one shown."""

    id = models.AutoField(primary_key=True)
    key = models.UUIDField()
    version = models.BigIntegerField()
    kcidb_id = models.TextField()
    origin = models.ForeignKey(Origin, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(default="", db_default="")
    culprit_code = models.BooleanField(null=True)
    culprit_tool = models.BooleanField(null=True)
    culprit_harness = models.BooleanField(null=True)
    is_newest = models.BooleanField(default=True, db_default=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    submission_id = models.IntegerField()

    class Meta:
        db_table = "results_issue"
        constraints = [models.UniqueConstraint(fields=("key", "version"), name="issue_identity")]


class Incident(models.Model):
    """An issue version occurs, or does not, in a build or a test. Any of them may be unknown.

    ``seen_at``: when the test, or else the build, started. Derived by ``results.rollups``; a load
    leaves it NULL.
    """

    id = models.AutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    kcidb_id = models.TextField()
    origin = models.ForeignKey(Origin, on_delete=models.PROTECT, related_name="+")
    issue_key = models.UUIDField()
    issue_version = models.BigIntegerField()
    build_key = models.UUIDField(null=True)
    test_key = models.UUIDField(null=True)
    present = models.BooleanField(null=True)
    seen_at = models.DateTimeField(null=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    submission_id = models.IntegerField()

    class Meta:
        db_table = "results_incident"
        indexes = [
            models.Index("issue_key", "id", name="incident_issue"),
            models.Index("build_key", name="incident_build"),
            models.Index("test_key", name="incident_test"),
        ]
