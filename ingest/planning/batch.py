"""Several documents on their way into the database together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ingest.document import Document
from ingest.normalise import instant
from ingest.planning.merge import Order, Sourced, merge, newest, other_sources, plain, sourced
from ingest.planning.stored import Key, Stored, as_sourced, orders, read
from ingest.schema import KINDS, Accepted
from results.documents import Object
from results.keys import key_hex

BATCH_OBJECTS: Final = 8_000
BATCH_BYTES: Final = 32 * 1024 * 1024


@dataclass(slots=True)
class Arrival:
    """A document that was read: what it holds and what of it is refused. ``id`` is its submission's."""

    document: Document
    digest: bytes
    accepted: Accepted
    id: int = 0
    source: str = ""

    @property
    def identity(self) -> tuple[bytes, datetime]:
        """What makes two documents one submission."""
        return self.digest, self.document.submitted_at

    @property
    def order(self) -> Order:
        return self.document.submitted_at, self.id

    def size(self) -> int:
        """Return the number of objects."""
        return sum(len(items) for items in self.accepted.objects.values())


@dataclass(slots=True)
class Merged:
    """An object that has to be written: what it is now, and what was stored of it before.

    ``is_changed`` is False when only where its fields came from changes.
    """

    item: Object
    order: Order
    sources: dict[str, int] = field(default_factory=dict)
    stored: Stored | None = None
    is_changed: bool = True

    @property
    def submission(self) -> int:
        return self.order[1]


@dataclass(slots=True)
class Counts:
    """What a load did to the objects of one kind."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0

    def total(self) -> int:
        """Return the number of objects, counted once per transaction that met them."""
        return self.new + self.updated + self.unchanged

    def add(self, other: Counts) -> None:
        self.new += other.new
        self.updated += other.updated
        self.unchanged += other.unchanged


Incoming = dict[Key, list[tuple[Object, Arrival]]]


def gather(arrivals: list[Arrival]) -> dict[str, Incoming]:
    """Return the objects of documents by kind and key, in the order of their arrival."""
    gathered: dict[str, Incoming] = {kind: {} for kind in KINDS.values()}
    for arrival in arrivals:
        for kind, items in arrival.accepted.objects.items():
            incoming = gathered[kind]
            for item in items:
                version = int(item["version"]) if kind == "issue" else 0
                key = key_hex(item["id"]), version
                if key in incoming:
                    incoming[key].append((item, arrival))
                else:
                    incoming[key] = [(item, arrival)]
    return gathered


def combine(kind: str, incoming: Incoming, counts: Counts) -> dict[Key, Merged]:
    """Return the objects that have to be written, merged with what is stored; sorted by key."""
    return combine_with(kind, incoming, read(kind, sorted(incoming)), counts)


def combine_with(
    kind: str, incoming: Incoming, stored: dict[Key, Stored], counts: Counts
) -> dict[Key, Merged]:
    """As ``combine``, with what is stored read already."""
    named = {part.submission for part in stored.values()}
    named |= {submission for part in stored.values() for _, submission in part.sources}
    order_of = orders(named - {0})
    merged: dict[Key, Merged] = {}
    for key in sorted(incoming):
        row = stored.get(key)
        versions = [as_sourced(row, order_of)] if row and row.item else []
        versions += [sourced(_comparable(kind, item), arrival.order) for item, arrival in incoming[key]]
        result = _result(merge(versions), row)
        _count(result, row, counts)
        if result is not None:
            merged[key] = result
    return merged


def _result(fields: Sourced, row: Stored | None) -> Merged | None:
    """Return what has to be written; None when everything is stored as it is."""
    item, order, sources = plain(fields), newest(fields), other_sources(fields)
    is_changed = row is None or row.item != item
    if row and not is_changed and (order[1], tuple(sources.items())) == (row.submission, row.sources):
        return None
    return Merged(item, order, sources, row, is_changed)


def _count(result: Merged | None, row: Stored | None, counts: Counts) -> None:
    if row is None or row.item is None:
        counts.new += 1
    elif result is None or not result.is_changed:
        counts.unchanged += 1
    else:
        counts.updated += 1


def _comparable(kind: str, item: Object) -> Object:
    """Return an object as it will be read back: tests keep their start as an instant."""
    if kind == "test" and "start_time" in item:
        moment, is_exact = instant(item["start_time"])
        if moment and is_exact:
            return item | {"start_time": moment.isoformat()}
    return item
