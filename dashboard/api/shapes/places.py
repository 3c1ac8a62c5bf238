"""Devices and labs."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from dashboard.api.shapes import refs
from dashboard.api.shapes.results import SuitePart
from results.queries.devices import DeviceDetail, DeviceLab, DeviceRow, DeviceTree
from results.queries.labs import LabDetail, LabDevice, LabRow


class DeviceItem(TypedDict):
    """A kind of hardware and its results of the last days. `compatible` is the most specific one."""

    platform: str
    vendor: str
    compatible: str
    architecture: str | None
    labs: list[str]
    boots: refs.Counts
    tests: refs.Counts
    last_result: datetime | None


class DeviceTreePart(TypedDict):
    """The newest revision of a tree that was tested on a device."""

    revision: refs.Revision
    started: datetime
    boots: refs.Counts
    tests: refs.Counts


class DeviceLabPart(TypedDict):
    """A lab that has a device."""

    lab: str
    boots: refs.Counts
    tests: refs.Counts
    last_result: datetime | None


class DeviceWhole(TypedDict):
    """A kind of hardware. Counts are those since the day `since` (UTC)."""

    platform: str
    vendor: str
    compatibles: list[str]
    since: date
    boots: refs.Counts
    tests: refs.Counts
    trees: list[DeviceTreePart]
    labs: list[DeviceLabPart]
    suites: list[SuitePart]


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


def device_item(row: DeviceRow) -> DeviceItem:
    """Return a row of the listing of devices."""
    return {
        "platform": row.platform,
        "vendor": row.vendor,
        "compatible": row.compatible,
        "architecture": row.architecture,
        "labs": list(row.labs),
        "boots": refs.counts(row.boots),
        "tests": refs.counts(row.tests),
        "last_result": row.last_result,
    }


def device_whole(detail: DeviceDetail) -> DeviceWhole:
    """Return one device."""
    return {
        "platform": detail.platform,
        "vendor": detail.vendor,
        "compatibles": list(detail.compatibles),
        "since": detail.since,
        "boots": refs.counts(detail.boots),
        "tests": refs.counts(detail.tests),
        "trees": [_tree(row) for row in detail.trees],
        "labs": [_lab(row) for row in detail.labs],
        "suites": [{"suite": row.suite, "counts": refs.counts(row.counts)} for row in detail.suites],
    }


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


def _tree(row: DeviceTree) -> DeviceTreePart:
    return {
        "revision": refs.revision(row.revision),
        "started": row.started,
        "boots": refs.counts(row.boots),
        "tests": refs.counts(row.tests),
    }


def _lab(row: DeviceLab) -> DeviceLabPart:
    return {
        "lab": row.lab,
        "boots": refs.counts(row.boots),
        "tests": refs.counts(row.tests),
        "last_result": row.last_result,
    }


def _device(row: LabDevice) -> LabDevicePart:
    return {
        "platform": row.platform,
        "boots": refs.counts(row.boots),
        "tests": refs.counts(row.tests),
        "elsewhere": refs.counts(row.elsewhere),
        "last_result": row.last_result,
    }
