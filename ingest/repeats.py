"""Log excerpts that a document repeats are read once.

Origins attach the end of a job's log to every test of the job: a document of 8 MB may hold the same
16 KB five hundred times. A repeat is recognised in the bytes, before they are parsed and validated,
and a short stand-in is read in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

import orjson

_FIELD: Final = b'"log_excerpt":'
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BACKSLASH: Final = 0x5C
_LEAST: Final = 512
"""Bytes of an excerpt from which a stand-in pays."""

_STAND_IN: Final = f"repeat {token_hex(16)} "
"""What stand-ins begin with. Nobody can know it, so nothing that is submitted looks like one."""


@dataclass(frozen=True)
class Folded:
    """JSON text with stand-ins: ``texts`` is what each stands for, ``count`` how many there are."""

    raw: bytes
    texts: dict[str, str]
    count: int

    def stand_ins(self, document: Any) -> list[tuple[dict[str, Any], str]] | None:
        """Return the objects of a parsed document that hold a stand-in, each with its excerpt.

        None when that is not all of them: then one stands where excerpts do not belong.
        """
        found = [
            (item, self.texts[excerpt])
            for item in _objects(document)
            if isinstance(excerpt := item.get("log_excerpt"), str) and excerpt in self.texts
        ]
        return found if len(found) == self.count else None


def _objects(document: Any) -> Iterator[dict[str, Any]]:
    lists = document.values() if isinstance(document, dict) else ()
    return (item for items in lists if isinstance(items, list) for item in items if isinstance(item, dict))


def _long_string(raw: bytes, start: int) -> bytes | None:
    """Return the string that starts somewhere, with its quotes; None when it is short."""
    end = raw.find(b'"', start + 1, start + _LEAST)
    if end > 0 and raw[end - 1] != _BACKSLASH:  # seen at a glance
        return None
    string = _STRING.match(raw, start)
    return string[0] if string and len(string[0]) >= _LEAST else None


def folded(raw: bytes) -> Folded | None:
    """Return JSON text with stand-ins for repeated excerpts; None when there are none.

    Raises orjson.JSONDecodeError when a repeated excerpt is no JSON string.
    """
    pieces: list[bytes] = []
    texts: dict[str, str] = {}
    kept = position = count = 0
    literal = stand_in = b""
    while (field := raw.find(_FIELD, position)) >= 0:
        start = position = field + len(_FIELD)
        start += raw[start : start + 1] == b" "
        if literal and raw.startswith(literal, start):
            if not stand_in:
                name = f"{_STAND_IN}{len(texts)}"
                texts[name], stand_in = orjson.loads(literal), orjson.dumps(name)
            pieces += [raw[kept:start], stand_in]
            kept = position = start + len(literal)
            count += 1
        elif (string := _long_string(raw, start)) is not None:
            literal, stand_in = string, b""
    return Folded(b"".join([*pieces, raw[kept:]]), texts, count) if count else None
