"""One KCIDB document on its way in: where it came from, when, and its bytes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

import orjson

from ingest.errors import Refused
from ingest.repeats import folded
from results.jsontext import has_long_numbers

MAX_BYTES: Final = 64 * 1024 * 1024
"""The largest document that is read; larger ones are refused, and must be split by who sends them."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Decoded:
    """The value of a JSON text, and how many values in it had to be made storable.

    ``repeats`` are its objects whose log excerpt is a stand-in, each with the excerpt; the first
    object with that excerpt has it in full.
    """

    value: Any
    cleaned: int = 0
    repeats: Sequence[tuple[dict[str, Any], str]] = ()

    def unfold(self) -> None:
        """Put the excerpts where their stand-ins are."""
        for item, excerpt in self.repeats:
            item["log_excerpt"] = excerpt


@dataclass(frozen=True)
class Document:
    """Bytes that should be one KCIDB document.

    ``submitted_at`` decides which of two documents is newer. ``problem`` says why the bytes could
    not even be cut out or read; it is "" otherwise. ``origins`` are those whose objects its sender
    may send, None if anybody's.
    """

    name: str
    submitted_at: datetime
    raw: bytes
    problem: str = ""
    origins: frozenset[str] | None = None

    @cached_property
    def decoded(self) -> Decoded:
        """The JSON value of the bytes. Raises Refused where there is none."""
        if self.problem:
            raise Refused(self.problem)
        return decode(self.raw)

    def digest(self) -> bytes:
        """Return the SHA-256 of the content; of a document without bytes, of why it has none."""
        return sha256(self.raw or f"{self.name}: {self.problem}".encode("utf-8", "replace")).digest()


def now() -> datetime:
    """Return the time of arrival for documents that carry none of their own."""
    return datetime.now(UTC)


def decode(raw: bytes) -> Decoded:
    """Return the value of a JSON text, with what databases refuse taken out of it.

    Lone surrogates become U+FFFD anywhere, NaN and infinities become null inside ``misc``; outside
    they are left for the schema to refuse. Raises Refused with the position of a syntax error.
    """
    if len(raw) > MAX_BYTES:
        raise Refused(f"the document has {len(raw):,} bytes; {MAX_BYTES:,} is the limit: please split it")
    try:
        if (short := folded(raw)) and not has_long_numbers(short.raw):
            value = orjson.loads(short.raw)
            if (repeats := short.stand_ins(value)) is not None:
                return Decoded(value, repeats=repeats)
        return _decode_leniently(raw) if has_long_numbers(raw) else Decoded(orjson.loads(raw))
    except orjson.JSONDecodeError:
        return _decode_leniently(raw)


def _decode_leniently(raw: bytes) -> Decoded:
    try:
        value = json.loads(raw.decode("utf-8-sig"))
        cleaner = _Cleaner()
        return Decoded(cleaner.clean(value, in_misc=False), cleaner.count)
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error}" if raw.strip() else "not JSON: the document is empty"
        raise Refused(reason) from error
    except RecursionError as error:
        raise Refused("not usable JSON: nested too deeply") from error


class _Cleaner:
    """Replaces what cannot be stored, and counts."""

    def __init__(self) -> None:
        self.count = 0

    def clean(self, value: Any, *, in_misc: bool) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.clean(item, in_misc=in_misc) for item in value]
        if isinstance(value, dict):
            return {
                self._text(name): self.clean(item, in_misc=in_misc or name == "misc")
                for name, item in value.items()
            }
        if in_misc and isinstance(value, float) and not math.isfinite(value):
            self.count += 1
            return None
        return value

    def _text(self, text: str) -> str:
        fixed, found = _SURROGATE.subn("\N{REPLACEMENT CHARACTER}", text)
        self.count += found
        return fixed
