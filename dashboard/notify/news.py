"""What is told, read once for mails, webhooks and feeds: a change of an event, or failing tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.models import Delivery
from results.errors import NotFound
from results.models import EventChange
from results.queries.event_detail import ChangeRow, EventDetail, event_detail
from results.queries.tests import TestRow, test_rows


@dataclass(frozen=True, slots=True)
class News:
    """A change of an event, with the event as it is now. ``number``: of the delivery."""

    number: int
    detail: EventDetail
    change: ChangeRow


@dataclass(frozen=True, slots=True)
class Told:
    """What some deliveries are about; what the results do not know any more is left out."""

    changes: tuple[News, ...]
    tests: tuple[TestRow, ...]
    made_at: datetime | None

    def __bool__(self) -> bool:
        return bool(self.changes or self.tests)


def news_of(deliveries: Sequence[Delivery]) -> Told:
    """Read what deliveries are about: three or four statements for each event, two for all tests."""
    details: dict[int, EventDetail | None] = {}
    changes = []
    for one in deliveries:
        if one.event is None or one.change is None:
            continue
        if one.event not in details:
            details[one.event] = _detail(one.event)
        detail = details[one.event]
        change = _change(detail, one) if detail else None
        if detail and change:
            changes.append(News(one.id, detail, change))
    keys = [one.test for one in deliveries if one.test is not None]
    tests = test_rows(keys) if keys else ()
    return Told(tuple(changes), tests, deliveries[-1].made_at if deliveries else None)


def _detail(event: int) -> EventDetail | None:
    try:
        return event_detail(event)
    except NotFound:
        return None


def _change(detail: EventDetail, one: Delivery) -> ChangeRow | None:
    """Return the change: entries are numbered in the order in which they were written."""
    number = EventChange.objects.filter(event_id=detail.event.id, pk__lte=one.change).count()
    return next((change for change in detail.changes if change.number == number), None)
