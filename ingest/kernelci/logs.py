"""The ends of job logs, for what did not pass."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Collection, Iterator
from functools import lru_cache
from http.client import HTTPException
from typing import Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

logger = logging.getLogger(__name__)

EXCERPT_LENGTH: Final = 16_384
_WORTH_READING: Final = frozenset({"FAIL", "ERROR", "MISS"})
_CHUNK: Final = 2**16
_LARGEST_LOG: Final = 256 * 2**20
_LONGEST_READ: Final = 60.0
_TIMEOUT: Final = 15.0
_MOST_FAILURES: Final = 3


class _NoRedirects(HTTPRedirectHandler):
    """A log is read from the host that was allowed, and from no other."""

    def redirect_request(self, *_args: object) -> None:
        return None


class LogReader:
    """Reads logs from the hosts an operator allows; a host that keeps failing is left alone."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = frozenset(hosts)
        self._failures: dict[str, int] = {}
        self._opener = build_opener(_NoRedirects)
        # Every case of a job names the job's log.
        self._cached = lru_cache(maxsize=64)(self._read)

    def excerpt(self, url: str, status: str | None) -> str | None:
        """Return the last 16,384 characters of a log; None when it is not worth or not possible."""
        parts = urlsplit(url)
        if status not in _WORTH_READING or parts.scheme not in ("http", "https"):
            return None
        host = parts.netloc.lower()
        if host not in self._hosts or self._failures.get(host, 0) >= _MOST_FAILURES:
            return None
        return self._cached(url, host)

    def _read(self, url: str, host: str) -> str | None:
        try:
            with self._opener.open(
                Request(url, headers={"User-Agent": "treewatch"}), timeout=_TIMEOUT
            ) as response:
                tail = _tail(iter(lambda: response.read(_CHUNK), b""))
        except (OSError, URLError, HTTPException, ValueError, zlib.error) as error:
            self._failures[host] = self._failures.get(host, 0) + 1
            logger.info("no log", extra={"url": url, "reason": str(error)})
            return None
        self._failures.pop(host, None)
        text = tail.decode("utf-8", "replace").replace("\0", "")
        return text[-EXCERPT_LENGTH:]


def _tail(chunks: Iterator[bytes]) -> bytes:
    """Return the last bytes of a log, enough for an excerpt. ValueError when it has no end."""
    end, size, until = b"", 0, time.monotonic() + _LONGEST_READ
    for chunk in _unpacked(chunks):
        size += len(chunk)
        if size > _LARGEST_LOG or time.monotonic() > until:
            raise ValueError("the log is too long")
        end = (end + chunk)[-4 * EXCERPT_LENGTH :]
    return end


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Logs are stored packed without saying so: gzip is told by its first bytes."""
    first = next(chunks, b"")
    if not first.startswith(b"\x1f\x8b"):
        yield first
        yield from chunks
        return
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    packed: bytes | None = first
    while packed is not None:
        yield unpacker.decompress(packed, 16 * _CHUNK)
        packed = unpacker.unconsumed_tail or next(chunks, None)
