"""Access tokens, by means of one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from dashboard.api.endpoint import ALL_ROWS, Row, Rows, Thing
from dashboard.api.shapes import people as shapes
from dashboard.api.writing import Change, Writable
from dashboard.filters import BadQuery, Query
from dashboard.models import AccessToken, Scope
from dashboard.people.tokens import create_token, revoke_token
from results.errors import NotFound
from results.queries.records import Listing


class ListTokens(Writable, Rows):
    """Your access tokens that are not revoked, the newest first."""

    tag, shape = "tokens", shapes.TokenItem
    scope, is_private, is_timeless, page_rows = Scope.TOKENS, True, False, ALL_ROWS
    changes = {
        "post": Change(
            "createToken",
            "Make an access token; its secret is in this answer and in no other.",
            shapes.TokenBody,
            201,
            shapes.NewToken,
        )
    }

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all of them: there are few."""
        mine = AccessToken.objects.filter(user_id=self.me, revoked_at=None).order_by("-id")
        return Listing(tuple(mine[:limit]), None)

    def item(self, record: Any) -> Row:
        """Return a token."""
        return shapes.token_item(record)

    def post(self, request: Request, **names: Any) -> HttpResponse:
        """Make a token."""
        body = self.sent(request)
        scopes = _scopes(body["scopes"], self.token.scopes)
        expires = _within(_future(body.get("expires")), self.token.expires_at)
        token, secret = create_token(self.me, name_in(body), scopes, expires_at=expires)
        return self.answer(shapes.new_token(token, secret), location=f"/api/v1/tokens/{token.id}")


class GetToken(Writable, Thing):
    """One of your access tokens."""

    tag, shape, names = "tokens", shapes.TokenItem, ("number",)
    scope, is_private, is_timeless = Scope.TOKENS, True, False
    changes = {"delete": Change("revokeToken", "Make a token useless from now on.", None, 204, None)}

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the token."""
        number = names["number"]
        token = AccessToken.objects.filter(pk=number, user_id=self.me, revoked_at=None).first()
        if token is None:
            raise NotFound(f"token {number} of yours")
        return shapes.token_item(token)

    def delete(self, request: Request, **names: Any) -> HttpResponse:
        """Revoke the token."""
        if not revoke_token(self.me, names["number"]):
            raise NotFound(f"token {names['number']} of yours")
        return self.answer()


def name_in(body: Row, longest: int = 100) -> str:
    """Return the name in a body, on one line; BadQuery when there is none or it is too long."""
    name = " ".join(str(body["name"]).split())
    if not 1 <= len(name) <= longest:
        raise BadQuery(f"name has 1 to {longest} characters", parameters=("name",))
    return name


def _scopes(asked: Iterable[str], own: Sequence[str]) -> set[Scope]:
    scopes = {Scope(name) for name in asked}
    if not scopes:
        raise BadQuery("a token needs at least one scope", tuple(own), ("scopes",))
    if more := sorted(scopes - set(own)):
        raise PermissionDenied(f"The token lacks the scope {more[0]} itself.")
    return scopes


def _within(expires: datetime | None, own: datetime | None) -> datetime | None:
    """Return when a token ends that another one makes: with that at the latest."""
    if own is None or expires is None:
        return expires or own
    if expires > own:
        raise PermissionDenied(f"The token ends itself before that, at {own:%Y-%m-%d %H:%M} UTC.")
    return expires


def _future(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment <= timezone.now():
        raise BadQuery("expires is a time to come, with its zone (RFC 3339)", parameters=("expires",))
    return moment
