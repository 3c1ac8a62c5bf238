"""Labs."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from dashboard.api.shapes import refs
from results.queries.labs import LabDetail, LabDevice, LabRow


class DayPart(TypedDict):
    """Boots and tests of one day (UTC)."""

    day: date
    counts: refs.Counts


class LabItem(TypedDict):
    """A lab in the last days. One that is not `physical` is a runtime like k8s or shell."""

    lab: str
    physical: bool
    origins: list[str]
    devices: int
    last_result: datetime | None
    boots: refs.Counts
    tests: refs.Counts
    days: list[DayPart]


class LabDevicePart(TypedDict):
    """A device of a lab; `elsewhere` counts the same builds and suites in other labs."""

    platform: str | None
    boots: refs.Counts
    tests: refs.Counts
    elsewhere: refs.Counts
    last_result: datetime | None


class LabWhole(TypedDict):
    """A lab and its devices. Counts are those since the day `since` (UTC)."""

    lab: LabItem
    since: date
    devices: list[LabDevicePart]


def lab_item(row: LabRow) -> LabItem:
    """Return a row of the listing of labs."""
    return {
        "lab": row.lab,
        "physical": row.is_physical,
        "origins": list(row.origins),
        "devices": row.devices,
        "last_result": row.last_result,
        "boots": refs.counts(row.boots),
        "tests": refs.counts(row.tests),
        "days": [{"day": day.day, "counts": refs.counts(day.counts)} for day in row.days],
    }


def lab_whole(detail: LabDetail) -> LabWhole:
    """Return one lab."""
    return {
        "lab": lab_item(detail.lab),
        "since": detail.since,
        "devices": [_device(row) for row in detail.devices],
    }


def _device(row: LabDevice) -> LabDevicePart:
    return {
        "platform": row.platform,
        "boots": refs.counts(row.boots),
        "tests": refs.counts(row.tests),
        "elsewhere": refs.counts(row.elsewhere),
        "last_result": row.last_result,
    }
