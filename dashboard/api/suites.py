"""Test suites."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Any, Final

from django.utils import timezone

from dashboard.api.endpoint import ALL_ROWS, FEED, Row, Rows, Thing
from dashboard.api.feeds import NEVER, Entry
from dashboard.api.records import row_of
from dashboard.api.results import no_pages
from dashboard.filters import Query
from dashboard.paths import suite_path
from results.queries.records import Listing
from results.queries.suites import SuiteDetail, SuiteRow, suite_detail, suite_listing

DAYS: Final = 7


class ListSuites(Rows):
    """Suites with results in the last 7 days, by name."""

    tag, shape, is_timeless, page_rows = "suites", SuiteRow, False, ALL_ROWS
    renderer_classes, page_name = FEED, "suites"
    extra = {"q": None}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all suites, or as many as are wanted."""
        no_pages(query)
        return Listing(suite_listing(query.extra.get("q", ""), since=_first_day())[:limit], None)

    def item(self, record: Any) -> Row:
        """Return a suite."""
        return row_of(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a suite."""
        return Entry(
            path=suite_path(record.suite),
            title=record.suite or "(no suite)",
            summary=f"{record.counts.failed:,} of {record.counts.total:,} fail.",
            updated=record.last_result or NEVER,
        )


class GetSuite(Thing):
    """One suite in the newest revision of each tree, and on each device in the last 7 days."""

    tag, shape, names, is_timeless = "suites", SuiteDetail, ("name",), False

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the suite."""
        return row_of(suite_detail(names["name"], since=_first_day()))


def _first_day() -> date:
    return timezone.now().astimezone(UTC).date() - timedelta(days=DAYS - 1)
