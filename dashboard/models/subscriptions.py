"""Subscriptions: what somebody wants to be told, on which way, and what they were told already."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from dashboard.models.people import ADDRESS_LENGTH, NAME_LENGTH


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


class Subscription(models.Model):
    """A listing under filters whose news somebody is told.

    ``query`` is the query string of the listing, as a page of it has. ``after_change`` is the newest
    change of any event when it began: nothing older is told. ``secret`` signs what is sent to a
    webhook and makes the private addresses of this subscription; a new one ends the old addresses.
    ``failures`` counts tries of a webhook in a row that failed. ``stopped_at`` is None while it runs.
    """

    class Listing(models.TextChoices):
        REGRESSIONS = "regressions", "regressions"
        TESTS = "tests", "failing tests"

    class Way(models.TextChoices):
        MAIL = "mail", "a mail at once"
        DIGEST = "digest", "one mail a day"
        WEBHOOK = "webhook", "a webhook"
        FEED = "feed", "a private feed only"

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    listing = models.CharField(max_length=16, choices=Listing, default=Listing.REGRESSIONS)
    query = models.CharField(max_length=ADDRESS_LENGTH, blank=True, default="")
    way = models.CharField(max_length=8, choices=Way)
    hour = models.SmallIntegerField(default=6, help_text="Of the daily mail, UTC.")
    url = models.CharField(max_length=2000, blank=True, default="", help_text="Of the webhook.")
    secret = models.CharField(max_length=64, default=new_secret)
    after_change = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    failures = models.SmallIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "dashboard_subscription"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def running(cls) -> models.QuerySet[Subscription]:
        """Return the subscriptions that tell something: not stopped, of accounts that are open."""
        return cls.objects.filter(stopped_at=None, user__is_active=True)


class Delivery(models.Model):
    """One thing that one subscription tells: a row of the outbox, then of the record of what was told.

    Either ``change`` (of ``event``) or ``test`` says what it is about; they are numbers and not
    references, so that nothing here holds what the results may drop. ``due_at`` is None when it
    was told, or only ever appears in the feed; ``told_at`` is when it went out.
    """

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    event = models.IntegerField(null=True)
    change = models.BigIntegerField(null=True)
    test = models.UUIDField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "dashboard_delivery"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=("subscription", "change"), name="delivery_of_change"),
            models.UniqueConstraint(fields=("subscription", "test"), name="delivery_of_test"),
            models.CheckConstraint(
                condition=Q(change__isnull=False, event__isnull=False, test__isnull=True)
                | Q(change__isnull=True, event__isnull=True, test__isnull=False),
                name="delivery_is_about_one",
            ),
        ]
        indexes: ClassVar = [
            models.Index("due_at", condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index("subscription", F("id").desc(), name="delivery_newest"),
            models.Index("subscription", "told_at", name="delivery_told"),
            models.Index("event", "subscription", condition=Q(event__isnull=False), name="delivery_of_event"),
        ]


class SeenChange(models.Model):
    """A change of an event that was offered to all subscriptions; kept for as long as one may arrive late.

    Changes are numbered before they are committed, so the newest number seen does not say that all
    smaller ones were.
    """

    change = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "dashboard_seenchange"
