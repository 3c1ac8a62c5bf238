"""What people decide about known problems. An issue is named by its key: all its versions are one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from results.models.dimensions import NAME_LENGTH


class IssueTriage(models.Model):
    """What was decided about an issue last; of one that nobody decided about there is no row."""

    class State(models.IntegerChoices):
        NEW = 1, "new"
        ACKNOWLEDGED = 2, "acknowledged"
        ASSIGNED = 3, "assigned"
        REPORTED = 4, "reported"
        FIXED = 5, "fixed"
        DUPLICATE = 6, "duplicate"
        INVALID = 7, "invalid"

    key = models.UUIDField(primary_key=True)
    state = models.SmallIntegerField(choices=State, default=State.NEW)
    changed = models.DateTimeField()

    class Meta:
        db_table = "results_issuetriage"


class IssueChange(models.Model):
    """An entry in the history of an issue: who decided what, and why."""

    id = models.AutoField(primary_key=True)
    issue = models.ForeignKey(IssueTriage, on_delete=models.PROTECT, related_name="changes")
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    what = models.CharField(max_length=NAME_LENGTH)
    why = models.TextField(default="", db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "results_issuechange"
