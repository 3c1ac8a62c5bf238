"""Asking for pages: inside this process, and through a web server of its own on the loopback."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from types import MappingProxyType

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.bench.database import environment
from dashboard.bench.figures import half, percentile
from dashboard.stack import programs
from dashboard.stack.processes import Children

HOST = "127.0.0.1"
HEADERS = {"Accept-Encoding": "gzip", "Host": HOST}
WARM_UP = 3
STARTUP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What one page took: milliseconds inside the application and end to end, statements, bytes."""

    status: int
    inside_p50: float
    inside_p95: float
    statements: int
    gzipped: int
    outside_p50: float = 0.0
    outside_p95: float = 0.0


def inside(path: str, requests: int) -> Measured:
    """Ask for a page through the WSGI application of this process."""
    client = Client(SERVER_NAME=HOST)
    with CaptureQueriesContext(connection) as captured:
        client.get(path, headers={"accept-encoding": "gzip"}).getvalue()
    statements = len(captured)
    for _ in range(WARM_UP):
        client.get(path, headers={"accept-encoding": "gzip"}).getvalue()
    taken = []
    for _ in range(requests):
        begun = time.perf_counter()
        response = client.get(path, headers={"accept-encoding": "gzip"})
        body = response.getvalue()  # a stream is made while it is read
        taken.append((time.perf_counter() - begun) * 1000)
    size = len(body if response.headers.get("Content-Encoding") == "gzip" else gzip.compress(body))
    return Measured(response.status_code, half(taken), percentile(taken, 0.95), statements, size)


class Server:
    """A web server as `manage.py up` runs it, on a port of its own."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._children = Children()
        self._variables = variables
        self.port = 0

    def start(self) -> None:
        """Start it and return when it accepts connections."""
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        program = programs.web()
        command = list(program.command)
        command[command.index("--bind") + 1] = f"{HOST}:{self.port}"
        log = settings.STATE_DIR / "bench-web.log"
        variables = {**program.environment, **environment(), **self._variables}
        self._web = self._children.start(replace(program, command=command, environment=variables, log=log))
        deadline = time.monotonic() + STARTUP_SECONDS
        while not self._accepts():
            self._children.check()
            if time.monotonic() > deadline:
                raise TimeoutError("the web server does not answer")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it."""
        self._children.stop()

    def _accepts(self) -> bool:
        """Return whether a worker answers; what is no HTTP does not reach, or warm up, the application."""
        try:
            with socket.create_connection((HOST, self.port), timeout=5) as probe:
                probe.sendall(b"?\r\n\r\n")
                return bool(probe.recv(1))
        except OSError:
            return False

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        children = Path(f"/proc/{self._web.pid}/task/{self._web.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def memory(self) -> float:
        """Return the peak resident memory of the largest worker, in MB."""
        return max(_peak(pid) for pid in self.workers())

    def milliseconds(self, path: str, requests: int) -> list[float]:
        """Return what each of so many requests for a page took, one after another, end to end."""
        client = HTTPConnection(HOST, self.port, timeout=60)
        taken = []
        for _ in range(requests):
            begun = time.perf_counter()
            client.request("GET", path, headers=HEADERS)
            client.getresponse().read()
            taken.append((time.perf_counter() - begun) * 1000)
        client.close()
        return taken


def _peak(pid: int) -> float:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


@contextmanager
def running(variables: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """Run a web server, with more variables in its environment."""
    server = Server(variables)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def measure(server: Server, path: str, requests: int) -> Measured:
    """Measure a page inside and end to end."""
    found = inside(path, requests)
    server.milliseconds(path, WARM_UP * max(1, len(server.workers())))
    taken = server.milliseconds(path, requests)
    return replace(found, outside_p50=half(taken), outside_p95=percentile(taken, 0.95))
