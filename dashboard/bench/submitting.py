"""How fast results are taken over HTTP: posted to a real web server, loaded by a real worker."""

from __future__ import annotations

import json
import re
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command

from dashboard.bench.database import ask, days_for, environment
from dashboard.bench.figures import Figure, Section
from dashboard.bench.web import HOST, Server, running
from dashboard.stack import programs
from dashboard.stack.processes import Children

TESTS: Final = 20_000
SEED: Final = 104
SENDERS: Final = 8
PER_SECOND: Final = 10_000
LARGE: Final = 200
"""Tests of a document of a CI system that collects its results before it sends them."""
PATIENCE: Final = 300.0

_NO_LIMITS: Final = {"SUBMIT_REQUESTS_PER_MINUTE": "100000000", "SUBMIT_BYTES_PER_HOUR": str(2**50)}
_LENGTH: Final = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """Documents to send, and how many tests they hold."""

    name: str
    bodies: Sequence[bytes]
    tests: int


def submitting(tests: int) -> Iterator[Section]:
    """Yield what a web server and a worker, as production has them, take from eight senders."""
    with tempfile.TemporaryDirectory(prefix="treewatch-bench-") as folder:
        documents = _documents(Path(folder) / "documents", tests)
        spool = Path(folder) / "spool"
        spool.mkdir()
        figures: list[Figure] = []
        with _installation(spool) as (server, worker):
            for load in (_as_they_come(documents), _collected(documents)):
                figures += _measure(server, worker, load)
        yield Section("POST /submit, until everything is loaded", figures)


def _documents(folder: Path, tests: int) -> list[dict[str, Any]]:
    """Return fresh documents in the order of their time: what origins send, one job in each."""
    call_command("seed_demo", tests=tests, days=days_for(tests), seed=SEED, to=folder, stdout=StringIO())
    paths = [path for path in folder.iterdir() if path.name != "truth.json"]
    return [json.loads(path.read_bytes()) for path in sorted(paths, key=lambda path: path.stat().st_mtime)]


def _as_they_come(documents: list[dict[str, Any]]) -> Load:
    bodies = [json.dumps(document).encode() for document in documents]
    return Load("documents of one job", bodies, sum(len(each.get("tests", ())) for each in documents))


def _collected(documents: list[dict[str, Any]]) -> Load:
    """Return the same tests again, under other ids, ``LARGE`` to a document."""
    tests: dict[str, list[dict[str, Any]]] = {}
    for document in documents:
        for test in document.get("tests", ()):
            again = test | {"id": f"{test['id']}-again"}
            tests.setdefault(json.dumps(document["version"]), []).append(again)
    bodies = [
        json.dumps({"version": json.loads(version), "tests": some[at : at + LARGE]}).encode()
        for version, some in tests.items()
        for at in range(0, len(some), LARGE)
    ]
    return Load(f"documents of {LARGE} tests", bodies, sum(map(len, tests.values())))


@contextmanager
def _installation(spool: Path) -> Iterator[tuple[Server, Children]]:
    """Run a web server, and a worker that shares its spool."""
    variables = {**environment(), **_NO_LIMITS, "SPOOL_DIR": str(spool)}
    children = Children()
    log = settings.STATE_DIR / "bench-worker.log"
    program = programs.worker()
    children.start(replace(program, environment={**program.environment, **variables}, log=log))
    try:
        with running(variables) as server:
            yield server, children
    finally:
        children.stop()


def _measure(server: Server, worker: Children, load: Load) -> Iterator[Figure]:
    """Send a load; return how many tests a second were acknowledged, and were loaded."""
    name = f"bench {uuid4().hex}"
    out = StringIO()
    origins = sorted({origin for body in load.bodies for origin in _origins(body)})
    call_command("token", "create", name, *origins, stdout=out)
    secret = out.getvalue().split()[-1]
    before = _loaded()
    begun = time.monotonic()
    left = iter(load.bodies)
    senders = [Thread(target=_send, args=(server.port, secret, left)) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    acknowledged = time.monotonic() - begun
    _wait_until(before + len(load.bodies), worker)
    loaded = time.monotonic() - begun
    call_command("token", "revoke", name, stdout=out)
    size = sum(map(len, load.bodies)) / len(load.bodies) / 1000
    note = f"{load.tests:,} tests in {len(load.bodies):,} documents of {size:.0f} kB, {loaded:.1f} s"
    yield Figure(load.name, load.tests / loaded, "tests/s", at_least=PER_SECOND, note=note)
    per_document = f"{len(load.bodies) / acknowledged:,.0f} documents/s"
    yield Figure("  acknowledged", load.tests / acknowledged, "tests/s", note=per_document)


def _origins(body: bytes) -> set[str]:
    document = json.loads(body)
    return {item["origin"] for items in document.values() if isinstance(items, list) for item in items}


def _loaded() -> int:
    return int(ask("SELECT count(*) FROM results_submission WHERE source = 'submit'")[0][0])


def _wait_until(submissions: int, worker: Children) -> None:
    deadline = time.monotonic() + PATIENCE
    while _loaded() < submissions:
        worker.check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"not everything is loaded after {PATIENCE:g} s")
        time.sleep(0.1)


def _send(port: int, secret: str, bodies: Iterator[bytes]) -> None:
    """Post bodies over one connection, each when the one before is acknowledged."""
    head = (
        f"POST /submit HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {secret}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    connection: socket.socket | None = None
    for body in bodies:
        request = head + b"%d\r\n\r\n" % len(body)
        for _ in range(2):  # a server may close a connection between two requests
            connection = connection or socket.create_connection((HOST, port), timeout=60)
            try:
                connection.sendall(request)
                connection.sendall(body)
                _read_answer(connection)
                break
            except ConnectionError:
                connection.close()
                connection = None
        else:
            raise ConnectionError("the web server does not answer")
    if connection:
        connection.close()


def _read_answer(connection: socket.socket) -> None:
    """Read an answer; ConnectionError where there is none, RuntimeError when it is a refusal."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("closed")
        answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    left = (int(length[1]) if length else 0) - len(body)
    while left > 0:
        left -= len(connection.recv(65536))
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise RuntimeError(answer.decode())
