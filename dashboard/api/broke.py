"""What broke: the home page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from dashboard.api.endpoint import Row, Thing
from dashboard.api.shapes import broke as shapes
from dashboard.filters import Query
from results.models import Event
from results.queries.broke import failing_suites
from results.queries.events import OPEN, EventFilter, event_page
from results.queries.outages import outage_listing
from results.queries.revisions import newest_revisions

TREES: Final = 25
SUITES: Final = 20
EVENTS: Final = 100
OUTAGES: Final = 20
OUTAGE_DAYS: Final = 3


class GetBroke(Thing):
    """What broke and what was fixed, the newest revision of each tree, and what fails there."""

    tag, shape, is_timeless = "regressions", shapes.BrokeWhole, False

    def thing(self, query: Query, **names: Any) -> Row:
        """Return it."""
        fixed = EventFilter(states=(Event.State.FIXED,), live=True)
        return shapes.broke_whole(
            broken=event_page(EventFilter(states=OPEN, live=True), limit=EVENTS).rows,
            fixed=event_page(fixed, sort="newest", limit=EVENTS).rows,
            outages=outage_listing(since=timezone.now() - timedelta(days=OUTAGE_DAYS), limit=OUTAGES),
            revisions=newest_revisions(limit=TREES),
            suites=failing_suites(trees=TREES, limit=SUITES),
        )
