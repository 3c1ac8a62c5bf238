"""API tokens: made here, shown once, kept as a hash."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ingest.models import Token

PREFIX: Final = "tw_"
"""Lets people, and scanners for leaked secrets, see what a string is."""

REMEMBERED_SECONDS: Final = 2.0
"""How long a process does not ask again for a token that is used all the time; a revoked one, too."""

_USE_IS_NOTED_EVERY: Final = timedelta(minutes=1)
_MOST_REMEMBERED: Final = 1_000
_remembered: dict[bytes, tuple[float, Token]] = {}


def digest_of(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return sha256(secret.encode()).digest()


def new_secret() -> str:
    """Return a secret of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def create_token(
    name: str, origins: Sequence[str], *, expires_at: datetime | None = None, **fields: Any
) -> tuple[Token, str]:
    """Store a new token and return it with its secret, which nothing can tell again.

    ``fields`` are others of the model (limits). Raises ValueError without origins, IntegrityError
    when the name is taken.
    """
    if not origins:
        raise ValueError("a token needs at least one origin")
    secret = new_secret()
    with transaction.atomic():
        token = Token.objects.create(
            name=name, origins=list(origins), digest=digest_of(secret), expires_at=expires_at, **fields
        )
    return token, secret


def find_token(secret: str) -> Token | None:
    """Return the token of a secret, whatever its state, and note that it was used."""
    digest, now = digest_of(secret), time.monotonic()
    until, token = _remembered.get(digest, (0.0, None))
    if token is None or until < now:
        token = Token.objects.filter(digest=digest).first()
        if token is None:
            return None
        if len(_remembered) >= _MOST_REMEMBERED:
            forget_tokens()
        _remembered[digest] = now + REMEMBERED_SECONDS, token
    _note_use(token)
    return token


def forget_tokens() -> None:
    """Ask for every token again."""
    _remembered.clear()


def revoke_token(name: str) -> bool:
    """Make a token useless from now on. Return whether there is such a token, still unrevoked."""
    forget_tokens()
    return Token.objects.filter(name=name, revoked_at=None).update(revoked_at=timezone.now()) > 0


def _note_use(token: Token) -> None:
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_IS_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at < now - _USE_IS_NOTED_EVERY:
        Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)
        token.last_used_at = now
