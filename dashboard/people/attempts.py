"""How often something may be tried: counted in Redis, by whom and from where.

Without Redis nobody is counted: people who can sign in are worth more than those who are counted.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many attempts in so many seconds."""

    name: str
    most: int
    seconds: int


SIGN_IN_TOGETHER: Final = Limit("sign-in", 10, 900)
"""Failures of one name from one address."""
SIGN_IN_FROM: Final = Limit("sign-in-from", 50, 900)
"""Failures from one address, whatever the names."""
SIGN_IN_AS: Final = Limit("sign-in-as", 200, 3600)
"""Failures of one name from everywhere: so many that only a guessing net meets it."""
SIGN_UP_FROM: Final = Limit("sign-up", 10, 3600)
MAIL_FROM: Final = Limit("mail-from", 20, 3600)
MAIL_OF: Final = Limit("mail-of", 10, 3600)
"""Mails that prove something, of one account: its owner chooses whom they go to."""
MAIL_TO: Final = Limit("mail-to", 5, 3600)
"""Mails that prove something, to one address."""


def address_of(request: HttpRequest) -> str:
    """Return the address that a request comes from; behind a proxy, the one that the proxy tells.

    Of IPv6 it is the network: whoever has one address of it has all 2**64.
    """
    text = str(BaseThrottle().get_ident(request))  # type: ignore[arg-type] # it only reads META
    try:
        address = IPv6Address(text.partition("%")[0])
    except ValueError:
        return text
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


def is_over(limit: Limit, *whom: str) -> bool:
    """Return whether no further attempt may be made now."""
    try:
        return int(cache.get(_key(limit, whom)) or 0) >= limit.most
    except RedisError:
        logger.warning("attempts are not counted: Redis does not answer")
        return False


def note(limit: Limit, *whom: str) -> bool:
    """Count an attempt; return whether it is one of those that may be made."""
    try:
        cache.add(_key(limit, whom), 0, timeout=limit.seconds)
        return int(cache.incr(_key(limit, whom))) <= limit.most
    except (RedisError, ValueError):  # away, or it has just forgotten
        return True


def _key(limit: Limit, whom: tuple[str, ...]) -> str:
    return f"attempts:{limit.name}:{sha256(chr(0).join(whom).encode()).hexdigest()}"
