"""Events fire once and are kept: compares what was said before with what the data say now.

The judgement of a history is a pure function of it. The ledger is the memory beside it: it tells
which events are new, which recorded ones are the same (and how they changed), and which the data
no longer support. Those are never deleted; their record says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from results.analysis.grouping import Event

DRIFT: Final = 5
"""Positions by which an event may move when late results arrive and still be the same."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is remembered of an event; positions are those of the present history."""

    key: int
    series: frozenset[int]
    first_bad: int
    good: int
    bad: int
    fixed: int | None
    """The first good position after the fix."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the recorded events; indices are those of the new judgement's events."""

    opened: tuple[int, ...]
    continued: Mapping[int, int]
    """Key of the record -> index of the event that it is now."""
    joined: Mapping[int, int]
    """Key of the record -> key of the record that it has turned out to belong to."""
    unsupported: tuple[int, ...]
    """Keys of records that the data do not show any more."""


def compare(recorded: Sequence[Recorded], events: Sequence[Event]) -> Comparison:
    """Return how recorded events and those of a new judgement correspond; order does not matter."""
    scores = sorted(
        (
            (-_likeness(record, event), record.key, index)
            for record in recorded
            for index, event in enumerate(events)
            if _likeness(record, event) > 0
        ),
    )
    continued: dict[int, int] = {}
    taken: dict[int, int] = {}
    joined: dict[int, int] = {}
    for _, key, index in scores:
        if key not in continued and index not in taken:
            continued[key] = index
            taken[index] = key
    for _, key, index in scores:
        if key not in continued and key not in joined:
            joined[key] = taken[index]
    known = {*continued, *joined}
    return Comparison(
        opened=tuple(index for index in range(len(events)) if index not in taken),
        continued=continued,
        joined=joined,
        unsupported=tuple(sorted(record.key for record in recorded if record.key not in known)),
    )


def _likeness(record: Recorded, event: Event) -> float:
    """Return how many series two events share, 0 when they are of different times."""
    low, high = min(record.good + 1, record.first_bad), max(record.bad, record.first_bad)
    other_low, other_high = min(event.range.good + 1, event.first_bad), max(event.range.bad, event.first_bad)
    if other_low > high + DRIFT or low > other_high + DRIFT:
        return 0
    return len(record.series & event.series) / len(record.series | event.series)
