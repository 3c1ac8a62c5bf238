"""What listings of events understand, said once for the page, the API, feeds and subscriptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from dashboard.filters import Query
from results.models import Event
from results.queries.events import EVENT_SORTS, EventFilter

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
        search=asked.get("q", ""),
        unclassified="unclassified" in asked,
    )


def state_asked(query: Query) -> Event.State:
    """Return the state whose events are listed: the confirmed ones when nothing else is said."""
    return STATES[query.extra.get("state", str(Event.State.CONFIRMED.label))]
