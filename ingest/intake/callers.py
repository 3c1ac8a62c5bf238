"""Who sends a request: a bearer token, checked, becomes a caller bound to its origins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import jwt
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from ingest.intake.errors import IntakeError
from ingest.intake.tokens import find_token
from ingest.models import Scope

ALGORITHM: Final = "HS256"
ORIGIN: Final = re.compile(r"[a-z0-9_]+")
"""What KCIDB takes for the name of an origin (the whole string)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends: ``name`` is what limits are counted by, ``origins`` whose objects are taken."""

    name: str
    origins: tuple[str, ...]
    scopes: tuple[str, ...]
    requests_per_minute: int
    bytes_per_hour: int


def authenticate(request: HttpRequest) -> Caller:
    """Return the caller of a request. Raises IntakeError (401) with the reason."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        raise IntakeError(401, "send a token: Authorization: Bearer TOKEN")
    return _by_jwt(secret) if secret.count(".") == 2 else _by_token(secret)


def authorize(request: HttpRequest, scope: Scope) -> Caller:
    """Return the caller of a request that needs a scope. Raises IntakeError (401, 403)."""
    caller = authenticate(request)
    if scope not in caller.scopes:
        raise IntakeError(403, f"the token lacks the scope “{scope}”")
    return caller


def _by_token(secret: str) -> Caller:
    token = find_token(secret)
    if token is None:
        raise IntakeError(401, "the token is not known here")
    if problem := token.problem(timezone.now()):
        raise IntakeError(401, problem)
    return Caller(
        name=f"token:{token.pk}",
        origins=tuple(token.origins),
        scopes=tuple(token.scopes),
        requests_per_minute=token.requests_per_minute or settings.SUBMIT_REQUESTS_PER_MINUTE,
        bytes_per_hour=token.bytes_per_hour or settings.SUBMIT_BYTES_PER_HOUR,
    )


def _by_jwt(text: str) -> Caller:
    origin = _claims(text).get("origin")
    if not isinstance(origin, str) or not ORIGIN.fullmatch(origin):
        raise IntakeError(401, "the token has no usable claim “origin”")
    return Caller(
        name=f"jwt:{origin}",
        origins=(origin,),
        scopes=(Scope.SUBMIT,),
        requests_per_minute=settings.SUBMIT_REQUESTS_PER_MINUTE,
        bytes_per_hour=settings.SUBMIT_BYTES_PER_HOUR,
    )


def _claims(text: str) -> dict[str, Any]:
    """Return the claims of a JSON web token that one of our secrets signed and that has not expired."""
    problem = "JSON web tokens are not taken here"
    for secret in settings.JWT_SECRETS:
        try:
            claims: dict[str, Any] = jwt.decode(
                text, secret, algorithms=[ALGORITHM], options={"require": ["exp"]}
            )
        except jwt.InvalidSignatureError:
            problem = "the token was signed by somebody else"
        except jwt.InvalidTokenError as error:
            problem = f"the token is not valid: {error}"
            break
        else:
            return claims
    raise IntakeError(401, problem)
