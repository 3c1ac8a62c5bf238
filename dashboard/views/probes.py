"""Answers to an orchestrator: is the process alive, can it serve?"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when PostgreSQL and Redis answer, else 503; the body says which does not."""
    state = {"database": _database_answers(), "redis": _redis_answers()}
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("not ready: database")
        return False
    return True


def _redis_answers() -> bool:
    url = settings.CACHES["default"]["LOCATION"]
    try:
        with Redis.from_url(str(url), socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except RedisError:
        logger.exception("not ready: redis")
        return False
    return True
