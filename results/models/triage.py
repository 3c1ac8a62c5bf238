"""What people decide about known problems. An issue is named by its key: all its versions are one."""

from __future__ import annotations

from django.db import models

from results.models.decisions import Decision


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


class IssueChange(Decision):
    """An entry in the history of an issue: who decided what, and why."""

    issue = models.ForeignKey(IssueTriage, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        db_table = "results_issuechange"
