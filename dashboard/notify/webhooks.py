"""Webhooks: JSON by POST to an address of the subscriber, signed, never into a private network."""

from __future__ import annotations

import hmac
import time
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from http.client import HTTPException
from typing import Any, Final

from django.conf import settings

from dashboard.api.formats import dumps
from dashboard.api.shapes.events import change_part, regression_item
from dashboard.logs.fetching import Connection, Watch
from dashboard.logs.hosts import Place, Unavailable, addresses, web_place
from dashboard.models import Subscription
from dashboard.notify.addresses import own_url
from dashboard.notify.news import News
from dashboard.paths import event_path, test_path
from dashboard.rows import tree_name
from results.queries.tests import TestRow

SECONDS: Final = 10.0
"""For one request, from the first packet to the last."""


class Refused(Exception):
    """A webhook did not take what was sent. ``for_good``: it says that it never will."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


def place_of_hook(url: str) -> Place:
    """Return where a webhook is. Unavailable when its address is not allowed, whatever it leads to."""
    return web_place(url, "https", *(["http"] if settings.WEBHOOK_HTTP else []))


def check_hook(url: str) -> None:
    """Raise Unavailable for an address that nothing is sent to: not https, unknown, or private."""
    place = place_of_hook(url)
    addresses(place, may_be_private=_may_be_private(place))


def event_payload(one: Subscription, news: News) -> dict[str, Any]:
    """Return what is sent about a change of an event: the event as the API has it, and the change."""
    event = news.detail.event
    return {
        **_about(one, "regression"),
        "url": settings.SITE_URL.rstrip("/") + event_path(event.id),
        "message_number": news.change.number,
        "change": change_part(news.change),
        "regression": regression_item(event),
    }


def tests_payload(one: Subscription, tests: Sequence[TestRow]) -> dict[str, Any]:
    """Return what is sent about failing tests."""
    site = settings.SITE_URL.rstrip("/")
    return {**_about(one, "tests"), "tests": [_test(row, site) for row in tests]}


def trial_payload(one: Subscription) -> dict[str, Any]:
    """Return what is sent to try a webhook."""
    return _about(one, "test")


def post(one: Subscription, payload: dict[str, Any], delivery: str) -> None:
    """Send a payload; Refused unless the answer is one of success.

    ``delivery`` names it: whoever receives the same name twice has seen it already. No redirect is
    followed, and the address is looked up and checked at the time of sending.
    """
    body = dumps(payload)
    moment = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "treewatch",
        "X-Treewatch-Delivery": delivery,
        "X-Treewatch-Timestamp": moment,
        "X-Treewatch-Signature": f"sha256={signature(one.secret, moment, body)}",
    }
    try:
        place = place_of_hook(one.url)
        checked = addresses(place, may_be_private=_may_be_private(place))
    except Unavailable as error:
        raise Refused(f"The webhook cannot be used: {error}") from None
    with closing(Watch(SECONDS)) as watch, closing(Connection(place, checked, SECONDS / 2)) as connection:
        watch.over(connection)
        try:
            connection.request("POST", place.target, body=body, headers=headers)
            status = connection.getresponse().status
        except (OSError, HTTPException, ValueError) as error:
            what = f"did not answer in {SECONDS:g} seconds" if watch.is_over else f"fails ({_said(error)})"
            raise Refused(f"{place.host} {what}.") from None
    if not 200 <= status < 300:
        raise Refused(f"{place.host} answers {status}.", for_good=status == 410)


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of ``<timestamp>.<body>`` in hex."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, sha256).hexdigest()


def _about(one: Subscription, kind: str) -> dict[str, Any]:
    return {"kind": kind, "subscription": {"id": one.id, "name": one.name, "url": own_url(one)}}


def _test(row: TestRow, site: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": site + test_path(row.id),
        "path": row.path,
        "status": str(row.status.label),
        "platform": row.platform,
        "lab": row.lab,
        "origin": row.origin,
        "start_time": row.start_time,
        "tree": tree_name(row.revision.tree) if row.revision else None,
        "commit": row.revision.commit if row.revision else None,
    }


def _may_be_private(place: Place) -> bool:
    return place.origin.partition("://")[2] in settings.WEBHOOK_PRIVATE_HOSTS


def _said(error: Exception) -> str:
    text = str(getattr(error, "strerror", None) or error or type(error).__name__)
    return text.splitlines()[0][:120]
