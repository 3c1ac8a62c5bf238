"""Tokens with which people's scripts act in their name; only a hash of each is kept."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class Scope(models.TextChoices):
    """What a token opens. Reading needs no token, save what is private to its owner."""

    TRIAGE = "triage", "decide about regressions and issues"
    PRODUCTS = "products", "make and change products"
    SUBSCRIPTIONS = "subscriptions", "read and change subscriptions, saved views and what is followed"
    TOKENS = "tokens", "list, make and revoke tokens"


class AccessToken(models.Model):
    """A secret of 256 random bits, so that a plain SHA-256 of it cannot be guessed back.

    Tokens with which results are *submitted* are others: see ``ingest``.
    """

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=100, help_text="What uses it.")
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope))
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")

    class Meta:
        db_table = "dashboard_accesstoken"

    def __str__(self) -> str:
        return self.name

    def problem(self, now: datetime) -> str:
        """Return why the token opens nothing any more; "" while it does."""
        if self.revoked_at is not None:
            return f"The token was revoked at {self.revoked_at:%Y-%m-%d %H:%M} UTC."
        if self.expires_at is not None and self.expires_at <= now:
            return f"The token expired at {self.expires_at:%Y-%m-%d %H:%M} UTC."
        return ""
