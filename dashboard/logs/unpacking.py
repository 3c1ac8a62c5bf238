"""Logs are stored packed, now and then twice, and do not always say so: gzip is told by its first bytes."""

from __future__ import annotations

import codecs
import zlib
from collections import deque
from collections.abc import Iterator
from typing import Final

_GZIP: Final = b"\x1f\x8b\x08"
_PIECE: Final = 2**18
_LAYERS: Final = 2


class Broken(Exception):
    """What begins as gzip is none."""


def unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Return the chunks without gzip, in pieces of 256 KiB at most where it was packed."""
    for _ in range(_LAYERS):
        chunks = _unpack_once(chunks)
    return chunks


def _unpack_once(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= len(_GZIP):
            break
    if not head.startswith(_GZIP):
        if head:
            yield head
        yield from chunks
        return
    yield from _inflate(head, chunks)


def _inflate(packed: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what gzip holds, all its members; what stands behind the last one is left out."""
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    while True:
        try:
            if piece := inflater.decompress(packed, _PIECE):
                yield piece
        except zlib.error:
            raise Broken from None
        packed = inflater.unconsumed_tail or inflater.unused_data
        if not packed and (packed := next(chunks, b"")) == b"":
            return
        if inflater.eof:
            if not packed.startswith(_GZIP[: len(packed)]):
                deque(chunks, maxlen=0)
                return
            inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)


def as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a log as valid UTF-8: bytes that are none are read as Latin-1, one by one."""
    decoder = codecs.getincrementaldecoder("utf-8")("latin-1-where-invalid")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("latin-1-where-invalid", _as_latin_1)
