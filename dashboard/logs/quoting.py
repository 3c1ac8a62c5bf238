"""Lines of a log as a quotation for a mail."""

from __future__ import annotations

import re
from typing import Final

from dashboard.logs.ansi import visible, without_sequences
from dashboard.logs.index import chunk_of
from dashboard.logs.reading import Line, Log

MOST_LINES: Final = 400
_RANGE: Final = re.compile(r"L?([1-9][0-9]{0,8})(?:-L?([1-9][0-9]{0,8}))?", re.ASCII)


def line_range(text: str) -> tuple[int, int] | None:
    """Return the lines that "120-160" or "L120" names, the lower one first; None when it names none."""
    said = _RANGE.fullmatch(text.strip())
    if said is None:
        return None
    first, last = int(said[1]), int(said[2] or said[1])
    return min(first, last), max(first, last)


def quotation(log: Log, first: int, last: int, *, about: str, address: str) -> str:
    """Return lines of a log as they are quoted in a mail: what they are of, their address, "> " before each.

    At most ``MOST_LINES``, which the text says. Lines that the log does not have are left out.
    """
    lines = _lines(log, first, min(last, first + MOST_LINES - 1))
    shown = [f"> {visible(without_sequences(line.text)).rstrip()}".rstrip() for line in lines]
    if last - first >= MOST_LINES and log.index.lines > first + MOST_LINES - 1:
        shown.append("> [...]")
    return "\n".join([about, address, "", *shown, ""])


def _lines(log: Log, first: int, last: int) -> list[Line]:
    if first > log.index.lines:
        return []
    chunks = range(chunk_of(first, log.index.lines), chunk_of(last, log.index.lines) + 1)
    lines = (line for chunk in chunks for line in log.chunk(chunk))
    return [line for line in lines if first <= line.number <= last]
