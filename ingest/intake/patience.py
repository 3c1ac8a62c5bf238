"""How long the server waits for a body.

Its threads are few, and a body that trickles in would keep one for hours. So every piece must
come within ``SUBMIT_PATIENCE_SECONDS``, and a body that takes longer than that in all goes on
only while it is one of a few: never more than half of a process's threads.
"""

from __future__ import annotations

import threading
import time
from socket import SHUT_RD, socket
from typing import Final, Self

from django.conf import settings
from django.http import HttpRequest

from ingest.intake.errors import IntakeError

TICK: Final = 0.1
"""Seconds between two looks at the bodies that are arriving."""

_slow_bodies = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


class Patience:
    """Ends the wait for a body at a deadline, ``seconds`` away, that is extended with every piece.

    One read of the server may block in many small receives, each in time by itself; so another
    thread watches and shuts the reading side of the connection, which wakes the reader.
    """

    def __init__(self, request: HttpRequest, seconds: float) -> None:
        self._socket: socket | None = request.META.get("gunicorn.socket")
        self._started = time.monotonic()
        self._seconds = seconds
        self._deadline = self._started + seconds
        self._is_over = False
        self._is_slow = False

    def extend(self) -> None:
        """Wait for another piece."""
        self._deadline = time.monotonic() + self._seconds

    def check(self) -> None:
        """Raise IntakeError when patience is over (408), or is needed elsewhere (503)."""
        if self._is_over:
            raise IntakeError(408, f"the body came too slowly: a piece took more than {self._seconds:g} s")
        if not self._is_slow and time.monotonic() - self._started > self._seconds:
            self._is_slow = _slow_bodies.acquire(blocking=False)
            if not self._is_slow:
                raise IntakeError(503, "too many slow uploads at once", retry_after=30)

    def end_if_over(self, now: float) -> None:
        """Wake the reader when the deadline has passed."""
        if self._is_over or self._socket is None or now < self._deadline:
            return
        self._is_over = True
        try:
            self._socket.shutdown(SHUT_RD)
        except OSError:
            pass  # the other side was faster

    def __enter__(self) -> Self:
        if self._socket is not None:
            _watch.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        _watch.remove(self)
        if self._is_slow:
            _slow_bodies.release()


class _Watch:
    """Looks at the bodies that are arriving, from one thread, which ends when there are none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: set[Patience] = set()
        self._is_running = False

    def add(self, patience: Patience) -> None:
        with self._lock:
            self._watched.add(patience)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, daemon=True).start()

    def remove(self, patience: Patience) -> None:
        # Under the lock: whoever is looked at now is not gone, and its connection not another's.
        with self._lock:
            self._watched.discard(patience)

    def _run(self) -> None:
        while True:
            time.sleep(TICK)
            with self._lock:
                if not self._watched:
                    self._is_running = False
                    return
                now = time.monotonic()
                for patience in self._watched:
                    patience.end_if_over(now)


_watch: Final = _Watch()
