"""Pieces that many pages contain, as records: counts that link, columns that sort, pagers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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

    @property
    def broken(self) -> int:
        """ERROR and MISS together."""
        return self.counts[Status.ERROR] + self.counts[Status.MISS]


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: "1 build", "2,911 builds", "no builds"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}" if count else f"no {noun}s"


def enumeration(parts: Iterable[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    *first, last = [part for part in parts if part] or [""]
    return f"{', '.join(first)} and {last}" if first else last
