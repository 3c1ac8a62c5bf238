"""``manage.py up``: everything that Treewatch consists of, in one terminal."""

from __future__ import annotations

import errno
import signal
import socket
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from io import StringIO
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from dashboard.stack import programs
from dashboard.stack.places import ServiceError
from dashboard.stack.processes import Child, ChildDied, Children
from dashboard.stack.services import AlreadyRunning, sole_owner, start_services
from results.models import Platform, Submission


class _Stop(BaseException):
    """Somebody asked us to stop."""


class Command(BaseCommand):
    """Start the services, the web server and the worker; stop them all at Ctrl-C or SIGTERM.

    Exit codes: 0 stopped as asked, 1 something could not start or died.
    """

    help = "Start PostgreSQL and Redis (unless the environment names others), the web server and the worker."
    requires_system_checks: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._children = Children()
        self._stopping = False
        # An interrupted load is repeated at the next start, up to the same moment: what is in is in.
        self._unfinished_demo = settings.STATE_DIR / "demo-unfinished"

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means it
            signal.signal(signal.SIGHUP, self._on_signal)
        try:
            with sole_owner(settings.STATE_DIR, "make run"):
                try:
                    self._run()
                finally:
                    self._stopping = True
                    self._say("Stopping …")
                    self._children.stop()
        except AlreadyRunning as error:
            raise CommandError(f"Already running here: {error}. Stop that first.") from None
        except (ServiceError, ChildDied) as error:
            raise CommandError(str(error)) from None
        except _Stop:
            self._say("Stopped.")

    def _run(self) -> None:
        _check_port()
        start_services(
            self._children,
            settings.STATE_DIR,
            database=settings.EMBEDDED_DATABASE,
            redis=settings.EMBEDDED_REDIS,
        )
        call_command("migrate", interactive=False, verbosity=0)
        if not Platform.objects.exists():
            call_command("topology", "import", stdout=StringIO())
        call_command("collectstatic", interactive=False, verbosity=0)
        wants_demo = self._wants_demo()
        connections.close_all()
        self._children.start(programs.web())
        self._children.start(programs.worker())
        self._children.start(programs.beat())
        self._wait_for_web()
        self._say(f"Treewatch is at http://{_address()} (Ctrl-C stops it).")
        self._watch(self._start_demo() if wants_demo else None)

    def _wants_demo(self) -> bool:
        if not settings.DEMO_TESTS:
            return False
        return self._unfinished_demo.exists() or not Submission.objects.exists()

    def _start_demo(self) -> Child:
        if not self._unfinished_demo.exists():
            self._unfinished_demo.write_text(f"{datetime.now(UTC):%Y-%m-%dT%H:00Z}")
        self._say(f"Loading demo data, {settings.DEMO_TESTS:,} tests.")
        return self._children.start(programs.demo(until=self._unfinished_demo.read_text()))

    def _watch(self, demo: Child | None) -> None:
        while True:
            if demo and demo.exit_code() == 0:
                self._children.forget(demo)
                self._unfinished_demo.unlink()
                self._say("The demo data are loaded.")
                demo = None
            self._children.check()
            time.sleep(0.2)

    def _wait_for_web(self) -> None:
        while True:
            self._children.check()
            client = HTTPConnection(_address(), timeout=10)
            try:
                client.request("GET", "/healthz")
                client.getresponse()  # whatever it is: ALLOWED_HOSTS may not know this name
                return
            except OSError:
                time.sleep(0.05)
            finally:
                client.close()

    def _on_signal(self, _signum: int, _frame: FrameType | None) -> None:
        if self._stopping:
            self._children.hurry()  # asked twice
            return
        self._stopping = True
        raise _Stop

    def _say(self, text: str) -> None:
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except OSError:
            pass  # the terminal is gone; stopping in order matters more


def _address() -> str:
    host = "127.0.0.1" if settings.BIND in ("0.0.0.0", "[::]") else settings.BIND
    return f"{host}:{settings.PORT}"


def _check_port() -> None:
    """ServiceError when somebody else listens: found here, it is told in one sentence.

    A web server whose supervisor was killed a moment ago may need that moment.
    """
    deadline = time.monotonic() + 5
    host = settings.BIND.strip("[]")
    while True:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, settings.PORT))
                return
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                    raise ServiceError(
                        f"Cannot listen on {_address()}: {error.strerror}. PORT=8001 chooses another port."
                    ) from None
        time.sleep(0.1)
