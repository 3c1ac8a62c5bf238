"""Filling the outbox: every change of an event is offered to every subscription, once."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from dashboard.filters import BadQuery
from dashboard.models import Delivery, Subscription
from dashboard.notify.selecting import events_wanted, tests_wanted
from results.errors import QueryTimeout
from results.keys import key_of
from results.models import EventChange
from results.queries.events import matching_events
from results.queries.tests import TestRow, test_page

logger = logging.getLogger(__name__)

MOST: Final = 500
"""Changes that are offered in one transaction."""
LATE: Final = timedelta(hours=1)
"""How long a change may take from being numbered to being committed."""
MOST_TESTS: Final = 200
"""Failing tests that one look finds; what is older than these is in the listing only."""
PATIENCE_MS: Final = 20_000
TOO_SLOW: Final = "Its filters take too long to look up."
TESTS_ARE_NEW: Final = timedelta(days=1)

# Whoever else is at it waits at the same row and then has nothing to do: each change is claimed once.
_CLAIM: Final = """
    INSERT INTO dashboard_seenchange (change, at)
    SELECT c.id, %(now)s FROM results_eventchange c
    WHERE c.id > coalesce((SELECT max(change) FROM dashboard_seenchange WHERE at < %(late)s), 0)
          AND NOT EXISTS (SELECT FROM dashboard_seenchange seen WHERE seen.change = c.id)
    ORDER BY c.id LIMIT %(most)s
    ON CONFLICT DO NOTHING RETURNING change
"""
# The newest one that is settled stays: it is where the next claim begins.
_FORGET: Final = """
    DELETE FROM dashboard_seenchange
    WHERE change < (SELECT max(change) FROM dashboard_seenchange WHERE at < %(late)s)
"""


def offer_changes() -> int:
    """Offer new changes of events to all subscriptions; return how many changes that were.

    In one transaction: either a change is offered and noted, or neither.
    """
    now = timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"now": now, "late": now - LATE, "most": MOST})
            claimed = [number for (number,) in cursor.fetchall()]
            cursor.execute(_FORGET, {"late": now - LATE})
        if claimed:
            changes = EventChange.objects.filter(pk__in=claimed).order_by("id")
            _offer(list(changes), now)
    return len(claimed)


def _offer(changes: Sequence[EventChange], now: datetime) -> None:
    running = Subscription.running().filter(
        listing=Subscription.Listing.REGRESSIONS, after_change__lt=changes[-1].id
    )
    events = sorted({change.event_id for change in changes})
    begun: dict[int, set[int]] = defaultdict(set)
    # What was told before a subscription was changed has no follow-ups: it may be about other things now.
    told = Delivery.objects.filter(
        subscription__in=running, event__in=events, change__gt=F("subscription__after_change")
    )
    for subscription, event in told.values_list("subscription_id", "event").distinct():
        begun[subscription].add(event or 0)
    rows: list[Delivery] = []
    matching: dict[str, frozenset[int]] = {}
    for one in running:
        if one.query not in matching:
            matching[one.query] = _matching(one.query, events)
        wanted = _wanted(one, changes, matching[one.query], begun[one.id])
        rows += [
            Delivery(subscription=one, event=change.event_id, change=change.id, due_at=due(one, now))
            for change in wanted
        ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def _wanted(
    one: Subscription, changes: Sequence[EventChange], matching: frozenset[int], begun: set[int]
) -> list[EventChange]:
    """Return the changes that a subscription tells.

    Of an event that it told of before, all; of one that it begins to tell of, the newest. Nobody is
    told what they did themselves.
    """
    newest = {change.event_id: change.id for change in changes}
    return [
        change
        for change in changes
        if change.id > one.after_change and (change.who_id is None or change.who_id != one.user_id)
        if change.event_id in begun or (change.event_id in matching and change.id == newest[change.event_id])
    ]


def _matching(query: str, events: Sequence[int]) -> frozenset[int]:
    try:
        # A statement that takes too long ends its transaction: not that of the others.
        with transaction.atomic():
            return matching_events(events_wanted(query), events, timeout_ms=PATIENCE_MS)
    except BadQuery:
        # A listing may lose a parameter that an old subscription still has.
        return frozenset()
    except QueryTimeout:
        Subscription.running().filter(query=query).update(stopped_at=timezone.now(), stopped_why=TOO_SLOW)
        logger.error("filters of subscriptions take too long", extra={"query": query})
        return frozenset()


def offer_tests() -> int:
    """Look for failing tests that a subscription to tests has not told of; return how many there are."""
    # In any order: those whose filters are slow take the time of others, but not always of the same.
    running = Subscription.running().filter(listing=Subscription.Listing.TESTS).order_by("?")
    return sum(_offer_tests(one, timezone.now()) for one in running)


def _offer_tests(one: Subscription, now: datetime) -> int:
    since = max(one.created_at, now - TESTS_ARE_NEW)
    try:
        wanted = tests_wanted(one.query)
    except BadQuery:
        return 0
    if "since" not in wanted:
        wanted = wanted.where(since=since.astimezone(UTC).date().isoformat())
    try:
        rows: Sequence[TestRow] = test_page(wanted, sort="-start", limit=MOST_TESTS).rows
    except QueryTimeout:
        # The next look is soon, and the data may be in memory by then.
        logger.warning("failing tests of a subscription take too long", extra={"subscription": one.id})
        return 0
    keys = [key_of(row.id) for row in rows if row.start_time is not None and row.start_time >= since]
    known = set(one.deliveries.filter(test__in=keys).values_list("test", flat=True))
    new = [Delivery(subscription=one, test=key, due_at=due(one, now)) for key in keys if key not in known]
    Delivery.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def due(one: Subscription, now: datetime) -> datetime | None:
    """Return when news of a subscription are due; None when they only appear in its feed."""
    match one.way:
        case Subscription.Way.FEED:
            return None
        case Subscription.Way.DIGEST:
            hour = now.astimezone(UTC).replace(hour=one.hour, minute=0, second=0, microsecond=0)
            return hour if hour > now else hour + timedelta(days=1)
    return now
