"""Subscriptions, made and changed: by pages and by the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Max
from django.utils import timezone

from dashboard.filters import BadQuery
from dashboard.logs.hosts import Unavailable
from dashboard.models import Delivery, Subscription
from dashboard.models.people import ADDRESS_LENGTH, NAME_LENGTH
from dashboard.models.subscriptions import new_secret
from dashboard.notify.selecting import canonical
from dashboard.notify.webhooks import check_hook
from dashboard.people.tokens import TooMany
from results.errors import NotFound
from results.models import EventChange

MOST: Final = 100
"""Subscriptions of one person."""


class BadSubscription(ValueError):
    """A subscription that cannot be so; ``field`` is to blame."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to be told, and how. ``hour``: of the daily mail, UTC; ``url``: of a webhook."""

    name: str
    listing: str
    query: str = ""
    way: str
    hour: int = 6
    url: str = ""

    def checked(self) -> dict[str, str | int]:
        """Return the columns of the subscription. Raises BadSubscription."""
        name = " ".join(self.name.split())
        if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
            raise BadSubscription("name", f"A name has 1 to {NAME_LENGTH} characters.")
        if self.listing not in Subscription.Listing.values:
            raise BadSubscription("listing", f"One of: {', '.join(Subscription.Listing.values)}.")
        if self.way not in Subscription.Way.values:
            raise BadSubscription("way", f"One of: {', '.join(Subscription.Way.values)}.")
        if not 0 <= self.hour <= 23:
            raise BadSubscription("hour", "An hour from 0 to 23.")
        columns: dict[str, str | int] = {
            "name": name,
            "listing": self.listing,
            "way": self.way,
            "hour": self.hour,
        }
        return {**columns, "query": self._query(), "url": self._url()}

    def _query(self) -> str:
        try:
            query = canonical(self.listing, self.query.removeprefix("?"))
        except BadQuery as error:
            raise BadSubscription("query", str(error)) from None
        if len(query) > ADDRESS_LENGTH:
            raise BadSubscription("query", "So many filters cannot be kept.")
        return query

    def _url(self) -> str:
        if self.way != Subscription.Way.WEBHOOK:
            return ""
        if len(self.url) > 2000 or not self.url.isprintable():
            raise BadSubscription("url", "The address is no address.")
        try:
            check_hook(self.url)
        except Unavailable as error:
            raise BadSubscription("url", f"The webhook cannot be used: {error}") from None
        return self.url.strip()


def subscribe(user: int, wish: Wish) -> Subscription:
    """Make a subscription: it tells what happens from now on. Raises BadSubscription, TooMany."""
    columns = wish.checked()
    if Subscription.objects.filter(user_id=user).count() >= MOST:
        raise TooMany(f"You have {MOST} subscriptions already; delete some first.")
    return Subscription.objects.create(user_id=user, after_change=_newest_change(), **columns)


def subscription_of(user: int, number: int) -> Subscription:
    """Return a subscription of a user; NotFound for those of others and for none."""
    one = Subscription.objects.select_related("user").filter(pk=number, user_id=user).first()
    if one is None:
        raise NotFound(f"subscription {number} of yours")
    return one


def amend(one: Subscription, wish: Wish) -> None:
    """Change what a subscription is about, or its way; what is due is dropped. Raises BadSubscription."""
    for name, value in wish.checked().items():
        setattr(one, name, value)
    one.after_change = _newest_change()
    one.save()
    _drop(one)


def stop(one: Subscription, why: str) -> None:
    """Tell nothing any more until it is resumed."""
    one.stopped_at, one.stopped_why = timezone.now(), why
    one.save(update_fields=["stopped_at", "stopped_why"])
    _drop(one)


def resume(one: Subscription) -> None:
    """Go on, with what happens from now on: what was offered meanwhile is not offered again."""
    one.stopped_at, one.stopped_why, one.failures = None, "", 0
    one.save(update_fields=["stopped_at", "stopped_why", "failures"])
    _drop(one)


def renew_secret(one: Subscription) -> None:
    """Give a subscription a new secret: its addresses change, the old ones open nothing."""
    one.secret = new_secret()
    one.save(update_fields=["secret"])


def _newest_change() -> int:
    return EventChange.objects.aggregate(newest=Max("id"))["newest"] or 0


def _drop(one: Subscription) -> None:
    Delivery.objects.filter(subscription=one).exclude(due_at=None).update(due_at=None)
