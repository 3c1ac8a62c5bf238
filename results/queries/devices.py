"""Devices (platforms): what hardware is tested, where, and how it does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from psycopg.sql import SQL

from results.queries.records import RevisionRef, StatusCounts

DEVICE_DIMENSIONS: Final = (
    "tree", "branch", "url", "origin", "lab", "platform", "compatible", "arch", "config", "compiler", "suite",
    "status", "q",
)  # fmt: skip
"""What a listing of devices can be restricted by."""

_COUNTED_BY_DAY: Final = frozenset({"origin", "lab", "platform", "compatible", "status"})


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


# Leans on daycount_platform or resultcount_day; resultcount_platform for the architecture.
_LISTING: Final = SQL("""
    WITH counted AS MATERIALIZED (
        SELECT rc.platform_id, rc.lab_id, rc.is_boot, {counts} AS counts, max(rc.last_start) AS last_result
        FROM {counts_table} rc {build}
        WHERE rc.day >= {since} AND rc.platform_id = ANY(ARRAY(SELECT id FROM results_platform WHERE {named}))
              AND {where}
        GROUP BY rc.platform_id, rc.lab_id, rc.is_boot
    )
    SELECT p.name AS platform, p.vendor, coalesce(p.compatibles[1], '') AS compatible,
           (
               SELECT a.name FROM (
                   SELECT build_id FROM results_resultcount n WHERE n.platform_id = p.id
                   ORDER BY n.day DESC LIMIT {looked_at}
               ) n
               JOIN results_build b ON b.id = n.build_id JOIN results_architecture a ON a.id = b.architecture_id
               LIMIT 1
           ) AS architecture,
           la.name AS lab, counted.is_boot, counted.counts, counted.last_result
    FROM counted
    JOIN results_platform p ON p.id = counted.platform_id
    JOIN results_lab la ON la.id = counted.lab_id
    ORDER BY p.name, la.name
""")

