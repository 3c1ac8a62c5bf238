"""Subscriptions, saved views and what is followed, of whom a token belongs to."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from rest_framework.request import Request

from dashboard.api.endpoint import ALL_ROWS, Row, Rows, Thing
from dashboard.api.shapes import people as shapes
from dashboard.api.writing import Change, Writable
from dashboard.filters import BadQuery, Query
from dashboard.models import Delivery, Follow, SavedView, Scope, Subscription
from dashboard.notify.subscribing import (
    BadSubscription,
    Wish,
    amend,
    resume,
    stop,
    subscribe,
    subscription_of,
)
from dashboard.people.follows import Followed, follow_as, is_followable
from dashboard.people.saved_views import BadView, delete_view, save_view, view_of
from results.queries import paging
from results.queries.records import Listing

STOPPED = "Stopped by a script of yours."
_WAITING = Count("deliveries", filter=Q(deliveries__due_at__isnull=False))


class ListSubscriptions(Writable, Rows):
    """Your subscriptions, the newest first."""

    tag, shape = "subscriptions", shapes.SubscriptionItem
    scope, is_private, is_timeless, page_rows = Scope.SUBSCRIPTIONS, True, False, ALL_ROWS
    changes = {
        "post": Change(
            "createSubscription",
            "Subscribe to what happens from now on.",
            shapes.SubscriptionBody,
            201,
            shapes.SubscriptionItem,
        )
    }

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all of them: there are few."""
        mine = Subscription.objects.filter(user_id=self.me).annotate(waiting=_WAITING).order_by("-id")
        return Listing(tuple(mine), None)

    def item(self, record: Any) -> Row:
        """Return a subscription."""
        return shapes.subscription_item(record, record.waiting)

    def post(self, request: Request, **names: Any) -> HttpResponse:
        """Subscribe."""
        body = self.sent(request)
        try:
            one = subscribe(self.me, Wish(**body))
        except BadSubscription as error:
            raise BadQuery(str(error), parameters=(error.field,)) from None
        return self.answer(shapes.subscription_item(one, 0), location=f"/api/v1/subscriptions/{one.id}")


class GetSubscription(Writable, Thing):
    """One of your subscriptions."""

    tag, shape, names = "subscriptions", shapes.SubscriptionItem, ("number",)
    scope, is_private, is_timeless = Scope.SUBSCRIPTIONS, True, False
    changes = {
        "patch": Change(
            "changeSubscription",
            "Change a subscription; what waited to be told is dropped.",
            shapes.SubscriptionChanges,
            200,
            shapes.SubscriptionItem,
        ),
        "delete": Change("deleteSubscription", "End a subscription for ever.", None, 204, None),
    }

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the subscription."""
        return self._shown(subscription_of(self.me, names["number"]))

    def patch(self, request: Request, **names: Any) -> HttpResponse:
        """Change the subscription."""
        one, body = subscription_of(self.me, names["number"]), self.sent(request)
        running = body.pop("running", None)
        if body:
            fields = ("name", "listing", "query", "way", "hour", "url")
            try:
                amend(one, Wish(**{name: getattr(one, name) for name in fields} | body))
            except BadSubscription as error:
                raise BadQuery(str(error), parameters=(error.field,)) from None
        if running is not None and running == (one.stopped_at is not None):
            resume(one) if running else stop(one, STOPPED)
        return self.answer(self._shown(one))

    def delete(self, request: Request, **names: Any) -> HttpResponse:
        """End the subscription."""
        subscription_of(self.me, names["number"]).delete()
        return self.answer()

    def _shown(self, one: Subscription) -> Row:
        return shapes.subscription_item(one, one.deliveries.exclude(due_at=None).count())


class ListDeliveries(Writable, Rows):
    """What one of your subscriptions told, the newest first."""

    tag, shape, names = "subscriptions", shapes.DeliveryItem, ("number",)
    scope, is_private, is_timeless = Scope.SUBSCRIPTIONS, True, False

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of deliveries."""
        rows = Delivery.objects.filter(subscription=subscription_of(self.me, names["number"]))
        if query.after:
            (before,) = paging.decode(query.after, (int,))
            rows = rows.filter(pk__lt=before)
        return paging.listing(list(rows.order_by("-id")[: limit + 1]), limit, lambda row: (row.id,))

    def item(self, record: Any) -> Row:
        """Return a delivery."""
        return shapes.delivery_item(record)


class ListViews(Writable, Rows):
    """Your saved views, by name."""

    tag, shape = "views", shapes.ViewItem
    scope, is_private, is_timeless, page_rows = Scope.SUBSCRIPTIONS, True, False, ALL_ROWS
    changes = {
        "post": Change("saveView", "Keep a listing with its filters.", shapes.ViewBody, 201, shapes.ViewItem)
    }

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all of them."""
        return Listing(tuple(SavedView.objects.filter(user_id=self.me).order_by("name")), None)

    def item(self, record: Any) -> Row:
        """Return a view."""
        return shapes.view_item(record)

    def post(self, request: Request, **names: Any) -> HttpResponse:
        """Keep a view."""
        body = self.sent(request)
        try:
            view = save_view(self.me, body["name"], body["address"])
        except BadView as error:
            raise BadQuery(str(error)) from None
        return self.answer(shapes.view_item(view))


class GetView(Writable, Thing):
    """One of your saved views."""

    tag, shape, names = "views", shapes.ViewItem, ("number",)
    scope, is_private, is_timeless = Scope.SUBSCRIPTIONS, True, False
    changes = {"delete": Change("deleteView", "Forget a view.", None, 204, None)}

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the view."""
        return shapes.view_item(view_of(self.me, names["number"]))

    def delete(self, request: Request, **names: Any) -> HttpResponse:
        """Forget the view."""
        delete_view(self.me, names["number"])
        return self.answer()


class ListFollows(Writable, Rows):
    """What you follow."""

    tag, shape = "follows", shapes.FollowItem
    scope, is_private, is_timeless, page_rows = Scope.SUBSCRIPTIONS, True, False, ALL_ROWS
    changes = {
        "post": Change("follow", "Follow something, or no longer.", shapes.FollowBody, 200, shapes.FollowItem)
    }

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all of it."""
        return Listing(tuple(Follow.objects.filter(user_id=self.me).order_by("kind", "name")), None)

    def item(self, record: Any) -> Row:
        """Return something that is followed."""
        return {"kind": record.kind, "name": record.name}

    def post(self, request: Request, **names: Any) -> HttpResponse:
        """Follow something, or no longer."""
        body = self.sent(request)
        if not is_followable(body["kind"], body["name"]):
            raise BadQuery("Nothing can have this name.", parameters=("name",))
        follow_as(self.me, Followed(body["kind"], body["name"]), wanted=body.get("wanted", True))
        return self.answer({"kind": body["kind"], "name": body["name"]})
