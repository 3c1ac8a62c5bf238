"""Pieces that many pages contain, as records: counts that link, log lines, sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from results.queries.records import StatusCounts
from results.status import Status


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts per status, each a link to exactly the rows it counts.

    ``listing`` is the address of the listing of all of them, without a status.
    """

    counts: StatusCounts
    listing: str

    def url(self, *statuses: Status) -> str:
        """Return the address of the rows with one of these statuses; of all rows when none is given."""
        query = "&".join(f"status={status.label}" for status in statuses)
        joint = ("&" if "?" in self.listing else "?") if query else ""
        return f"{self.listing}{joint}{query}"


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a log. ``is_hit``: it looks like the trouble itself."""

    number: int
    text: str
    is_hit: bool


_TROUBLE: Final = re.compile(
    r"\b(BUG|Oops|KASAN|UBSAN|KCSAN|KMSAN|kernel panic|Call trace|WARNING: |error:|fatal error|"
    r"Unable to handle|general protection fault|not ok \d|TFAIL|TBROK|FAIL)\b",
    re.IGNORECASE,
)
CONTROLS: Final = (
    {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"}
    | {127: "\u2421"}
    # Controls beyond ASCII, those among them that reverse the reading direction, and foreign line ends.
    | {
        code: f"<U+{code:04X}>"
        for code in (*range(0x80, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
    }
)
"""How characters are shown that would steer a screen: for ``str.translate``."""


def log_lines(text: str) -> tuple[LogLine, ...]:
    """Return the lines of a log with control characters made visible, numbered from 1."""
    lines = text.replace("\r\n", "\n").translate(CONTROLS).rstrip("\n").split("\n")
    return tuple(LogLine(number, line, bool(_TROUBLE.search(line))) for number, line in enumerate(lines, 1))


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Return a count with its noun: "1 build", "2,911 builds", "no builds"."""
    return (
        f"{count:,} {noun}" if count == 1 else f"{count or 'no':{',' if count else ''}} {nouns or noun + 's'}"
    )


def enumeration(parts: Iterable[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    *first, last = [part for part in parts if part] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def failing(builds: StatusCounts, boots: StatusCounts, tests: StatusCounts) -> str:
    """Return what fails of what ran: "2 of 412 builds, 1 of 380 boots and 31 of 18,204 tests fail."."""
    parts = [(builds, "build"), (boots, "boot"), (tests, "test")]
    ran = [plural(counts.total, noun) for counts, noun in parts if counts]
    failed = [f"{c.failed:,} of {plural(c.total, noun)}" for c, noun in parts if c.failed]
    if failed:
        return f"{enumeration(failed)} fail."
    return f"Nothing fails in {enumeration(ran)}." if ran else "Nothing has run yet."
