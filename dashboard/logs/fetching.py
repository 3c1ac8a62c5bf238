"""Fetching a log over HTTP: a checked address, bounded in time and size, redirects checked again."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Final
from urllib.parse import urljoin

from dashboard.logs.hosts import Place, Unavailable, addresses, place_of
from dashboard.logs.unpacking import Broken, unpacked

MOST_REDIRECTS: Final = 3
_CHUNK: Final = 2**16
_REDIRECTS: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be fetched. ``private_hosts``: origins whose address may be private, for tests alone.

    ``seconds`` and ``most_bytes`` bound a whole fetch; the bytes are those after unpacking.
    """

    hosts: Collection[str]
    private_hosts: Collection[str]
    seconds: float
    most_bytes: int


class Connection(HTTPConnection):
    """A connection to addresses that were checked; the name serves the certificate and the header."""

    def __init__(self, place: Place, checked: list[str], seconds: float) -> None:
        super().__init__(place.host, place.port, timeout=seconds)
        self._place, self._checked = place, checked
        # ``sock`` is gone once an answer without keep-alive has begun.
        self.wire: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the first address that answers."""
        # Whoever owns a name decides how many addresses it has: together they get the time of one.
        seconds = (self.timeout or 0) / len(self._checked)
        for number, address in enumerate(self._checked, 1):
            try:
                plain = socket.create_connection((address, self._place.port), seconds)
                break
            except OSError:
                if number == len(self._checked):
                    raise
        plain.settimeout(self.timeout)
        self.sock = self.wire = plain
        if self._place.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self._place.host)
        self.wire = self.sock


class Watch:
    """Ends a connection when the time is over, whatever it is waiting for."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._seconds = seconds
        self._connection: Connection | None = None
        self._done = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def over(self, connection: Connection) -> None:
        """Watch this connection from now on."""
        self._connection = connection

    def close(self) -> None:
        """Watch no longer."""
        self._done.set()

    def _watch(self) -> None:
        if self._done.wait(self._seconds):
            return
        self.is_over = True
        self._end()
        # It may be connecting only now.
        while not self._done.wait(0.2):
            self._end()

    def _end(self) -> None:
        if self._connection and self._connection.wire:
            try:
                # Below TLS, whose own state belongs to the thread that reads.
                socket.socket.shutdown(self._connection.wire, socket.SHUT_RDWR)
            except OSError:
                pass


def log_at(url: str, rules: Rules) -> Iterator[bytes]:
    """Yield the bytes of a log, unpacked. Unavailable says why there are none, or no more."""
    with closing(Watch(rules.seconds)) as watch, ExitStack() as stack:
        try:
            response = _answer(place_of(url, rules.hosts), rules, watch, stack)
            size = 0
            for chunk in unpacked(_body(response, rules, watch)):
                size += len(chunk)
                if size > rules.most_bytes:
                    raise Unavailable(f"it has more than {rules.most_bytes // 2**20:,} MiB.")
                yield chunk
        except Broken:
            raise Unavailable("it is packed, and the package is broken.") from None
        except (OSError, HTTPException, ValueError) as error:
            if watch.is_over:
                raise _too_slow(rules) from None
            raise Unavailable(f"its server did not deliver it ({_said(error)}).") from None
        if watch.is_over:
            raise _too_slow(rules)
        if response.length:
            raise Unavailable("its server stopped in the middle.")


def _answer(place: Place, rules: Rules, watch: Watch, stack: ExitStack) -> HTTPResponse:
    """Return the answer that is no redirect; every address on the way has to be allowed."""
    for _ in range(MOST_REDIRECTS + 1):
        checked = addresses(place, may_be_private=place.origin in rules.private_hosts)
        connection = Connection(place, checked, min(rules.seconds, 5.0))
        stack.callback(connection.close)
        watch.over(connection)
        # Nothing else packs what is packed already.
        headers = {"User-Agent": "treewatch", "Accept-Encoding": "identity"}
        connection.request("GET", place.target, headers=headers)
        response = connection.getresponse()
        if response.status == 200:
            return response
        if response.status not in _REDIRECTS:
            raise Unavailable(f"{place.host} answers {response.status}.")
        place = place_of(urljoin(place.url, response.headers.get("Location", "")), rules.hosts)
    raise Unavailable("it moves from address to address.")


def _body(response: HTTPResponse, rules: Rules, watch: Watch) -> Iterator[bytes]:
    """Yield what comes, as it comes: a drop at a time must not look like progress."""
    size = 0
    while chunk := response.read1(_CHUNK):
        size += len(chunk)
        if watch.is_over:
            raise _too_slow(rules)
        if size > rules.most_bytes:
            raise Unavailable(f"it has more than {rules.most_bytes // 2**20:,} MiB.")
        yield chunk


def _too_slow(rules: Rules) -> Unavailable:
    return Unavailable(f"its server did not deliver it in {rules.seconds:g} seconds.")


def _said(error: Exception) -> str:
    text = str(getattr(error, "strerror", None) or error or type(error).__name__)
    return text.splitlines()[0][:120]
