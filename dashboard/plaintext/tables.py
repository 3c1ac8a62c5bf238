"""Tables of text: columns as wide as their cells, narrowed until they fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

JOINT: Final = "\u200b"
"""Where a long word may be broken, as <wbr> in HTML."""
GAP: Final = "  "
TALL: Final = 2
"""Of more lines than this: rows are kept apart by an empty line."""
LONGEST_PIECE: Final = 24
"""What is longer may be broken anywhere."""

_PIECES: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} ?|"
    rf"[^{JOINT} /_.:,+-]*(?:[{JOINT} /:_,+-]+|\.(?=[^ ]))|[^{JOINT} /_.:,+-]+\.?|\."
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text (of lines), how many columns it spans, and whether it stands right.

    ``is_head``: of columns; ``is_way``: all that it says are links.
    """

    text: str
    span: int = 1
    is_right: bool = False
    is_head: bool = False
    is_way: bool = False

    @property
    def width(self) -> int:
        """Characters of its longest line."""
        return max(len(line) for line in plain(self.text).split("\n"))


def plain(text: str) -> str:
    """Return a text without the marks of joints."""
    return text.replace(JOINT, "")


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text: broken at spaces and joints, inside a word only where neither helps."""
    return [line for paragraph in text.split("\n") for line in _wrapped(paragraph, width)]


def table(rows: Sequence[Sequence[Cell]], width: int) -> str:
    """Return a table of at most ``width`` characters a line, where its columns allow that.

    Cells that span several columns take the room that these have. A rule follows the head rows;
    columns that say nothing are left out.
    """
    rows = _without_empty_columns(rows)
    widths = _fitted(_natural(rows), _least(rows), width)
    heads = next((number for number, row in enumerate(rows) if not _is_head(row)), len(rows))
    lines = [line for row in rows[:heads] for line in _row(row, widths)]
    if heads:
        lines.append(GAP.join("-" * each for each in widths))
    body = [_row(row, widths) for row in rows[heads:]]
    apart = [""] if any(len(row) > TALL for row in body) else []
    for number, row in enumerate(body):
        lines += [*(apart if number else []), *row]
    return "\n".join(lines)


def _is_head(row: Sequence[Cell]) -> bool:
    return bool(row) and all(cell.is_head or not cell.text for cell in row)


def _natural(rows: Iterable[Sequence[Cell]]) -> list[int]:
    """Return the width of each column that its cells ask for."""
    widths: list[int] = []
    spanning: list[tuple[int, Cell]] = []
    for row in rows:
        column = 0
        for cell in row:
            widths += [0] * (column + cell.span - len(widths))
            if cell.span == 1:
                widths[column] = max(widths[column], cell.width)
            else:
                spanning.append((column, cell))
            column += cell.span
    for column, cell in spanning:
        inside = range(column, column + cell.span)
        missing = cell.width - sum(widths[each] for each in inside) - len(GAP) * (cell.span - 1)
        if cell.is_head and missing > 0:
            widths[column] += missing
    return widths


def _least(rows: Iterable[Sequence[Cell]]) -> list[int]:
    """Return the width of each column below which words would be broken that should stay whole."""
    least: list[int] = []
    for row in rows:
        column = 0
        for cell in row:
            least += [0] * (column + cell.span - len(least))
            if cell.span == 1:
                longest = max((len(piece.rstrip()) for piece in _pieces(cell.text)), default=0)
                least[column] = max(least[column], min(longest, LONGEST_PIECE))
            column += cell.span
    return least


def _fitted(widths: Sequence[int], least: Sequence[int], width: int) -> list[int]:
    """Return widths that fit: narrow columns stay as they are, wide ones share what is left."""
    room = width - len(GAP) * (len(widths) - 1) - sum(least)
    fitted = list(least)
    waiting = sorted(range(len(widths)), key=lambda each: widths[each] - least[each])
    while waiting:
        fair = max(room, 0) // len(waiting)
        column = waiting.pop(0)
        more = min(widths[column] - least[column], fair)
        fitted[column] += max(more, 0)
        room -= max(more, 0)
    return fitted


def _without_empty_columns(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Leave out columns that say nothing below their head, or only lead elsewhere and have no head."""
    heads: set[int] = set()
    said: set[int] = set()
    ways: set[int] = set()
    for row in rows:
        column = 0
        for cell in row:
            if cell.text:
                kind = heads if _is_head(row) else ways if cell.is_way else said
                kind.update(range(column, column + cell.span))
            column += cell.span
    kept = said | (ways & heads if heads else ways)
    made = []
    for row in rows:
        column, cells = 0, []
        for cell in row:
            if span := len(kept.intersection(range(column, column + cell.span))):
                cells.append(replace(cell, span=span))
            column += cell.span
        made.append(cells)
    return made


def _row(row: Sequence[Cell], widths: Sequence[int]) -> list[str]:
    parts: list[tuple[list[str], int, bool]] = []
    column = 0
    for cell in row:
        span = widths[column : column + cell.span]
        wide = sum(span) + len(GAP) * (len(span) - 1)
        parts.append((wrapped(cell.text, wide), wide, cell.is_right))
        column += cell.span
    height = max((len(lines) for lines, _, _ in parts), default=0)
    made = []
    for number in range(height):
        shown = [
            (line.rjust(wide) if is_right else line.ljust(wide))
            for lines, wide, is_right in parts
            for line in [lines[number] if number < len(lines) else ""]
        ]
        made.append(GAP.join(shown).rstrip())
    return made


def _wrapped(text: str, width: int) -> list[str]:
    if len(text) <= width:
        return [plain(text)]
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and len((lines[-1] + piece).rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece
        while len(lines[-1].rstrip()) > width:
            lines[-1:] = [lines[-1][:width], lines[-1][width:]]
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> list[str]:
    return [plain(found) for found in _PIECES.findall(text)]
