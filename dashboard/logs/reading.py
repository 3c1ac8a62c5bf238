"""Reading an indexed log: a chunk of its lines, a text in it, where an excerpt stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dashboard.logs.index import CHUNK_LINES, Data, Index, index_of, line_at, numbered

LONGEST_LINE: Final = 2000
"""Characters that are shown of a line."""
MOST_FOUND: Final = 200
"""Lines that a search lists."""
MOST_COUNTED: Final = 20_000
"""Lines that a search counts."""

_LONGEST_BYTES: Final = 4 * LONGEST_LINE
_AROUND: Final = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is in the log. ``left_out``: how many bytes are not shown of it."""

    number: int
    text: str
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The lines that hold a text: the first ``MOST_FOUND``, and how many there are.

    ``is_more``: there are more than were counted.
    """

    lines: tuple[Line, ...]
    total: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class Log:
    """The bytes of a log (UTF-8), and what is in it."""

    data: Data
    index: Index

    def chunk(self, number: int) -> tuple[Line, ...]:
        """Return the lines of a chunk, numbered from 1 on through the whole log."""
        at, end = self.index.starts[number], self.index.starts[number + 1]
        first = number * CHUNK_LINES + 1
        lines: list[Line] = []
        while at < end:
            stop = self.data.find(b"\n", at, end)
            stop = end if stop < 0 else stop
            lines.append(self._line(first + len(lines), at, stop))
            at = stop + 1
        return tuple(lines)

    def find(self, text: str) -> Found:
        """Return the lines that hold a text, letters of either case being the same."""
        pattern = re.compile(re.escape(text.encode()), re.IGNORECASE)
        lines: list[Line] = []
        total = 0
        for offset, number, start in numbered(self.data, self._lines_with(pattern)):
            if total == MOST_COUNTED:
                return Found(tuple(lines), total, is_more=True)
            total += 1
            if len(lines) < MOST_FOUND:
                stop = self.data.find(b"\n", start)
                begin = max(start, offset - _AROUND)
                stop = len(self.data) if stop < 0 else stop
                lines.append(self._line(number, begin, min(stop, offset + 3 * _AROUND)))
        return Found(tuple(lines), total, is_more=False)

    def _lines_with(self, pattern: re.Pattern[bytes]) -> Iterator[int]:
        """Yield where the first match in each line begins."""
        at = 0
        while match := pattern.search(self.data, at):
            yield match.start()
            at = self.data.find(b"\n", match.start()) + 1
            if not at:
                return

    def line_of_excerpt(self, excerpt: str, number: int) -> int | None:
        """Return the line of the log that is a line of an excerpt from it; None when it is not from it.

        The last of several that are alike, the line before being alike too where there is one.
        """
        lines = excerpt.replace("\r\n", "\n").split("\n")
        if not 0 < number <= len(lines) or not lines[number - 1].strip():
            return None
        wanted = lines[number - 1].encode()
        before = lines[number - 2].encode().rstrip(b"\r") if number > 1 else b""
        for joint in (b"\n", b"\r\n"):
            offset = self.data.rfind(before + joint + wanted) if before else -1
            if offset >= 0:
                return line_at(self.data, self.index, offset + len(before) + len(joint))
        offset = self.data.rfind(wanted)
        return line_at(self.data, self.index, offset) if offset >= 0 else None

    def _line(self, number: int, start: int, stop: int) -> Line:
        shown = self.data[start : min(stop, start + _LONGEST_BYTES)]
        text = shown.decode("utf-8", "ignore").rstrip("\r")
        if stop - start <= _LONGEST_BYTES and len(text) <= LONGEST_LINE:
            return Line(number, text)
        text = text[:LONGEST_LINE]
        return Line(number, text, stop - start - len(text.encode()))


def log_of(text: str) -> Log:
    """Return an excerpt as a log of its own."""
    data = text.replace("\r\n", "\n").encode("utf-8", "replace")
    return Log(data, index_of(data))
