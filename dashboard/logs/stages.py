"""How far a boot came, and when: the stages that the kernel and user space tell of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dashboard.logs.index import Data, Index, line_at

_MARKS: Final = (
    ("kernel started", (b"Linux version ",)),
    ("root mounted", (b"VFS: Mounted root", b"VFS: Pivoted into new rootfs")),
    ("init started", (b" as init process",)),
    ("user space", (b"systemd[1]: systemd ", b"Welcome to ")),
    ("login", (b" login: ",)),
)
_TIME: Final = re.compile(rb"\[ *([0-9]{1,7}\.[0-9]{3,6})\]")
_BEFORE: Final = 2000
"""Bytes before a line without a time in which one is looked for."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that was reached at a line; ``seconds`` after the kernel began, None when nothing tells."""

    name: str
    line: int
    seconds: float | None


def stages(data: Data, index: Index) -> tuple[Stage, ...]:
    """Return the stages of the last boot in a log; none for a log that is not one of a boot."""
    start = data.rfind(_MARKS[0][1][0])
    if start < 0:
        return ()
    found, at = [], start
    for name, texts in _MARKS:
        places = [place for text in texts if (place := data.find(text, at)) >= 0]
        if places:
            at = min(places)
            found.append(Stage(name, line_at(data, index, at), _seconds(data, at, start)))
    return tuple(found)


def _seconds(data: Data, at: int, start: int) -> float | None:
    """Return the time that a line begins with, or else the last one before it."""
    begin = max(data.rfind(b"\n", 0, start) + 1, at - _BEFORE)
    end = data.find(b"\n", at)
    times = _TIME.findall(data[begin : len(data) if end < 0 else end])
    return float(times[-1]) if times else None
