"""Labs: is my lab the problem?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from results.queries.records import StatusCounts

LAB_DAYS = 14


@dataclass(frozen=True, slots=True)
class DayRow:
    """Boots and tests of one day (UTC)."""

    day: date
    counts: StatusCounts


@dataclass(frozen=True, slots=True)
class LabRow:
    """A lab in the last ``LAB_DAYS`` days; ``days`` has every one of them, oldest first.

    ``is_physical`` is false for the runtimes (k8s, docker, shell) of origins without a lab.
    """

    lab: str
    is_physical: bool
    origins: tuple[str, ...]
    devices: int
    last_result: datetime | None
    boots: StatusCounts
    tests: StatusCounts
    days: tuple[DayRow, ...]


@dataclass(frozen=True, slots=True)
class LabDevice:
    """A device of a lab in the window: what it says, and what other labs say of the same builds.

    ``elsewhere``: results of the same platform, suites and builds in other labs.
    """

    platform: str | None
    boots: StatusCounts
    tests: StatusCounts
    elsewhere: StatusCounts
    last_result: datetime | None


@dataclass(frozen=True, slots=True)
class LabDetail:
    """A lab: its row, its devices, and what others say of the builds it tested."""

    lab: LabRow
    since: date
    devices: tuple[LabDevice, ...]


def lab_listing(search: str = "", *, origin: str | None = None, today: date) -> tuple[LabRow, ...]:
    """Return the labs with results in the last ``LAB_DAYS`` days, by name."""
    raise NotImplementedError


def lab_detail(lab: str, *, today: date) -> LabDetail:
    """Return a lab; NotFound when there is none of this name."""
    raise NotImplementedError
