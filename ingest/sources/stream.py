"""Documents out of one stream of bytes: a single JSON value, JSON Lines, or values one after another.

Also RFC 7464 text sequences, where a record separator (0x1e) begins each value. At most about one
document is held in memory. A value that is broken is passed on with its reason, and reading goes
on at the next record separator, or the next line that begins with "{".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Final

import orjson

from ingest.document import MAX_BYTES, Document
from ingest.errors import Refused

WHOLE_BYTES: Final = 16 * 1024 * 1024
"""A stream that ends before this is first tried as a single document."""

_RS: Final = b"\x1e"
_BLANK: Final = b" \t\r\n\x1e"
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]')
_NEXT_VALUE: Final = re.compile(rb"(?<=\n)(?=\{)|(?=\x1e)")
_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()
_CUT: Final = "the value is cut off"
_TOO_LARGE: Final = "a document of more than {:,} bytes, please split it"


def documents(file: BinaryIO, name: str, submitted_at: datetime) -> Iterator[Document]:
    """Yield every document of a stream; numbered "name#1", "name#2" when there are several."""
    head = file.read(WHOLE_BYTES)
    if len(head) < WHOLE_BYTES and _is_value(whole := Document(name, submitted_at, head)):
        yield whole
        return
    first: tuple[bytes, str] | None = None
    number = 0
    for number, (raw, problem) in enumerate(_Splitter(_Lines(file, head)).pieces(), 1):
        if number == 1:
            first = raw, problem
            continue
        if first is not None:
            yield Document(f"{name}#1", submitted_at, *first)
            first = None
        yield Document(f"{name}#{number}", submitted_at, raw, problem)
    if first is not None:
        yield Document(name, submitted_at, *first)
    elif number == 0:
        yield Document(name, submitted_at, b"", "not JSON: the document is empty")


def _is_value(document: Document) -> bool:
    try:
        return document.decoded is not None
    except Refused:
        return False


class _Lines:
    """Lines of a file, of bounded length, some of which can be given back."""

    def __init__(self, file: BinaryIO, head: bytes) -> None:
        self._file = file
        self._held = head
        self._at = 0
        self.offset = 0

    def next(self) -> bytes:
        """Return the next line, or its first MAX_BYTES + 1 bytes; b"" at the end of the stream."""
        end = self._held.find(b"\n", self._at) + 1
        if end:
            line = self._held[self._at : end]
            self._at = end
        else:
            line = self._held[self._at :]
            line += self._file.readline(MAX_BYTES + 1 - len(line))
            self._held, self._at = b"", 0
        self.offset += len(line)
        return line

    def give_back(self, rest: bytes) -> None:
        self._held = rest + self._held[self._at :]
        self._at = 0
        self.offset -= len(rest)


class _Splitter:
    """Cuts a stream into values."""

    def __init__(self, lines: _Lines) -> None:
        self._lines = lines

    def pieces(self) -> Iterator[tuple[bytes, str]]:
        """Yield (bytes of one value, "") or (bytes of something broken, reason)."""
        while line := self._lines.next():
            if begin := line.strip(_BLANK):
                yield from self._values(self._until_separator(line.lstrip(_BLANK)), is_one=_is_json(begin))

    def _until_separator(self, line: bytes) -> bytes:
        end = line.find(_RS)
        if end < 0:
            return line
        self._lines.give_back(line[end:])
        return line[:end]

    def _values(self, line: bytes, *, is_one: bool) -> Iterator[tuple[bytes, str]]:
        """Yield the values that begin in a line."""
        if is_one:
            yield line.strip(), ""
            return
        is_part = len(line) > MAX_BYTES
        try:
            text = self._text(line, is_part=is_part)
        except UnicodeDecodeError as error:
            yield self._skip(line, f"not UTF-8: {error.reason} at byte {error.start}")
            return
        at = 0
        while (at := _BLANKS.match(text, at).end()) < len(text):  # type: ignore[union-attr]
            try:
                _, end = _DECODER.raw_decode(text, at)
            except (json.JSONDecodeError, RecursionError) as error:
                rest = text[at:].encode()
                if at and is_part:
                    self._lines.give_back(rest)
                else:
                    yield self._unfinished(rest, error)
                return
            yield text[at:end].encode(), ""
            at = end

    def _text(self, line: bytes, *, is_part: bool) -> str:
        """Return the text of a line; of a part of one, without the character that it cuts in two."""
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            if not is_part or error.reason != "unexpected end of data":
                raise
            self._lines.give_back(line[error.start :])
            return line[: error.start].decode()

    def _unfinished(self, begin: bytes, error: Exception) -> tuple[bytes, str]:
        """Return the value that goes on in the next lines, or what is broken."""
        if len(begin) > MAX_BYTES:
            return self._skip(begin, _TOO_LARGE.format(MAX_BYTES))
        if not _is_open(error, begin):
            return self._skip(begin, str(error))
        whole, reason = self._read_on(begin)
        if reason:
            return self._skip(whole, reason)
        try:
            text = whole.decode()
            _, end = _DECODER.raw_decode(text)
        except (ValueError, RecursionError) as problem:
            return self._skip(whole, str(problem))
        self._lines.give_back(text[end:].encode())
        return text[:end].encode(), ""

    def _read_on(self, begin: bytes) -> tuple[bytes, str]:
        """Return a value of several lines, read until its brackets are closed, or why it never ends."""
        lines = [begin]
        size, depth = len(begin), _depth(begin)
        while depth > 0:
            if size > MAX_BYTES:
                return b"".join(lines), _TOO_LARGE.format(MAX_BYTES)
            line = self._lines.next()
            if not line or line.startswith(_RS):
                self._lines.give_back(line)
                return b"".join(lines), _CUT
            line = self._until_separator(line)
            lines.append(line)
            size += len(line)
            depth += _depth(line)
        return b"".join(lines), ""

    def _skip(self, broken: bytes, reason: str) -> tuple[bytes, str]:
        """Return what is broken, and go on where the next value may begin."""
        offset, last = self._lines.offset - len(broken), broken
        if found := _NEXT_VALUE.search(broken, 1):
            self._lines.give_back(broken[found.start() :])
            broken = broken[: found.start()]
        else:
            while (line := self._lines.next()) and not _may_begin(line, last):
                last = line
                if len(broken) + len(line) <= MAX_BYTES:
                    broken += line
            self._lines.give_back(line)
        return broken, f"not JSON: {reason} (at byte {offset:,} of the stream)"


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_open(error: Exception, begin: bytes) -> bool:
    """Return whether a value is right so far, but not finished (text never spans lines)."""
    if not isinstance(error, json.JSONDecodeError) or error.msg.startswith("Unterminated"):
        return False
    return begin[:1] in (b"{", b"[") and error.pos >= len(error.doc.rstrip())


def _may_begin(line: bytes, before: bytes) -> bool:
    """Return whether a value may begin with a line, or part of one, that comes after something broken."""
    return line.startswith(_RS) or (line.startswith(b"{") and before.endswith(b"\n"))


def _depth(line: bytes) -> int:
    """Return how many more brackets a line opens than it closes."""
    tokens = _TOKEN.findall(line)
    return sum((token in (b"{", b"[")) - (token in (b"}", b"]")) for token in tokens)
