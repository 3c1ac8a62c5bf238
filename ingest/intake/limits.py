"""How much one caller may send: counters in Redis, by the minute and by the hour.

Redis away means no limits, not no submissions: the counters protect the site from a runaway
client, the spool's disk is what must not be lost.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Any, Final

from django.conf import settings
from redis import Redis, RedisError

from ingest.intake.callers import Caller
from ingest.intake.errors import IntakeError

logger = logging.getLogger(__name__)

MINUTE: Final = 60
HOUR: Final = 3600
PREFIX = "treewatch:intake"


def charge_request(caller: Caller) -> None:
    """Count a request. Raises IntakeError (429) when the caller's minute or its bytes are spent."""
    requests, size = _key(caller, "requests", MINUTE), _key(caller, "bytes", HOUR)
    counted = _ask(("INCR", requests), ("EXPIRE", requests, MINUTE), ("GET", size))
    if counted is None:
        return
    if int(counted[0]) > caller.requests_per_minute:
        raise _spent(f"{caller.requests_per_minute:,} requests a minute", MINUTE)
    if int(counted[2] or 0) >= caller.bytes_per_hour:
        raise _spent(f"{caller.bytes_per_hour:,} bytes an hour", HOUR)


def charge_bytes(caller: Caller, count: int) -> None:
    """Count the bytes of a body that was taken; the next request learns that they are too many."""
    size = _key(caller, "bytes", HOUR)
    _ask(("INCRBY", size, count), ("EXPIRE", size, HOUR))


def _key(caller: Caller, what: str, period: int) -> str:
    """Return the name of a counter of the current minute or hour."""
    return f"{PREFIX}:{what}:{caller.name}:{int(time.time()) // period}"


def _spent(limit: str, period: int) -> IntakeError:
    return IntakeError(
        429, f"the limit of this token is {limit}", retry_after=period - int(time.time()) % period
    )


def _ask(*commands: tuple[str | int, ...]) -> list[Any] | None:
    """Return the answers to commands, in one round trip; None when nobody counts."""
    try:
        with _counters(settings.REDIS_URL).pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
            return pipeline.execute()
    except RedisError as error:
        logger.warning("no limits are counted: %s", error)
        return None


@cache
def _counters(url: str) -> Redis:
    """Return the client of this process; it gives up at once rather than keep a submitter waiting."""
    return Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=None)
