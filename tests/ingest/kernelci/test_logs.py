"""Ends of logs: of what failed, from allowed hosts, and only as much as KCIDB takes."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ingest.kernelci.logs import LogReader


class _Logs(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        body = self.server.logs.get(self.path)
        self.send_response(200 if body is not None else 404)
        if self.path == "/moved":
            self.send_header("Location", "/plain")
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_args):
        """Say nothing on stderr."""


@pytest.fixture
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), _Logs)
    running.asked = []
    running.logs = {
        "/plain": b"first\0 line\nlast line\n",
        "/packed": gzip.compress(b"x" * 300_000 + b"the end"),
        "/cut": gzip.compress(b"begins well " * 100)[:-20],
        "/not-utf8": b"caf\xe9",
    }
    threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def address(server):
    return f"127.0.0.1:{server.server_port}"


@pytest.fixture
def reader(address):
    return LogReader([address])


def test_the_end_of_a_log_without_nuls(reader, address):
    assert reader.excerpt(f"http://{address}/plain", "FAIL") == "first line\nlast line\n"


def test_packed_logs_are_unpacked_and_clipped(reader, address):
    excerpt = reader.excerpt(f"http://{address}/packed", "ERROR")
    assert len(excerpt) == 16_384
    assert excerpt.endswith("xxthe end")


def test_a_log_that_is_cut_off_gives_what_it_has(reader, address):
    assert reader.excerpt(f"http://{address}/cut", "MISS").startswith("begins well")


def test_other_bytes_than_utf8_are_replaced(reader, address):
    assert reader.excerpt(f"http://{address}/not-utf8", "FAIL") == "caf\N{REPLACEMENT CHARACTER}"


def test_a_log_is_read_once(reader, address, server):
    for _ in range(3):
        reader.excerpt(f"http://{address}/plain", "FAIL")
    assert server.asked == ["/plain"]


@pytest.mark.parametrize("status", ["PASS", "SKIP", None])
def test_logs_of_what_did_not_fail_are_not_read(reader, address, server, status):
    assert reader.excerpt(f"http://{address}/plain", status) is None
    assert server.asked == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/plain", "file:///etc/passwd", "ftp://{}/plain", "//{}/plain"]
)
def test_logs_are_read_from_allowed_hosts_only(reader, address, url):
    assert reader.excerpt(url.format(address), "FAIL") is None


def test_a_host_that_keeps_failing_is_left_alone(reader, address, server):
    for number in range(10):
        assert reader.excerpt(f"http://{address}/missing{number}", "FAIL") is None
    assert len(server.asked) == 3
