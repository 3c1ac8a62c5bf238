"""Small numbers that all web processes share, in Redis. Without it there are none."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis, RedisError

logger = logging.getLogger(__name__)

PREFIX = "treewatch:intake"


def ask(*commands: tuple[str | int, ...]) -> list[Any] | None:
    """Return the answers to commands, in one round trip; None when nobody answers."""
    # Held until the end: threads that start together may each make one, and a client closes what it opened.
    client = _redis(settings.REDIS_URL)
    try:
        with client.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
            return pipeline.execute()
    except RedisError as error:
        logger.warning("Redis is away: %s", error)
        return None


@cache
def _redis(url: str) -> Redis:
    """Return the client of this process; it gives up at once rather than keep a submitter waiting."""
    return Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=None)
