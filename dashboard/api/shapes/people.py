"""What belongs to somebody: their tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

from dashboard.models import AccessToken

ScopeName = Literal["triage", "products", "subscriptions", "tokens"]


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
    """When a token ends to be good for anything; never, when not said."""

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
