"""The word to a worker that a file waits. A lost word costs the seconds until the next beat."""

from __future__ import annotations

import logging
from typing import Final

from celery import current_app
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis import RedisError

logger = logging.getLogger(__name__)

_KEY: Final = "intake:woken"
_SECONDS: Final = 10


def wake_loader() -> None:
    """Ask for a run of the loader, unless one was asked for and still goes on."""
    try:
        if cache.add(_KEY, 1, timeout=_SECONDS):
            current_app.send_task("ingest.load_spool", queue="ingest", expires=_SECONDS)
    except (RedisError, OperationalError, OSError) as error:
        logger.warning("the loader was not woken: %s", error)


def loader_rests() -> None:
    """Note that no run looks at the spools any more: what is submitted from now on asks for another one."""
    try:
        cache.delete(_KEY)
    except RedisError as error:
        logger.warning("the cache is away: %s", error)
