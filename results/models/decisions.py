"""What every history of decisions has in common."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from results.models.dimensions import NAME_LENGTH


class Decision(models.Model):
    """An entry of a history: who changed what, why and when."""

    id = models.AutoField(primary_key=True)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    what = models.CharField(max_length=NAME_LENGTH)
    why = models.TextField(default="", db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True
