"""Addresses that open something without signing in: a private feed, and the end of a subscription.

Each is signed with the key of the site and the secret of the subscription: it cannot be guessed,
opens nothing else, and is void when the subscription gets a new secret.
"""

from __future__ import annotations

from typing import Final, Literal

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from dashboard.models import Subscription

Purpose = Literal["feed", "unsubscribe"]
_LARGEST: Final = 2**31 - 1


def feed_url(one: Subscription) -> str:
    """Return the whole address of the private feed of a subscription."""
    return _url("private_feed", one, "feed")


def unsubscribe_url(one: Subscription) -> str:
    """Return the whole address that ends a subscription, by one request."""
    return _url("unsubscribe", one, "unsubscribe")


def own_url(one: Subscription) -> str:
    """Return the whole address of the page of a subscription, for its owner."""
    return settings.SITE_URL.rstrip("/") + reverse("subscription", args=[one.id])


def subscription_at(token: str, purpose: Purpose) -> Subscription | None:
    """Return the subscription that a token opens for this purpose; None for any other text."""
    number, _, signature = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= 12 and int(number) <= _LARGEST):
        return None
    one = Subscription.objects.select_related("user").filter(pk=int(number), user__is_active=True).first()
    return one if one and constant_time_compare(_signature(one, purpose), signature) else None


def _url(name: str, one: Subscription, purpose: Purpose) -> str:
    token = f"{one.id}-{_signature(one, purpose)}"
    return settings.SITE_URL.rstrip("/") + reverse(name, args=[token])


def _signature(one: Subscription, purpose: Purpose) -> str:
    return Signer(salt=f"treewatch.{purpose}").signature(f"{one.id}:{one.secret}")
