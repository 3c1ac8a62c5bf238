"""How much one caller may send: counters in Redis, by the minute and by the hour.

Redis away means no limits, not no submissions: the counters protect the site from a runaway
client, the spool's disk is what must not be lost.
"""

from __future__ import annotations

import logging
import time

from django.core.cache import cache
from redis import RedisError

from ingest.intake.callers import Caller
from ingest.intake.errors import IntakeError

logger = logging.getLogger(__name__)

MINUTE = 60
HOUR = 3600


def charge_request(caller: Caller) -> None:
    """Count a request. Raises IntakeError (429) when the caller's minute or its bytes are spent."""
    _charge(caller, "requests", 1, limit=caller.requests_per_minute, period=MINUTE)
    _charge(caller, "bytes", 0, limit=caller.bytes_per_hour, period=HOUR)


def charge_bytes(caller: Caller, count: int) -> None:
    """Count the bytes of a body that was taken; the next request learns that they are too many."""
    _add(caller, "bytes", count, period=HOUR)


def _charge(caller: Caller, what: str, count: int, *, limit: int, period: int) -> None:
    spent = _add(caller, what, count, period=period)
    if spent - count >= limit:
        wait = period - int(time.time()) % period
        raise IntakeError(429, f"the token's limit is {limit:,} {what} per {period} s", retry_after=wait)


def _add(caller: Caller, what: str, count: int, *, period: int) -> int:
    """Add to a counter of the current period and return it; 0 when nobody counts."""
    key = f"intake:{what}:{caller.name}:{int(time.time()) // period}"
    try:
        if not count:
            return int(cache.get(key, 0))
        cache.add(key, 0, timeout=period)
        return int(cache.incr(key, count))
    except (RedisError, ValueError) as error:  # ValueError: the key expired in between
        logger.warning("no limits are counted: %s", error)
        return 0
