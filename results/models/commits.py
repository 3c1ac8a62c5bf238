"""What is known of git: commits, tags, and how many commits lie between two.

Written by ``results.git``. Only what is reachable from the tested revisions is kept, and that only
back to some time before the oldest of them: a parent that has no row is older than that.
"""

from __future__ import annotations

from django.db import models

from results.models.dimensions import NAME_LENGTH

HASH_BYTES = 20


class Commit(models.Model):
    """A commit. ``parents`` are the hashes of its parents, one after the other.

    ``generation`` is its commit time in seconds, but more than that of each parent: ordered by it,
    every commit comes after its ancestors, and what is unrelated comes in the order of time.
    ``describe`` is what ``git describe`` says, "" where nobody needed it.
    """

    hash = models.BinaryField(primary_key=True, max_length=HASH_BYTES)
    generation = models.BigIntegerField()
    authored_at = models.DateTimeField()
    committed_at = models.DateTimeField()
    parents = models.BinaryField()
    author_name = models.TextField()
    author_email = models.TextField()
    subject = models.TextField()
    describe = models.CharField(max_length=NAME_LENGTH, default="", db_default="")

    class Meta:
        db_table = "results_commit"
        indexes = [models.Index("generation", "hash", name="commit_order")]

    def __str__(self) -> str:
        return f"{bytes(self.hash).hex()[:12]} {self.subject}"


class Tag(models.Model):
    """A tag of a commit; ``is_annotated``: it has a message of its own, and ``git describe`` uses it."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    commit = models.BinaryField(max_length=HASH_BYTES)
    is_annotated = models.BooleanField()

    class Meta:
        db_table = "results_tag"
        indexes = [models.Index("commit", name="tag_commit")]

    def __str__(self) -> str:
        return self.name


class CommitRange(models.Model):
    """How many commits are reachable from ``new`` but not from ``old``: ``git rev-list --count old..new``.

    ``is_exact``: no parent was missing on the way; otherwise there are at least so many. ``newest``
    are the hashes of the first ones, one after the other.
    """

    id = models.AutoField(primary_key=True)
    old = models.CharField(max_length=2 * HASH_BYTES)
    new = models.CharField(max_length=2 * HASH_BYTES)
    commits = models.IntegerField()
    is_exact = models.BooleanField()
    newest = models.BinaryField(db_default=b"")

    class Meta:
        db_table = "results_commitrange"
        constraints = [models.UniqueConstraint(fields=("old", "new"), name="commitrange_identity")]
