"""Telling the workers that something is due. Losing the message only delays the summaries."""

from __future__ import annotations

import logging
import time
from threading import Thread
from typing import Final

from celery import current_app

TASK: Final = "results.refresh"
QUEUE: Final = "summaries"
PAUSE: Final = 1.0
"""Seconds between two messages: one is enough for everything that is due by then."""
PATIENCE: Final = 2.0
"""Seconds that the end of a load waits for its last message to go out."""

_TIMEOUTS: Final = {"socket_connect_timeout": 1, "socket_timeout": 1}
_log = logging.getLogger(__name__)


class Waker:
    """Sends at most one message a second, from a thread, so that no broker can hold up a load.

    It stays silent once the broker did not answer.
    """

    def __init__(self) -> None:
        self._sender = Thread()
        self._last = 0.0
        self._is_waiting = False
        self._is_dead = False

    def wake(self) -> None:
        """Say that something is due."""
        self._is_waiting = True
        if time.monotonic() - self._last >= PAUSE:
            self._send()

    def finish(self) -> None:
        """Send the message that was held back, if any, and give the last one the time to go out."""
        if self._sender.is_alive():
            self._sender.join(PATIENCE)
        if self._is_waiting:
            self._send()
            self._sender.join(PATIENCE)

    def _send(self) -> None:
        if self._sender.is_alive() or self._is_dead:
            return
        self._is_waiting = False
        self._last = time.monotonic()
        self._sender = Thread(target=self._deliver, daemon=True)
        self._sender.start()

    def _deliver(self) -> None:
        try:
            with current_app.connection_for_write(transport_options=_TIMEOUTS) as broker:
                current_app.send_task(TASK, queue=QUEUE, connection=broker, retry=False, ignore_result=True)
        except Exception as error:  # whatever a broker may raise: the data is safe, the beat comes round
            self._is_dead = True
            _log.warning("no worker woken: the message broker does not answer", extra={"error": str(error)})
