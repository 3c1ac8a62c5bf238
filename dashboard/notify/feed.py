"""The private feed of a subscription: what it told, the newest first."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from dashboard.api.feeds import Addresses, Entry, feed
from dashboard.event_rows import statement
from dashboard.models import Subscription
from dashboard.notify.addresses import feed_url
from dashboard.notify.news import news_of
from dashboard.notify.selecting import listing_path
from dashboard.paths import event_path, test_path
from dashboard.rows import tree_name

ENTRIES: Final = 50


def subscription_feed(one: Subscription) -> str:
    """Return the feed. An entry is a change of an event, or a failing test."""
    deliveries = list(one.deliveries.order_by("-id")[:ENTRIES])
    told = news_of(deliveries)
    entries = [
        Entry(
            path=f"{event_path(news.detail.event.id)}#change-{news.change.number}",
            title=f"{news.change.what}: {news.detail.event.title} ({tree_name(news.detail.event.tree)})",
            updated=news.change.at,
            summary=statement(news.detail.event),
        )
        for news in told.changes
    ]
    entries += [
        Entry(
            path=test_path(row.id),
            title=" · ".join(filter(None, (row.status.name, row.path or row.id, row.platform, row.lab))),
            updated=row.start_time or one.created_at,
        )
        for row in told.tests
    ]
    page = settings.SITE_URL.rstrip("/") + listing_path(one.listing, one.query)
    return feed(f"treewatch: {one.name}", entries, Addresses(feed_url(one), page, ""))
