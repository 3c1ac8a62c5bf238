"""Settings that do not go together, each reported with an id and a hint (``manage.py check``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

OLDEST_POSTGRESQL = 160000
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


@register
def database_is_postgresql(**_kwargs: Any) -> list[CheckMessage]:
    """Everything rests on COPY, ON CONFLICT, arrays and window functions."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine == "django.db.backends.postgresql":
        return []
    hint = "Use DATABASE_URL=postgres://… or leave it unset for the embedded server."
    return [Error(f"DATABASE_URL names {engine}; only PostgreSQL will do.", hint=hint, id="treewatch.E001")]


@register(Tags.database)
def database_is_recent(*, databases: Sequence[str] | None, **_kwargs: Any) -> list[CheckMessage]:
    """Asked only when the caller says which databases may be used (``migrate`` does)."""
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        version = cursor.connection.info.server_version
    if version >= OLDEST_POSTGRESQL:
        return []
    hint = "Upgrade the server, or leave DATABASE_URL unset for the embedded one."
    return [Error(f"PostgreSQL {version // 10000} is older than 16.", hint=hint, id="treewatch.E002")]


@register(deploy=True)
def embedded_services_are_for_one_machine(**_kwargs: Any) -> list[CheckMessage]:
    """Production has servers that somebody backs up and updates."""
    embedded = {"DATABASE_URL": settings.EMBEDDED_DATABASE, "REDIS_URL": settings.EMBEDDED_REDIS}
    return [
        Warning(
            f"{name} is not set: the embedded server is used.",
            hint="It serves one machine and nobody backs it up. See docs/deployment.md.",
            id="treewatch.W001",
        )
        for name, is_embedded in embedded.items()
        if is_embedded
    ]


@register(deploy=True)
def somebody_can_reach_it(**_kwargs: Any) -> list[CheckMessage]:
    """Only names of this machine are allowed: every other visitor gets status 400."""
    if not set(settings.ALLOWED_HOSTS) <= _LOOPBACK:
        return []
    hint = "Set ALLOWED_HOSTS=dashboard.example.org."
    return [Warning("ALLOWED_HOSTS names only this machine.", hint=hint, id="treewatch.W002")]


@register(deploy=True)
def redirects_end(**_kwargs: Any) -> list[CheckMessage]:
    """gunicorn itself speaks plain HTTP: only a proxy's header tells that a visitor used HTTPS."""
    if not settings.SECURE_SSL_REDIRECT or settings.SECURE_PROXY_SSL_HEADER:
        return []
    hint = "Set TRUST_PROXY=yes behind a proxy that sets X-Forwarded-Proto itself."
    return [
        Warning(
            "HTTPS is on and TRUST_PROXY is off: every request is redirected for ever.",
            hint=hint,
            id="treewatch.W003",
        )
    ]


@register(deploy=True)
def mails_reach_people(**_kwargs: Any) -> list[CheckMessage]:
    """Files in a folder confirm no address and tell no subscriber anything."""
    if settings.EMAIL_URL:
        return []
    hint = "Set EMAIL_URL=smtp+tls://user:password@host:587. See docs/accounts.md."
    return [Warning("EMAIL_URL is not set: mails are files in a folder.", hint=hint, id="treewatch.W004")]
