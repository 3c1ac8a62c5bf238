"""Long runs of lines of the same kind, which are folded away. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from dashboard.logs.ansi import without_sequences
from dashboard.logs.reading import Line
from results.analysis.signatures import NEAR

LONGEST_RUN: Final = 16
"""A longer run of the same kind is folded."""
STANDING: Final = 3
"""Lines of a run that stay to say what it is."""

# Log levels, times, and the sign that a harness puts before the output of a test.
_BEFORE: Final = re.compile(
    r"(?:<\d+>|\[\s*\d+\.\d+\](?:\s*\[\s*[TC]\d+\])?|\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?|"
    r"\d\d:\d\d:\d\d[.,\d]*|[\s#])*"
)
_WORD: Final = re.compile(r"[^\s\d:=(\[]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that follow each other. ``is_folded``: they say no more than those before them."""

    lines: tuple[Line, ...]
    is_folded: bool


def pieces(lines: Sequence[Line], trouble: Collection[int]) -> Iterator[Piece]:
    """Yield the lines in pieces; ``trouble``: numbers of lines that stand with what follows them."""
    standing: list[Line] = []
    ahead = set(trouble)
    kept = {number for first in ahead for number in range(first, first + NEAR + 1)}
    for kind, group in groupby(lines, key=lambda line: line.number not in kept and kind_of(line.text)):
        run = tuple(group)
        if not kind or len(run) <= LONGEST_RUN:
            standing.extend(run)
            continue
        yield Piece((*standing, *run[:STANDING]), is_folded=False)
        yield Piece(run[STANDING:], is_folded=True)
        standing = []
    if standing:
        yield Piece(tuple(standing), is_folded=False)


def kind_of(text: str) -> str:
    """Return what a line is about: its first word, without the time before it and numbers in it."""
    bare = without_sequences(text[:200])
    before = _BEFORE.match(bare)
    word = _WORD.match(bare, before.end() if before else 0)
    return word[0] if word else ""
