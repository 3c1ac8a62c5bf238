"""Where something was tested, as it is printed: a lab, a device or a revision with its results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.parts import Counts
from dashboard.rows import selected_counts
from results.queries.records import StatusCounts
from results.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLine:
    """A place with its boots and tests, each number a link to the runs it counts.

    ``note``: a few words; ``more``: where its history is, "" for nowhere.
    """

    name: str
    url: str
    moment: datetime | None
    boots: Counts
    tests: Counts
    note: str = ""
    more: str = ""

    @classmethod
    def of(
        cls,
        name: str,
        url: str,
        moment: datetime | None,
        about: Selection,
        *,
        boots: StatusCounts,
        tests: StatusCounts,
        note: str = "",
        more: str = "",
    ) -> PlaceLine:
        """Make the line of a place; ``about`` selects its results."""
        return cls(
            name=name,
            url=url,
            moment=moment,
            boots=selected_counts(about.where(kind="boot"), boots),
            tests=selected_counts(about.where(kind="test"), tests),
            note=note,
            more=more,
        )
