"""Access tokens: made here, shown once, kept as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db.models import Q
from django.utils import timezone

from dashboard.models import AccessToken, Scope
from results.errors import TooMany as TooMany

PREFIX: Final = "twp_"
"""Lets people, and scanners for leaked secrets, see what a string is."""
MOST_TOKENS: Final = 50
"""Tokens of one person that may be in use."""

_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)


def create_token(
    user: int, name: str, scopes: Collection[Scope], *, expires_at: datetime | None = None
) -> tuple[AccessToken, str]:
    """Store a token of a user and return it with its secret, which nothing can tell again.

    Raises ValueError without scopes, TooMany.
    """
    if not scopes:
        raise ValueError("a token needs at least one scope")
    if AccessToken.objects.filter(user_id=user, revoked_at=None).count() >= MOST_TOKENS:
        raise TooMany(f"You have {MOST_TOKENS} tokens already; revoke one first.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        user_id=user,
        name=name,
        scopes=[str(scope) for scope in Scope if scope in scopes],
        digest=_digest_of(secret),
        expires_at=expires_at,
    )
    return token, secret


def find_token(secret: str) -> AccessToken | None:
    """Return the token of a secret with its user, whatever its state, and note that it was used."""
    token = AccessToken.objects.select_related("user").filter(digest=_digest_of(secret)).first()
    if token is not None and not token.problem(timezone.now()):
        _note_use(token)
    return token


def revoke_token(user: int, number: int) -> bool:
    """Make a token useless from now on; return whether this user has such a token, still unrevoked."""
    mine = AccessToken.objects.filter(pk=number, user_id=user, revoked_at=None)
    return mine.update(revoked_at=timezone.now()) > 0


def _digest_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _note_use(token: AccessToken) -> None:
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_IS_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - _USE_IS_NOTED_EVERY:
        AccessToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
