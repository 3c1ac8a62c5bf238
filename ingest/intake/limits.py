"""How much one caller may send: counters in Redis, by the minute and by the hour.

Redis away means no limits, not no submissions: the counters protect the site from a runaway
client, the spool's disk is what must not be lost.
"""

from __future__ import annotations

import time
from typing import Final

from ingest.intake import counters
from ingest.intake.callers import Caller
from ingest.intake.errors import IntakeError

MINUTE: Final = 60
HOUR: Final = 3600


def charge_request(caller: Caller) -> None:
    """Count a request. Raises IntakeError (429) when the caller's minute or its bytes are spent."""
    requests, size = _key(caller, "requests", MINUTE), _key(caller, "bytes", HOUR)
    counted = counters.ask(("INCR", requests), ("GET", size))
    if counted is None:
        return
    if int(counted[0]) == 1:
        counters.ask(("EXPIRE", requests, MINUTE))
    if int(counted[0]) > caller.requests_per_minute:
        raise _spent(f"{caller.requests_per_minute:,} requests a minute", MINUTE)
    if int(counted[1] or 0) >= caller.bytes_per_hour:
        raise _spent(f"{caller.bytes_per_hour:,} bytes an hour", HOUR)


def charge_bytes(caller: Caller, count: int) -> None:
    """Count the bytes of a body that was taken; the next request learns that they are too many."""
    size = _key(caller, "bytes", HOUR)
    counters.ask(("INCRBY", size, count), ("EXPIRE", size, HOUR))


def _key(caller: Caller, what: str, period: int) -> str:
    """Return the name of a counter of the current minute or hour."""
    return f"{counters.PREFIX}:{what}:{caller.name}:{int(time.time()) // period}"


def _spent(limit: str, period: int) -> IntakeError:
    return IntakeError(
        429, f"the limit of this token is {limit}", retry_after=period - int(time.time()) % period
    )
