"""What broke: the home page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypedDict

from dashboard.api.records import Row, row_of
from dashboard.api.shapes.events import RegressionItem, regression_item
from dashboard.api.shapes.revisions import RevisionItem, revision_item
from results.queries.broke import FailingSuite
from results.queries.events import EventRow
from results.queries.outages import OutageRow
from results.queries.revisions import RevisionRow


class BrokeWhole(TypedDict):
    """What broke and what was fixed last, the newest revision of each tree, suites that fail there.

    `outages` are those of the last days.
    """

    broken: list[RegressionItem]
    fixed: list[RegressionItem]
    outages: list[Annotated[Row, OutageRow]]
    revisions: list[RevisionItem]
    suites: list[Annotated[Row, FailingSuite]]


def broke_whole(
    *,
    broken: Iterable[EventRow],
    fixed: Iterable[EventRow],
    outages: Iterable[OutageRow],
    revisions: Iterable[RevisionRow],
    suites: Iterable[FailingSuite],
) -> BrokeWhole:
    """Return what broke."""
    return {
        "broken": [regression_item(row) for row in broken],
        "fixed": [regression_item(row) for row in fixed],
        "outages": [row_of(row) for row in outages],
        "revisions": [revision_item(row) for row in revisions],
        "suites": [row_of(row) for row in suites],
    }
