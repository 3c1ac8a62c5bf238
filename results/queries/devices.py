"""Devices (platforms): what hardware is tested, where, and how it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from results.queries.records import RevisionRef, StatusCounts
from results.selection import Selection


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A platform and its results since the first day of the listing.

    ``compatible`` is the most specific one ("" when none); ``architecture`` is that of its newest
    known build.
    """

    platform: str
    vendor: str
    compatible: str
    architecture: str | None
    labs: tuple[str, ...]
    boots: StatusCounts
    tests: StatusCounts
    last_result: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceTree:
    """The newest revision of one tree that was tested on a device, with the counts there."""

    revision: RevisionRef
    started: datetime
    boots: StatusCounts
    tests: StatusCounts


@dataclass(frozen=True, slots=True)
class DeviceLab:
    """A lab that has this device, with the counts of the window."""

    lab: str
    boots: StatusCounts
    tests: StatusCounts
    last_result: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceSuite:
    """A suite that ran on a device in the window; ``last_day`` is the day of its last run."""

    suite: str
    counts: StatusCounts
    last_day: date | None


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """A platform. ``boots`` and ``tests`` are those since ``since``, its trees' and suites' too."""

    platform: str
    vendor: str
    compatibles: tuple[str, ...]
    since: date
    boots: StatusCounts
    tests: StatusCounts
    trees: tuple[DeviceTree, ...]
    labs: tuple[DeviceLab, ...]
    suites: tuple[DeviceSuite, ...]


def device_listing(selection: Selection, *, since: date) -> tuple[DeviceRow, ...]:
    """Return the platforms with results since a day (UTC), by name.

    The selection may restrict lab, origin, platform, compatible, arch, tree, branch, suite and q
    (a part of the platform's name or of a compatible); counts are under it.
    """
    raise NotImplementedError


def device_detail(platform: str, *, since: date) -> DeviceDetail:
    """Return a platform; NotFound when there is none of this name."""
    raise NotImplementedError
