"""Devices and labs."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Any

from django.utils import timezone

from dashboard.api.endpoint import ALL_ROWS, FEED, Row, Rows, Thing
from dashboard.api.feeds import NEVER, Entry
from dashboard.api.records import row_of
from dashboard.api.results import no_pages
from dashboard.api.shapes import places as shapes
from dashboard.filters import Query
from dashboard.parts import failing
from dashboard.paths import device_path
from results.queries.devices import (
    DEVICE_DIMENSIONS,
    DeviceDetail,
    DeviceRow,
    device_detail,
    device_listing,
)
from results.queries.labs import lab_detail, lab_listing
from results.queries.records import Listing, StatusCounts

DAYS = 7


class ListDevices(Rows):
    """Devices with results in the last 7 days, by name, with what is counted under filters."""

    tag, shape, is_timeless, page_rows = "devices", DeviceRow, False, ALL_ROWS
    renderer_classes, page_name = FEED, "devices"
    dimensions = DEVICE_DIMENSIONS

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all devices, or as many as are wanted."""
        no_pages(query)
        return Listing(device_listing(query.selection, since=_first_day())[:limit], None)

    def item(self, record: Any) -> Row:
        """Return a device."""
        return row_of(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a device."""
        return Entry(
            path=device_path(record.platform),
            title=record.platform,
            summary=failing(StatusCounts(), record.boots, record.tests),
            updated=record.last_result or NEVER,
        )


class GetDevice(Thing):
    """One device: its trees, labs and suites of the last 7 days."""

    tag, shape, names, is_timeless = "devices", DeviceDetail, ("platform",), False

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the device."""
        return row_of(device_detail(names["platform"], since=_first_day()))


class ListLabs(Rows):
    """Labs with results in the last 14 days, by name."""

    tag, shape, is_timeless, page_rows = "labs", shapes.LabItem, False, ALL_ROWS
    extra = {"q": None, "origin": None}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all labs, or as many as are wanted."""
        no_pages(query)
        rows = lab_listing(query.extra.get("q", ""), origin=query.extra.get("origin"), today=_today())
        return Listing(rows[:limit], None)

    def item(self, record: Any) -> Row:
        """Return a lab."""
        return shapes.lab_item(record)


class GetLab(Thing):
    """One lab and its devices, compared with other labs, in the last 14 days."""

    tag, shape, names, is_timeless = "labs", shapes.LabWhole, ("name",), False

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the lab."""
        return shapes.lab_whole(lab_detail(names["name"], today=_today()))


def _today() -> date:
    return timezone.now().astimezone(UTC).date()


def _first_day() -> date:
    return _today() - timedelta(days=DAYS - 1)
