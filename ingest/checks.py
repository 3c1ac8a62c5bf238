"""Settings of the intake that would open it too wide (``manage.py check``)."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

SHORTEST_SECRET: Final = 32
"""Bytes that HS256 asks for (RFC 7518, 3.2)."""


@register
def secrets_cannot_be_guessed(**_kwargs: Any) -> list[CheckMessage]:
    """Whoever has one token can try secrets offline, as fast as they like."""
    if all(len(secret.encode()) >= SHORTEST_SECRET for secret in settings.JWT_SECRETS):
        return []
    hint = "Make a new one: openssl rand -base64 48."
    text = f"JWT_SECRET or UNIFIED_SECRET has fewer than {SHORTEST_SECRET} bytes."
    return [Warning(text, hint=hint, id="ingest.W001")]
