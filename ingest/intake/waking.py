"""The word to a worker that a file waits. A lost word costs the seconds until the next beat."""

from __future__ import annotations

import logging
from typing import Final

from celery import current_app
from kombu.exceptions import OperationalError

from ingest.intake import counters

logger = logging.getLogger(__name__)

_SECONDS: Final = 10


def wake_loader() -> None:
    """Ask for a run of the loader, unless one was asked for and still goes on."""
    told = counters.ask(("SET", _key(), 1, "NX", "EX", _SECONDS))
    if told is None or not told[0]:
        return
    try:
        current_app.send_task("ingest.load_spool", queue="ingest", expires=_SECONDS)
    except (OperationalError, OSError) as error:
        logger.warning("the loader was not woken: %s", error)


def loader_rests() -> None:
    """Note that no run looks at the spools any more: what is submitted from now on asks for another one."""
    counters.ask(("DEL", _key()))


def _key() -> str:
    return f"{counters.PREFIX}:woken"
