"""What a subscription asks for: the query string of a listing, read as the listing reads it."""

from __future__ import annotations

from dataclasses import replace

from django.http import QueryDict

from dashboard.event_filters import DIMENSIONS, EXTRA, event_filter, state_asked
from dashboard.filters import BadQuery, Query, read_query
from dashboard.listing import sentence
from dashboard.models import Subscription
from dashboard.paths import with_query
from results.queries.events import OPEN, EventFilter
from results.selection import DIMENSIONS as OF_TESTS
from results.selection import Selection

Listing = Subscription.Listing

LEFT_OUT = ("after", "sort", "order", "format", "limit", "since", "until")
"""Parameters that say how a listing is shown, and of which days: news are of today."""


def canonical(listing: str, query: str) -> str:
    """Return a query string as it is kept. Raises BadQuery when the listing does not understand it."""
    asked = _read(listing, query)
    words = [(name, value) for name, value in asked.extra.items() if name not in LEFT_OUT]
    return with_query("", [*asked.selection.params(), *words]).removeprefix("?")


def events_wanted(query: str) -> EventFilter:
    """Return the events that a subscription to regressions begins with: of no state named, the open ones."""
    asked = _read(Listing.REGRESSIONS, query)
    states = (state_asked(asked),) if "state" in asked.extra else OPEN
    return replace(event_filter(asked, *states), live=True)


def tests_wanted(query: str) -> Selection:
    """Return the test runs that a subscription to tests is about: of no status named, the failing ones."""
    selection = _read(Listing.TESTS, query).selection
    return selection if "status" in selection else selection.where(status="fail")


def listing_path(listing: str, query: str) -> str:
    """Return the address of the listing of a subscription."""
    path = f"/{listing}"
    return f"{path}?{query}" if query else path


def in_words(listing: str, query: str) -> str:
    """Return what a subscription is about: "regressions: confirmed, mainline, kevin"."""
    asked = _read(listing, query)
    said = [*(value for name, value in asked.extra.items() if name not in LEFT_OUT)]
    if asked.selection:
        said.append(sentence(asked.selection))
    return f"{Listing(listing).label}: {', '.join(said) if said else 'all'}"


def _read(listing: str, query: str) -> Query:
    data = QueryDict(query, mutable=True)
    for name in LEFT_OUT:
        data.pop(name, None)
    if listing == Listing.REGRESSIONS:
        return read_query(data, dimensions=DIMENSIONS, extra=EXTRA)
    if listing == Listing.TESTS:
        return read_query(data, dimensions=OF_TESTS)
    raise BadQuery("There is nothing to subscribe to there.", tuple(Listing.values), ("listing",))
