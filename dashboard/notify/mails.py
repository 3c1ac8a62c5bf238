"""Mails to subscribers: threads of events, digests, and one to try it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage as Mail

from dashboard.event_mail import event_message
from dashboard.event_report import paragraph, table
from dashboard.event_rows import places
from dashboard.models import Subscription
from dashboard.notify.addresses import own_url, unsubscribe_url
from dashboard.notify.news import News, Told
from dashboard.notify.selecting import in_words, listing_path
from dashboard.parts import enumeration, plural
from dashboard.paths import event_path, test_path
from dashboard.rows import tree_name
from results.queries.tests import TestRow

WIDTH: Final = 72
SHOWN: Final = 100
"""Events, or tests, that one digest lists."""
_KEPT: Final = ("Message-ID", "Date", "In-Reply-To", "References", "Auto-Submitted", "List-Id", "Archived-At")


def event_mail(one: Subscription, news: News) -> Mail:
    """Return the mail of one change: the report, or a follow-up in the thread of the report."""
    message: EmailMessage = event_message(news.detail, news.change, settings.SITE_URL)
    kept = {name: str(message[name]) for name in _KEPT if message[name] is not None}
    return _mail(one, str(message["Subject"]), str(message.get_content()), kept)


def digest_mail(one: Subscription, told: Told, number: int) -> Mail:
    """Return one mail about everything; ``number`` names it, the same one for the same deliveries."""
    parts = [*_events(told.changes), *_tests(told.tests)]
    events = len({news.detail.event.id for news in told.changes})
    counts = ((events, "event"), (len(told.tests), "failing test"))
    count = enumeration(plural(number_of, noun) for number_of, noun in counts if number_of)
    lead = paragraph(f"{in_words(one.listing, one.query)}. News of {count}.")
    listing = settings.SITE_URL.rstrip("/") + listing_path(one.listing, one.query)
    body = "\n\n".join([lead, *parts, table([("Now", listing)])]) + "\n"
    return _mail(one, f"[digest] {one.name}: {count}", body, _headers(one, f"d-{one.id}.{number}"))


def trial_mail(one: Subscription) -> Mail:
    """Return a mail that shows that mails arrive."""
    body = paragraph(f"This is how mails of your subscription “{one.name}” arrive. It is about") + "\n\n"
    body += f"  {in_words(one.listing, one.query)}\n"
    name = f"t-{one.id}.{one.deliveries.count()}"
    return _mail(one, f"[test] {one.name}", body, _headers(one, name))


def _mail(one: Subscription, subject: str, body: str, headers: dict[str, str]) -> Mail:
    stop = unsubscribe_url(one)
    footer = f"-- \nYour subscription “{one.name}”: {own_url(one)}\nTo end it: {stop}\n"
    return Mail(
        subject=" ".join(subject.split()),
        body=f"{body}\n{footer}",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[one.user.email],
        headers={
            **headers,
            # RFC 8058: a mail program may end the subscription by one POST.
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _headers(one: Subscription, name: str) -> dict[str, str]:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return {
        "Message-ID": f"<{name}@{host}>",
        "Auto-Submitted": "auto-generated",
        "List-Id": f"Treewatch subscriptions <subscriptions.{host}>",
    }


def _events(changes: Sequence[News]) -> Iterable[str]:
    """Yield a paragraph for each event, with its changes in order, and a last line for the rest."""
    of_event: dict[int, list[News]] = {}
    for news in changes:
        of_event.setdefault(news.detail.event.id, []).append(news)
    for found in list(of_event.values())[:SHOWN]:
        event = found[-1].detail.event
        facts = [
            ("Tree", f"{tree_name(event.tree)}, since {event.bad.title}"),
            ("Where", places(event)),
            *(("Change", news.change.what) for news in found),
            ("Details", settings.SITE_URL.rstrip("/") + event_path(event.id)),
        ]
        head = paragraph(f"[{event.state.label}] {event.title}")
        yield f"{head}\n{table(facts)}"
    if len(of_event) > SHOWN:
        yield f"… and {len(of_event) - SHOWN:,} more."


def _tests(tests: Sequence[TestRow]) -> Iterable[str]:
    for row in tests[:SHOWN]:
        facts = [
            ("Device", " in ".join(filter(None, (row.platform, row.lab)))),
            ("Revision", f"{row.revision.title} ({tree_name(row.revision.tree)})" if row.revision else ""),
            ("Details", settings.SITE_URL.rstrip("/") + test_path(row.id)),
        ]
        yield f"{paragraph(f'{row.status.name} {row.path or row.id}')}\n{table(facts)}"
    if len(tests) > SHOWN:
        yield f"… and {len(tests) - SHOWN:,} more."
