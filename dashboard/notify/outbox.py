"""Emptying the outbox: what is due is told once, whoever dies while doing so.

A subscription is locked while one message of it goes out, and what it told is marked in the same
transaction. Whoever is killed before that marked nothing, so the message goes out again; only
between the sending and the commit can it have gone out already. It then comes a second time, with
the same Message-ID (mail) or the same delivery name (webhook), and no third time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Final

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone

from dashboard.models import Delivery, Subscription
from dashboard.notify.mails import digest_mail, event_mail
from dashboard.notify.news import news_of
from dashboard.notify.webhooks import Refused, event_payload, post, tests_payload
from dashboard.parts import plural
from dashboard.people.mailbox import is_confirmed

logger = logging.getLogger(__name__)

TOGETHER: Final = 500
"""Deliveries that one message is made of at most."""
TURN: Final = 30
"""Messages that one subscription sends before the next one's turn."""
HOUR: Final = timedelta(hours=1)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
KEPT: Final = timedelta(days=90)
"""How long what was told is kept, for feeds and for the page of the subscription."""


def tell(*, messages: int = 200, seconds: float = 120.0) -> int:
    """Send what is due, at most so many messages and for so long; return how many were.

    No subscription gets more than its turn, so one slow webhook does not keep the others waiting.
    """
    sent, deadline = 0, time.monotonic() + seconds
    due = Delivery.objects.filter(due_at__lte=timezone.now(), subscription__in=Subscription.running())
    for number in due.values_list("subscription_id", flat=True).distinct().order_by("subscription_id"):
        for _ in range(TURN):
            if sent >= messages or time.monotonic() > deadline:
                return sent
            if not _tell_safely(number):
                break
            sent += 1
    return sent


def _tell_safely(number: int) -> bool:
    """Send the next message of a subscription; a mistake of ours puts off that one, not all."""
    try:
        return tell_next(number)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("a message could not be made", extra={"subscription": number})
        waiting = Delivery.objects.filter(subscription=number, due_at__lte=timezone.now())
        waiting.update(due_at=timezone.now() + HOUR, problem="It could not be made; tried again in an hour.")
        return False


def tell_next(number: int) -> bool:
    """Send the next message of a subscription; return whether one was sent.

    False: nothing is due, another worker is at it, there were enough for this hour, or it failed.
    """
    with transaction.atomic():
        running = Subscription.running().filter(pk=number)
        one = running.select_for_update(skip_locked=True, of=("self",)).select_related("user").first()
        if one is None:
            return False
        now = timezone.now()
        due = list(one.deliveries.filter(due_at__lte=now).order_by("id")[:TOGETHER])
        batch = _batch(one, due, now)
        if not batch:
            return False
        try:
            _send(one, batch)
        except (Refused, OSError) as error:
            _failed(one, batch, error, now)
            return False
        _mark(batch, told_at=now)
        if one.failures:
            Subscription.objects.filter(pk=one.pk).update(failures=0)
    return True


def overdue() -> tuple[int, datetime | None]:
    """Return how much could be told now, and since when the oldest of it is due."""
    due = Delivery.objects.filter(due_at__lte=timezone.now(), subscription__in=Subscription.running())
    found = due.aggregate(number=Count("id"), since=Min("due_at"))
    return found["number"], found["since"]


def forget() -> int:
    """Delete the record of what was told long ago; return how many rows that were."""
    old = Delivery.objects.filter(made_at__lt=timezone.now() - KEPT, due_at=None)
    return old.delete()[0]


def _batch(one: Subscription, due: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Return what the next message is made of; what must wait is put off."""
    if not due:
        return []
    if one.way not in (Subscription.Way.MAIL, Subscription.Way.DIGEST):
        return list(due) if one.listing == Subscription.Listing.TESTS else [due[0]]
    if not is_confirmed(one.user):
        # Nothing is mailed to an address that is not known to be theirs; the feed has it.
        _mark(due, told_at=None)
        return []
    if one.way == Subscription.Way.DIGEST:
        return list(due)
    room, single = _room(one, now), one.listing == Subscription.Listing.REGRESSIONS
    if room <= 0:
        oldest = one.deliveries.filter(told_at__gt=now - HOUR).order_by("told_at").first()
        until = (oldest.told_at if oldest and oldest.told_at else now) + HOUR
        Delivery.objects.filter(pk__in=[each.pk for each in due]).update(due_at=until)
        return []
    # With the last mail of this hour comes all that there is.
    return [due[0]] if single and room > 1 else list(due)


def _room(one: Subscription, now: datetime) -> int:
    """Return how many more mails this subscription may send in this hour."""
    recent = one.deliveries.filter(told_at__gt=now - HOUR).values("told_at").distinct().count()
    return int(settings.MAILS_PER_HOUR) - recent


def _send(one: Subscription, batch: Sequence[Delivery]) -> None:
    told = news_of(batch)
    if not told:
        return
    if one.way == Subscription.Way.WEBHOOK:
        if told.tests:
            post(one, tests_payload(one, told.tests), f"{one.id}.{batch[0].id}")
        for news in told.changes:
            post(one, event_payload(one, news), f"{one.id}.{news.number}")
    elif len(told.changes) == 1 and not told.tests and one.way == Subscription.Way.MAIL:
        event_mail(one, told.changes[0]).send()
    else:
        digest_mail(one, told, batch[-1].id).send()


def _mark(batch: Sequence[Delivery], told_at: datetime | None) -> None:
    rows = Delivery.objects.filter(pk__in=[each.pk for each in batch])
    rows.update(due_at=None, told_at=told_at, problem="")


def _failed(one: Subscription, batch: Sequence[Delivery], error: Exception, now: datetime) -> None:
    """Put a message off, longer each time; stop a subscription whose receiver never takes any."""
    theirs = isinstance(error, Refused | SMTPRecipientsRefused)
    reason = str(error)[:500] or type(error).__name__
    logger.warning(
        "could not tell a subscriber", extra={"subscription": one.id, "way": one.way, "reason": reason}
    )
    tries = min(batch[0].tries + 1, 30)
    wait = min(FIRST_WAIT * 2 ** min(tries - 1, 12), LONGEST_WAIT)
    waiting = one.deliveries.filter(due_at__lte=now)
    waiting.update(due_at=now + wait, tries=tries, problem=reason)
    if not theirs:
        # Our own mail server is away: that says nothing about them.
        return
    one.failures += 1
    if one.failures >= settings.WEBHOOK_TRIES or getattr(error, "for_good", False):
        one.stopped_at = now
        one.stopped_why = f"Stopped after {plural(one.failures, 'try', 'tries')}: {reason}"[:500]
    one.save(update_fields=["failures", "stopped_at", "stopped_why"])
