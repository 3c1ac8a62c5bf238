"""What somebody follows, the views that they keep, and whether their address is theirs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

NAME_LENGTH = 100
ADDRESS_LENGTH = 4000

OF_USER: dict[str, Any] = {"to": settings.AUTH_USER_MODEL, "on_delete": models.CASCADE, "related_name": "+"}


class Mailbox(models.Model):
    """The address that a user has shown to be theirs: nothing but proofs is sent to any other."""

    user = models.OneToOneField(**OF_USER, primary_key=True)
    address = models.EmailField()
    confirmed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dashboard_mailbox"


class Follow(models.Model):
    """Something that somebody follows, by its name: trees are called ``name/branch``."""

    class Kind(models.TextChoices):
        TREE = "tree"
        DEVICE = "device"
        LAB = "lab"
        TEST = "test"
        SUITE = "suite"

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey(**OF_USER, db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=1100)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dashboard_follow"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("user", "kind", "name"), name="follow_identity")
        ]


class SavedView(models.Model):
    """A listing with its filters: its address on this site, and what its owner calls it."""

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey(**OF_USER, db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    address = models.CharField(max_length=ADDRESS_LENGTH)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dashboard_savedview"
        constraints: ClassVar = [models.UniqueConstraint(fields=("user", "name"), name="savedview_identity")]
