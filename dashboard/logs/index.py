"""What is in a log: where its lines begin, and the trouble it tells of. Pure; one pass over the bytes."""

from __future__ import annotations

import mmap
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from results.analysis.signatures import NEAR, SignatureKind, headline, weight

CHUNK_LINES: Final = 2000
"""Lines that a page shows at once."""
MOST_OF_A_KIND: Final = 40
"""Findings of a kind that are listed; all are counted."""
MOST_CANDIDATES: Final = 5000
"""How often each text that may tell of trouble is looked at; no log that says something has it more often."""
CALL_TRACE: Final = "call trace"

Data = bytes | mmap.mmap

_BLOCK: Final = 2**20
_WINDOW: Final = 8192
# What a line that tells of trouble has in it. Plain texts: searching them is ten times faster than a pattern.
_CANDIDATES: Final = {
    text: group
    for group, texts in {
        "grave": (
            b"BUG: ", b"UBSAN: ", b"unreferenced object ", b"Unable to handle kernel", b"kernel BUG at ",
            b"general protection fault", b"divide error", b"Oops", b"workqueue lockup", b"Kernel panic - ",
            b"WARNING: ", b"detected ", b"blocked for more than",
        ),
        "trace": (b"Call trace:", b"Call Trace:", b"Backtrace:"),
        "mild": (
            b"error: ", b"undefined reference to ", b"modpost: ", b": *** ", b"TFAIL", b"TBROK", b"not ok ",
            b"FAIL",
        ),
        "warning": (b"arning: ",),
    }.items()
    for text in texts
}  # fmt: skip
_OVERLAP: Final = max(map(len, _CANDIDATES))
_WARNING_KINDS: Final = frozenset({SignatureKind.WARNING.value})


@dataclass(frozen=True, slots=True)
class Finding:
    """A line that tells of trouble. ``kind``: a word of ``SignatureKind``, or ``CALL_TRACE``."""

    line: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Index:
    """A log at one glance.

    ``starts``: the offset of every 2,000th line, and the end. ``findings``: in order, at most
    ``MOST_OF_A_KIND`` of each kind. ``counts``: all of them, kind -> number. ``cause``: the line
    that tells most, None when nothing is known to be bad. ``is_cut``: not all were looked at.
    """

    size: int
    lines: int
    starts: tuple[int, ...]
    findings: tuple[Finding, ...]
    counts: dict[str, int]
    warnings: int
    cause: int | None
    is_cut: bool

    @property
    def errors(self) -> int:
        """How many lines tell of trouble, warnings and call traces not counted."""
        return sum(n for kind, n in self.counts.items() if kind not in (CALL_TRACE, *_WARNING_KINDS))


class _Findings:
    """Collects the findings of one log."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.counts: Counter[str] = Counter()
        self.warnings = 0
        self.is_cut = False
        self.best: tuple[int, int] | None = None

    def look(self, group: str, line: int, window: list[str]) -> None:
        """Take the first line of a window in, the others being those after it."""
        if group == "warning" or window[0].lstrip().startswith("warning: "):
            self.warnings += 1
            return
        if group == "trace":
            self._add(Finding(line, CALL_TRACE, window[0].strip()))
            return
        if found := headline(window):
            self.warnings += found.kind is SignatureKind.WARNING
            self._add(Finding(line, found.kind.value, found.text))
            self.best = min(self.best or (99, 0), (weight(found.kind), line))

    def _add(self, finding: Finding) -> None:
        self.counts[finding.kind] += 1
        if self.counts[finding.kind] <= MOST_OF_A_KIND:
            self.found.append(finding)


def index_of(data: Data) -> Index:
    """Return the index of a log, which is valid UTF-8."""
    starts, lines = _starts(data)
    findings = _Findings()
    groups = _candidates(data, findings)
    for offset, line, start in numbered(data, groups):
        window = data[start : start + _WINDOW].decode("utf-8", "replace")
        findings.look(groups[offset], line, window.split("\n", NEAR + 1)[: NEAR + 1])
    return Index(
        size=len(data),
        lines=lines,
        starts=starts,
        findings=tuple(findings.found),
        counts=dict(findings.counts),
        warnings=findings.warnings,
        cause=findings.best[1] if findings.best else None,
        is_cut=findings.is_cut,
    )


def _starts(data: Data) -> tuple[tuple[int, ...], int]:
    """Return where every 2,000th line begins, with the end of the log, and how many lines there are."""
    starts, lines = [0], 0
    for at in range(0, len(data), _BLOCK):
        breaks = np.flatnonzero(np.frombuffer(data[at : at + _BLOCK], dtype=np.uint8) == ord("\n"))
        wanted = breaks[CHUNK_LINES - 1 - lines % CHUNK_LINES :: CHUNK_LINES]
        starts.extend(int(offset) for offset in wanted + at + 1)
        lines += len(breaks)
    if len(data) and data[-1:] != b"\n":
        lines += 1
    if starts[-1] != len(data) or len(starts) == 1:
        starts.append(len(data))
    return tuple(starts), lines


def _candidates(data: Data, findings: _Findings) -> dict[int, str]:
    """Return where the texts are that tell of trouble, in order: offset -> group."""
    groups: dict[int, str] = {}
    counts: Counter[bytes] = Counter()
    for at in range(0, len(data), _BLOCK):
        block = data[at : at + _BLOCK + _OVERLAP]
        found: dict[int, str] = {}
        for text, group in _CANDIDATES.items():
            offset = block.find(text)
            while 0 <= offset < _BLOCK and counts[text] < MOST_CANDIDATES:
                counts[text] += 1
                found[at + offset] = group
                offset = block.find(text, offset + len(text))
        groups.update(sorted(found.items()))
    findings.is_cut = any(count == MOST_CANDIDATES for count in counts.values())
    return groups


def numbered(data: Data, offsets: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """Yield the first offset in every line that has one: offset, number of the line, where it begins.

    The offsets come in order.
    """
    line, counted, end = 1, 0, -1
    for offset in offsets:
        if offset < end:
            continue
        start = data.rfind(b"\n", 0, offset) + 1
        end = data.find(b"\n", offset)
        end = len(data) if end < 0 else end
        # In pieces: two offsets may be far apart.
        for at in range(counted, start, _BLOCK):
            line += data[at : min(at + _BLOCK, start)].count(b"\n")
        counted = start
        yield offset, line, start


def chunk_of(line: int, lines: int) -> int:
    """Return the number of the chunk, from 0, that holds a line; the nearest one when none does."""
    return (max(1, min(line, max(lines, 1))) - 1) // CHUNK_LINES


def line_at(data: Data, index: Index, offset: int) -> int:
    """Return the number of the line that an offset lies in."""
    chunk = bisect_right(index.starts, offset, hi=max(len(index.starts) - 1, 1)) - 1
    return chunk * CHUNK_LINES + data[index.starts[chunk] : offset].count(b"\n") + 1
