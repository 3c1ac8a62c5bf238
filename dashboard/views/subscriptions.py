"""Subscriptions: made, tried, changed and ended by their owner; ended and read by whoever has the link."""

from __future__ import annotations

from dataclasses import dataclass
from smtplib import SMTPException
from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.filters import BadQuery
from dashboard.models import Delivery, Subscription
from dashboard.notify.addresses import feed_url, subscription_at
from dashboard.notify.feed import subscription_feed
from dashboard.notify.mails import trial_mail
from dashboard.notify.selecting import in_words, listing_path
from dashboard.notify.subscribing import (
    BadSubscription,
    amend,
    renew_secret,
    resume,
    stop,
    subscribe,
    subscription_of,
)
from dashboard.notify.webhooks import Refused, post, trial_payload
from dashboard.paths import event_path, test_path
from dashboard.people import attempts
from dashboard.people.forms import SubscriptionForm
from dashboard.people.mailbox import is_confirmed
from dashboard.shell import Frame, Link, render_page
from dashboard.views.accounts import FormPage, done
from results.errors import NotFound
from results.keys import key_of
from results.models import Event
from results.queries.tests import test_rows

SHOWN: Final = 30
"""Deliveries on the page of a subscription."""
UNSUBSCRIBED: Final = "Ended by the link in a mail."
TRIALS: Final = attempts.Limit("trial", 10, 3600)
"""Of one person: a slow webhook keeps a thread of the web server waiting."""


@dataclass(frozen=True, slots=True)
class ToldLine:
    """Something that a subscription told; ``url`` is "" of what the results do not know any more."""

    row: Delivery
    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPage(FormPage):
    """A subscription: what it is about, what it told, and a form to change it."""

    one: Subscription
    listing: str
    feed: str
    lines: tuple[ToldLine, ...]
    waiting: int
    is_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPage(Frame):
    """The end of a subscription, before and after."""

    is_over: bool


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_subscription(request: HttpRequest) -> HttpResponse:
    """Answer /account/subscriptions/new: the listing and its filters come from the page that led here."""
    begun = {"listing": request.GET.get("listing") or "regressions", "query": request.GET.get("query", "")}
    form = SubscriptionForm(request.POST or None, initial={**begun, "way": "mail", "hour": 6})
    if request.method == "POST" and form.is_valid():
        try:
            one = subscribe(_me(request), form.wish())
        except BadSubscription as error:
            form.add_error(error.field, str(error))
        else:
            return done(request, "You are subscribed.", reverse("subscription", args=[one.id]))
    page = FormPage(
        title="Subscribe",
        heading="Subscribe",
        section="account",
        verdict=_words(begun["listing"], begun["query"]),
        crumbs=(Link("Account", reverse("account")),),
        form=form,
        button="Subscribe",
    )
    return render_page(request, "accounts/form.html", page)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, number: int) -> HttpResponse:
    """Answer /account/subscriptions/<n>; a POST does what its button says."""
    one = subscription_of(_me(request), number)
    form = SubscriptionForm(initial={name: getattr(one, name) for name in SubscriptionForm.base_fields})
    if request.method == "POST":
        if (action := request.POST.get("action", "save")) != "save":
            return _act(request, one, action)
        form = SubscriptionForm(request.POST)
        if form.is_valid():
            try:
                amend(one, form.wish())
            except BadSubscription as error:
                form.add_error(error.field, str(error))
            else:
                return done(request, "The subscription is changed.", request.path)
    page = SubscriptionPage(
        title=f"{one.name} · subscription",
        heading=one.name,
        section="account",
        verdict=_words(one.listing, one.query),
        crumbs=(Link("Account", reverse("account")),),
        form=form,
        button="Save",
        one=one,
        listing=listing_path(one.listing, one.query),
        feed=feed_url(one),
        lines=_told(one),
        waiting=one.deliveries.exclude(due_at=None).count(),
        is_confirmed=is_confirmed(one.user),
    )
    return render_page(request, "accounts/subscription.html", page)


def _told(one: Subscription) -> tuple[ToldLine, ...]:
    rows = list(one.deliveries.order_by("-id")[:SHOWN])
    titles = dict(Event.objects.filter(pk__in=[row.event for row in rows]).values_list("pk", "title"))
    runs = {key_of(run.id): run for run in test_rows([row.test for row in rows if row.test])}
    lines = []
    for row in rows:
        run = runs.get(row.test) if row.test else None
        if row.event in titles:
            lines.append(ToldLine(row, titles[row.event], event_path(row.event)))
        elif run:
            lines.append(ToldLine(row, run.path or run.id, test_path(run.id)))
        else:
            lines.append(ToldLine(row, "(not known any more)", ""))
    return tuple(lines)


def _act(request: HttpRequest, one: Subscription, action: str) -> HttpResponse:
    here = reverse("subscription", args=[one.id])
    match action:
        case "stop":
            stop(one, "Stopped by you.")
            return done(request, "It is stopped.", here)
        case "resume":
            resume(one)
            return done(request, "It goes on, with what happens from now on.", here)
        case "renew":
            renew_secret(one)
            return done(request, "It has a new secret; the old addresses open nothing any more.", here)
        case "delete":
            one.delete()
            return done(request, "The subscription is deleted.", reverse("account"))
        case "try":
            return done(request, _try(one), here)
    raise BadQuery("Nothing of this kind can be done.", ("save", "stop", "resume", "renew", "delete", "try"))


def _try(one: Subscription) -> str:
    """Send something to show that it arrives; return what became of it."""
    if not attempts.note(TRIALS, str(one.user_id)):
        return "It was tried often enough; try again in an hour."
    if one.way == Subscription.Way.WEBHOOK:
        try:
            post(one, trial_payload(one), f"{one.id}.test")
        except Refused as error:
            return str(error)
        return "The webhook took it."
    if not is_confirmed(one.user):
        return "Confirm your address first: nothing is mailed to it until then."
    try:
        trial_mail(one).send()
    except (OSError, SMTPException) as error:
        return f"The mail server does not take it: {error}"
    return f"A mail is on its way to {one.user.email}."


@require_safe
def private_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the private feed of a subscription."""
    one = subscription_at(token, "feed")
    if one is None:
        raise NotFound("such feed")
    response = HttpResponse(subscription_feed(one), content_type="application/atom+xml; charset=utf-8")
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, max_age=300)
    return response


# A mail program has no token of ours but the one in the address (RFC 8058).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End a subscription by a POST; a GET, which programs make by themselves, only asks."""
    one = subscription_at(token, "unsubscribe")
    if one is None:
        raise NotFound("such subscription")
    if request.method == "POST" and one.stopped_at is None:
        stop(one, UNSUBSCRIBED)
    page = EndPage(
        title="Unsubscribe",
        heading=one.name,
        section="account",
        verdict="It is ended: nothing more will come." if one.stopped_at else "No more of this?",
        is_over=one.stopped_at is not None,
    )
    return render_page(request, "accounts/unsubscribe.html", page)


def _words(listing: str, query: str) -> str:
    try:
        return f"{in_words(listing, query)}.".capitalize()
    except BadQuery as error:
        return str(error)


def _me(request: HttpRequest) -> int:
    assert request.user.pk is not None
    return request.user.pk
