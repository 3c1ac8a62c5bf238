"""How many requests a client may make: a number a minute, counted in Redis, told in every answer.

Without Redis nobody is counted: an API that answers is worth more than one that counts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from dashboard.people.attempts import address_of

SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a client in this minute, and in how many seconds the next one begins."""

    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """What every answer says of it."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


class MinuteThrottle(BaseThrottle):
    """Allows ``API_REQUESTS_PER_MINUTE`` requests of each address; leaves the allowance on the view."""

    allowance: Allowance | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a request; return whether it may be answered."""
        limit: int = settings.API_REQUESTS_PER_MINUTE
        minute, second = divmod(int(time.time()), SECONDS)
        key = f"api:{address_of(request)}:{minute}"
        try:
            cache.add(key, 0, timeout=2 * SECONDS)
            count = cache.incr(key)
        except (RedisError, ValueError):  # away, or it has just forgotten
            return True
        self.allowance = Allowance(limit, max(limit - count, 0), SECONDS - second)
        view.allowance = self.allowance  # type: ignore[attr-defined]
        return count <= limit

    def wait(self) -> float | None:
        """Return the seconds until the next request may be made."""
        return self.allowance.reset if self.allowance else None
