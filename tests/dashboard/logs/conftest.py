"""A server of logs on this machine, with all the traps that a stranger's server can set."""

from __future__ import annotations

import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

CRASH = """\
[    0.000000] Booting Linux on physical CPU 0x0
[    1.000000] usb 1-1: new device number 1
[   31.002113] NET: Registered PF_INET6 protocol family
[   31.118202] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010
[   31.118230] Mem abort info:
[   31.118240] pc : tcp_mmap_receive+0x1c/0x88
[   31.118250] Call trace:
[   31.118260]  tcp_mmap_receive+0x1c/0x88
[   31.200000] \x1b[31mKernel panic - not syncing: Fatal exception\x1b[0m
[   31.300000] ---[ end ]---
"""


class _Logs(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        trap = getattr(self, f"_{self.path.strip('/').replace('-', '_')}", None)
        if trap:
            try:
                return trap()
            except OSError:  # the reader had enough
                return None
        body = self.server.logs.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def _slow(self):
        self.send_response(200)
        self.end_headers()
        while not self.server.closing.wait(0.1):
            self.wfile.write(b".")

    def _slow_headers(self):
        self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
        while not self.server.closing.wait(0.1):
            self.wfile.write(b".")

    def _endless(self):
        self.send_response(200)
        self.end_headers()
        while not self.server.closing.is_set():
            self.wfile.write(b"x" * 65_536)

    def _cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this\n")

    def _moved(self):
        self._to("/plain")

    def _round(self):
        self._to("/round")

    def _inside(self):
        self._to(f"http://127.0.0.2:{self.server.server_port}/plain")

    def _listed_inside(self):
        self._to(f"http://localhost:{self.server.server_port}/plain")

    def _to(self, url):
        self.send_response(302)
        self.send_header("Location", url)
        self.end_headers()

    def log_message(self, *_args):
        """Say nothing on stderr."""


@pytest.fixture
def logs(settings, tmp_path):
    """The server, allowed though its address is private: path -> bytes in ``logs``, ``url`` of a path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Logs)
    server.daemon_threads = True
    server.asked, server.closing = [], threading.Event()
    origin = f"http://127.0.0.1:{server.server_port}"
    server.url = lambda path: f"{origin}{path}"
    server.logs = {
        "/plain": CRASH.encode(),
        "/packed": gzip.compress(CRASH.encode()),
        "/twice": gzip.compress(gzip.compress(CRASH.encode())),
        "/members": gzip.compress(b"first\n") + gzip.compress(b"second\n"),
        "/broken": gzip.compress(CRASH.encode())[:10] + b"nonsense" * 100,
        "/bomb": gzip.compress(b"\0" * 40_000_000),
        "/latin-1": b"caf\xe9 \xe2\x82\xac\nsecond\n",
        "/empty": b"",
    }
    settings.LOG_HOSTS = [origin, f"http://localhost:{server.server_port}"]
    settings.LOG_PRIVATE_HOSTS = [origin]
    settings.LOG_CACHE_DIR = tmp_path / "log-cache"
    settings.LOG_MAX_BYTES = 8 * 2**20
    settings.LOG_SECONDS = 1.0
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def stopwatch():
    """A function that returns the seconds since the test began."""
    began = time.monotonic()
    return lambda: time.monotonic() - began
