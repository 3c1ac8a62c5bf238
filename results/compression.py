"""Texts as the database keeps them: compressed, most of them with a dictionary.

Logs of kernels resemble each other much, and so do the documents of tests, but each alone is short.
So what was stored before serves as a dictionary (``ingest.dictionaries`` chooses it): a text costs
what is new in it. The first two bytes of a packed text are the number of its dictionary, or say
that there is none.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache, cached_property
from typing import Any, Final

import zstandard
from django.db import connection, models

PLAIN: Final = 0
"""What follows is the text in UTF-8. SQL can read it: from its third byte."""
ALONE: Final = 0xFFFF
"""Compressed without a dictionary."""

LEVEL: Final = 3
"""Level 6 takes three times as long and saves a twentieth."""
SIZE: Final = 1024 * 1024
"""Bytes of a dictionary. What level 3 keeps in mind is no larger; half as many cost a tenth more on disk."""
SHORT: Final = 1024
"""Bytes of a text up to which it is short."""
_SHARE_OF_SHORT: Final = 0.15
_WORTH_IT: Final = 64
"""Shorter texts are not compressed without a dictionary."""
_HEAD: Final = 2

_FORM: Final = zstandard.FORMAT_ZSTD1_MAGICLESS
_local = threading.local()


class Packer:
    """Packs texts, with one dictionary or none. For one thread."""

    def __init__(self, number: int = ALONE, content: bytes = b"") -> None:
        self.number = number
        self._content = content

    @cached_property
    def _compressor(self) -> zstandard.ZstdCompressor:
        parameters = zstandard.ZstdCompressionParameters.from_level(
            LEVEL, write_content_size=True, write_checksum=False, write_dict_id=False, format=_FORM
        )
        dictionary = _dictionary(self._content) if self._content else None
        if dictionary:
            dictionary.precompute_compress(level=LEVEL)
        return zstandard.ZstdCompressor(dict_data=dictionary, compression_params=parameters)

    def pack(self, text: str) -> bytes:
        """Return a text in the form in which it is stored, compressed if that makes it shorter."""
        content = text.encode()
        if self._content or len(content) >= _WORTH_IT:
            compressed = self._compressor.compress(content)
            if len(compressed) < len(content):
                return self.number.to_bytes(_HEAD) + compressed
        return PLAIN.to_bytes(_HEAD) + content


def plain(text: str) -> bytes:
    """Return a text in the form in which SQL can read what is stored."""
    return PLAIN.to_bytes(_HEAD) + text.encode()


def unpack(body: bytes) -> str:
    """Return the text that was packed; asks the database for a dictionary that is new."""
    number, content = int.from_bytes(body[:_HEAD]), body[_HEAD:]
    return (content if number == PLAIN else _decompressor(number).decompress(content)).decode()


def dictionary_of(texts: Iterable[bytes]) -> bytes:
    """Return a dictionary made of texts: the long ones first, because what is near costs least to name."""
    distinct = list(dict.fromkeys(texts))
    short = b"\n".join(text for text in distinct if len(text) <= SHORT)
    long = b"\n".join(text for text in distinct if len(text) > SHORT)
    short = short[: max(int(SIZE * _SHARE_OF_SHORT), SIZE - len(long))]
    return long[: SIZE - len(short)] + short


def text_of(body: bytes | str | None) -> str:
    """Return the text that was packed, or a text as it is; "" of None."""
    if isinstance(body, bytes):
        return unpack(body) if body else ""
    return body or ""


def _decompressor(number: int) -> zstandard.ZstdDecompressor:
    known: dict[int, zstandard.ZstdDecompressor] = _local.__dict__.setdefault("known", {})
    if number not in known:
        dictionary = None if number == ALONE else _stored(number)
        known[number] = zstandard.ZstdDecompressor(dict_data=dictionary, format=_FORM)
    return known[number]


@cache
def _stored(number: int) -> zstandard.ZstdCompressionDict:
    """Return a dictionary of the database. All threads share it; what decompresses is each thread's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM results_dictionary WHERE id = %s", [number])
        return _dictionary(bytes(cursor.fetchone()[0]))


def _dictionary(content: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


class PackedTextField(models.Field):  # type: ignore[type-arg]
    """Text in Python, packed bytes in the database; whoever reads it by SQL calls ``unpack``."""

    def get_internal_type(self) -> str:
        """Return the kind of column."""
        return "BinaryField"

    def from_db_value(self, value: bytes | None, *_: Any) -> str | None:
        """Return the text of a row."""
        return None if value is None else unpack(bytes(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return what is stored of a text: only loaders compress."""
        return plain(value) if isinstance(value, str) else value
