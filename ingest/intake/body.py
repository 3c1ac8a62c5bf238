"""The body of a request: read in pieces, unpacked, bounded in size.

How long it may take is decided by ``ingest.intake.patience``.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from gunicorn.http.errors import ParseException

from ingest.intake.errors import IntakeError
from ingest.intake.patience import Patience

PIECE_BYTES: Final = 64 * 1024
_LINGER_BYTES: Final = 8 * 1024 * 1024
_LINGER_SECONDS: Final = 2.0
_LINGER_PIECE_SECONDS: Final = 0.5
_GZIP: Final = 16 + zlib.MAX_WBITS


class Body:
    """The body of one request, to be read once."""

    def __init__(self, request: HttpRequest) -> None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        self._request = request
        self._encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
        self._expected = int(length) if length.isdecimal() else 0
        # A server that ends the input itself also serves bodies in chunks, which have no length.
        self._left: int | None = None if "wsgi.input_terminated" in request.META else self._expected
        self._input: Any = request.META["wsgi.input"]

    def pieces(self) -> Iterator[bytes]:
        """Yield the body, unpacked.

        Raises IntakeError: 400 (cut short, not gzip), 408 (too slow), 413 (too large), 415
        (unknown encoding), 503 (slow while too many are slow).
        """
        limit = settings.SUBMIT_MAX_BYTES
        if self._encoding == "identity":
            return _bounded(self._arriving(), limit)
        if self._encoding in ("gzip", "x-gzip"):
            return _bounded(_unpacked(_bounded(self._arriving(), limit)), limit)
        raise IntakeError(415, f"the content encoding “{self._encoding}” is not taken; send gzip or none")

    def linger(self) -> None:
        """Read a little more of a body that was refused: closing at once would lose the answer on its way."""
        deadline, count = time.monotonic() + _LINGER_SECONDS, 0
        with Patience(self._request, _LINGER_PIECE_SECONDS) as patience, suppress(IntakeError):
            while count < _LINGER_BYTES and time.monotonic() < deadline:
                patience.extend()
                piece = self._read()
                if not piece:
                    break
                count += len(piece)

    def _arriving(self) -> Iterator[bytes]:
        """Yield the bytes as they come. Raises IntakeError when they do not come, or not fast enough."""
        if self._expected > settings.SUBMIT_MAX_BYTES:
            raise _too_large(settings.SUBMIT_MAX_BYTES)
        count = 0
        with Patience(self._request, settings.SUBMIT_PATIENCE_SECONDS) as patience:
            while True:
                patience.extend()
                piece = self._read()
                patience.check()
                if not piece:
                    break
                count += len(piece)
                yield piece
        if count < self._expected:
            raise IntakeError(400, f"the body is cut short: {count:,} of {self._expected:,} bytes")

    def _read(self) -> bytes:
        """Return the next piece, b"" at the end. Raises IntakeError (400) where the framing breaks."""
        size = PIECE_BYTES if self._left is None else min(PIECE_BYTES, self._left)
        try:
            piece: bytes = self._input.read(size) if size else b""
        except (OSError, ParseException) as error:
            raise IntakeError(400, "the body is cut short") from error
        if self._left is not None:
            self._left -= len(piece)
        return piece


def _too_large(limit: int) -> IntakeError:
    return IntakeError(413, f"the body has more than {limit:,} bytes: please split it")


def _bounded(source: Iterator[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for piece in source:
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        yield piece


def _unpacked(source: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what gzip members hold, never more than a piece at a time: a bomb unfolds slowly."""
    member = zlib.decompressobj(_GZIP)
    try:
        for packed in source:
            rest = packed
            while rest:
                if member.eof:
                    member = zlib.decompressobj(_GZIP)
                if piece := member.decompress(rest, PIECE_BYTES):
                    yield piece
                rest = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise IntakeError(400, f"the body is not gzip: {error}") from error
    if not member.eof:
        raise IntakeError(400, "the gzip body is cut short")
