"""Bodies that come slowly, in pieces, or never end, against the real server."""

from __future__ import annotations

import json
import select
import socket
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.ingest.intake.documents import document
from tests.ingest.intake.server import bearer, web_server

LIMIT = 400_000
PATIENCE = 1.0


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    from ingest.intake.spool import Spool

    return Spool(tmp_path_factory.mktemp("site") / "spool", is_own=True)


@pytest.fixture(scope="module")
def port(place, django_db_setup, django_db_blocker):
    with web_server(
        place, threads=2, SUBMIT_MAX_BYTES=str(LIMIT), SUBMIT_PATIENCE_SECONDS=str(PATIENCE)
    ) as port:
        yield port


def begin(port, *headers):
    """Return a connection on which only the head of a request was sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    lines = [
        "POST /submit HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: {bearer()['Authorization']}",
        *headers,
    ]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return connection


def answer(connection):
    """Return status and message of the answer."""
    with closing(connection), connection.makefile("rb") as file:
        status = int(file.readline().split()[1])
        length = 0
        while line := file.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split()[1])
        return status, json.loads(file.read(length))["message"]


def submit(port, body, headers=None, **options):
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        client.request("POST", "/submit", body, {**bearer(), **(headers or {})}, **options)
        response = client.getresponse()
        return response.status, json.load(response)


def test_bodies_in_chunks_are_taken(port, place):
    pieces = [document()[:50], document()[50:]]
    status, told = submit(port, iter(pieces), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    assert status == 200
    assert (place.folder / f"submission-{told['id']}.json").read_bytes() == document()


def test_an_endless_body_is_cut_off(port):
    connection = begin(port, "Transfer-Encoding: chunked")
    piece = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    for _ in range(LIMIT // 0x8000 + 2):
        connection.sendall(piece)
    assert answer(connection)[0] == 413


def test_a_declared_giant_is_refused_before_it_is_sent(port):
    assert answer(begin(port, f"Content-Length: {10**12}"))[0] == 413


def test_a_body_that_ends_early_is_refused(port, place):
    connection = begin(port, "Content-Length: 1000")
    connection.sendall(b"{}")
    connection.shutdown(socket.SHUT_WR)
    status, message = answer(connection)
    assert (status, "cut short" in message) == (400, True)


def test_trickling_bodies_neither_last_nor_stop_others(port, place):
    started = time.monotonic()
    slow = [begin(port, "Content-Length: 1000") for _ in range(2)]
    while time.monotonic() < started + PATIENCE + 0.5:
        for connection in slow:
            try:
                connection.send(b" ")
            except OSError:
                pass  # already refused
        time.sleep(0.2)
    assert [answer(connection)[0] for connection in slow] == [408, 408]
    assert submit(port, document())[0] == 200
    assert time.monotonic() - started < 2 * PATIENCE + 2
    assert not list(place.folder.glob("*.temp"))


def test_steady_but_slow_bodies_get_at_most_half_of_the_threads(port):
    slow = [begin(port, f"Content-Length: {LIMIT}") for _ in range(2)]
    answered = []
    while not answered:
        for connection in slow:
            connection.send(b" " * 20_000)
        answered = select.select(slow, [], [], 0.2)[0]
    assert len(answered) == 1
    assert answer(answered[0])[0] == 503
    assert submit(port, document())[0] == 200
    other = next(connection for connection in slow if connection not in answered)
    other.shutdown(socket.SHUT_WR)
    assert answer(other)[0] == 400
