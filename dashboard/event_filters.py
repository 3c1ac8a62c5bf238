"""What listings of events understand, said once for the page, the API, feeds and subscriptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from dashboard.filters import Query
from results.errors import NotFound
from results.models import Event
from results.products.definition import parse
from results.queries.events import EVENT_SORTS, EventFilter
from results.queries.products import product_row
from results.selection import Selection

STATES: Final = {str(state.label): state for state in Event.State}
SUBJECTS: Final = {str(subject.label): subject for subject in Event.Subject}
TRIAGES: Final = {str(triage.label): triage for triage in Event.Triage}
DIMENSIONS: Final = (
    "tree", "branch", "url", "origin", "lab", "platform", "compatible", "arch", "config", "compiler",
    "suite", "path", "since", "until",
)  # fmt: skip
"""What an event is about and when it began; of several values of one, any will do."""
EXTRA: Final[Mapping[str, Collection[str] | None]] = {
    "state": tuple(STATES),
    "order": EVENT_SORTS,
    "subject": tuple(SUBJECTS),
    "triage": tuple(TRIAGES),
    "product": None,
    "q": None,
    "unclassified": ("yes",),
}


def event_filter(query: Query, *states: Event.State) -> EventFilter:
    """Return which events a query string asks for, of those in these states."""
    asked = query.extra
    return EventFilter(
        states=states,
        triage=TRIAGES.get(asked.get("triage", "")),
        subject=SUBJECTS.get(asked.get("subject", "")),
        about=query.selection,
        parts=_parts(asked["product"]) if "product" in asked else (),
        search=asked.get("q", ""),
        unclassified="unclassified" in asked,
    )


def state_asked(query: Query) -> Event.State:
    """Return the state whose events are listed: the confirmed ones when nothing else is said."""
    return STATES[query.extra.get("state", str(Event.State.CONFIRMED.label))]


def _parts(product: str) -> tuple[Selection, ...]:
    """Return what a product selects; of one that does not exist, what no tree is."""
    try:
        return parse(product_row(product).text).parts
    except NotFound:
        return (Selection().where(tree=None),)
