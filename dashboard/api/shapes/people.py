"""What belongs to somebody: their tokens, subscriptions, saved views and what they follow."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

from dashboard.models import AccessToken, Delivery, SavedView, Subscription
from dashboard.notify.addresses import feed_url

ScopeName = Literal["triage", "products", "subscriptions", "tokens"]
ListingName = Literal["regressions", "tests"]
WayName = Literal["mail", "digest", "webhook", "feed"]
KindName = Literal["tree", "device", "lab", "test", "suite"]


class TokenItem(TypedDict):
    """An access token; what it is nobody can tell again. `last_used` is to the minute."""

    id: int
    name: str
    scopes: list[str]
    created: datetime
    expires: datetime | None
    last_used: datetime | None


class NewToken(TokenItem):
    """A token that was just made, with its secret: keep it, it is shown once."""

    secret: str


class TokenExpires(TypedDict, total=False):
    """When a token ends to be good for anything; when not said, with the one that makes it, if that ends."""

    expires: datetime | None


class TokenBody(TokenExpires):
    """A token to be made. It may open what the token opens that makes it, and no more."""

    name: str
    scopes: list[ScopeName]


def token_item(token: AccessToken) -> TokenItem:
    """Return a row of the listing of tokens."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created": token.created_at,
        "expires": token.expires_at,
        "last_used": token.last_used_at,
    }


def new_token(token: AccessToken, secret: str) -> NewToken:
    """Return a token that was just made."""
    return {**token_item(token), "secret": secret}


class SubscriptionItem(TypedDict):
    """What somebody is told: news of a listing (`regressions`, or failing `tests`) under filters.

    `query` is the query string of the listing. `way`: `mail` at once, `digest` (one mail a day, at
    `hour` UTC), `webhook` (to `url`, signed with `secret`) or `feed` alone. Every subscription has a
    `feed`: a private address. `stopped` and `why` say when and why nothing is told any more.
    """

    id: int
    name: str
    listing: str
    query: str
    way: str
    hour: int
    url: str
    secret: str
    feed: str
    created: datetime
    waiting: int
    stopped: datetime | None
    why: str


class SubscriptionMore(TypedDict, total=False):
    """What may be left out: no filters, 6 o'clock, no address."""

    query: str
    hour: int
    url: str


class SubscriptionBody(SubscriptionMore):
    """A subscription to be made."""

    name: str
    listing: ListingName
    way: WayName


class SubscriptionChanges(SubscriptionMore, total=False):
    """What is to be changed; the rest stays. `running`: stop it, or go on."""

    name: str
    listing: ListingName
    way: WayName
    running: bool


class DeliveryItem(TypedDict):
    """Something that a subscription told: a change of an event, or (null) a failing test.

    `due` is null when it was told, or is only in the feed.
    """

    id: int
    event: int | None
    found: datetime
    due: datetime | None
    told: datetime | None
    tries: int
    problem: str


class ViewItem(TypedDict):
    """A listing of this site that is kept under a name, with its filters."""

    id: int
    name: str
    address: str
    created: datetime


class ViewBody(TypedDict):
    """A view to be kept; one of the same name moves to this address."""

    name: str
    address: str


class FollowItem(TypedDict):
    """Something that is followed. A tree is called `name/branch`."""

    kind: str
    name: str


class FollowWanted(TypedDict, total=False):
    """Whether to follow it; true when not said."""

    wanted: bool


class FollowBody(FollowWanted):
    """Something to follow, or not to follow any more."""

    kind: KindName
    name: str


def subscription_item(one: Subscription, waiting: int) -> SubscriptionItem:
    """Return a subscription; ``waiting``: how much is due to be told."""
    return {
        "id": one.id,
        "name": one.name,
        "listing": one.listing,
        "query": one.query,
        "way": one.way,
        "hour": one.hour,
        "url": one.url,
        "secret": one.secret,
        "feed": feed_url(one),
        "created": one.created_at,
        "waiting": waiting,
        "stopped": one.stopped_at,
        "why": one.stopped_why,
    }


def delivery_item(row: Delivery) -> DeliveryItem:
    """Return something that was told."""
    return {
        "id": row.id,
        "event": row.event,
        "found": row.made_at,
        "due": row.due_at,
        "told": row.told_at,
        "tries": row.tries,
        "problem": row.problem,
    }


def view_item(view: SavedView) -> ViewItem:
    """Return a saved view."""
    return {"id": view.id, "name": view.name, "address": view.address, "created": view.at}
