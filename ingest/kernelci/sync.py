"""Keeps Treewatch in step with a KernelCI API.

A round follows the events since the last one, reads on with a backfill, and looks again at some
recent trees, because the results below a job, and changes without an event, are announced by
nobody. Every step stores what it read and moves its cursor in one transaction, so a round may be
cut off anywhere; the next one reads the cut stretch again. Nothing is ever deleted because it
is gone from the API, which forgets nodes after half a year.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ingest.document import now
from ingest.kernelci.client import Api, ApiError, Raw, api_time
from ingest.kernelci.mapping import Site, to_documents
from ingest.kernelci.node import TESTLIKE, Forest, Node, parse_time
from ingest.kernelci.reader import TreeReader, parsed
from ingest.kernelci.store import Store
from ingest.models import Cursor

logger = logging.getLogger(__name__)

OVERLAP: Final = timedelta(minutes=2)
"""How much of what was read is read again: the API's clocks and insertions are not in step."""

LOOK_BACK: Final = timedelta(days=1)
"""Where a first round begins."""

EVENTS_KEPT: Final = timedelta(days=6)
"""The API keeps events for seven days; whoever was away longer must read trees."""

RECENT: Final = timedelta(days=4)
"""How long the results of a tree may still change."""

LOOK_AGAIN: Final = timedelta(hours=6)
LIST_TREES: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
_SKEW: Final = timedelta(hours=1)
_BATCH: Final = 4000
_NO_NODE: Final = "0" * 24


class Feed(NamedTuple):
    """A kind of events, read with a cursor of its own."""

    name: str
    filters: dict[str, str]


FEEDS: Final = (
    Feed("events done", {"state": "done"}),
    Feed("events checkouts", {"kind": "checkout", "state": "available"}),
    Feed("events builds", {"kind": "kbuild", "state": "available"}),
)


@dataclass
class Report:
    """What a round did."""

    events: int = 0
    purged: int = 0
    trees: int = 0
    tests: int = 0
    failures: int = 0


class _Event(NamedTuple):
    id: str
    when: datetime
    node_id: str
    node: Node | None


@dataclass
class _Batch:
    """Nodes read but not stored: ``wanted`` to be mapped, ``forest`` with what is around them.

    ``owed`` are trees that could not be read as they should, and must be read whole.
    """

    read_at: datetime
    forest: Forest = field(default_factory=Forest)
    wanted: list[Node] = field(default_factory=list)
    owed: set[str] = field(default_factory=set)


class Sync:
    """One round of reading one API; it ends early, at a good place, once ``seconds`` have passed."""

    def __init__(
        self, api: Api, site: Site, *, seconds: float | None = None, now: Callable[[], datetime] = now
    ) -> None:
        self.report = Report()
        self._api, self._site = api, site
        self._reader = TreeReader(api)
        self._now = now
        self._store = Store(api.url, now)
        self._until = None if seconds is None else time.monotonic() + seconds

    def run(self) -> Report:
        """Do all that is due and return what was done. Unavailable when the API does not answer."""
        self._plan_backfill_after_absence()
        for feed in FEEDS:
            self._follow(feed)
        self._backfill()
        self._list_recent_trees()
        self._look_again()
        return self.report

    # --- events ---

    def _follow(self, feed: Feed) -> None:
        """Take the events since the last round in the order of their times, as far as time allows."""
        cursor = self._store.cursor(feed.name)
        start = cursor.position = cursor.position or self._now() - LOOK_BACK
        batch = _Batch(self._now())
        for event in self._events_since(start, feed, cursor.seen):
            self._take(event, batch)
            _advance(cursor, event, until=self._now() + _SKEW)
            if len(batch.forest) >= _BATCH or self._is_over():
                self._save(batch, cursor)
                batch = _Batch(batch.read_at)
            if self._is_over():
                return
        self._save(batch, cursor)

    def _events_since(self, start: datetime, feed: Feed, seen: Collection[str]) -> list[_Event]:
        """Return the events not yet taken, oldest first. Pages have no order: all are read to know it."""
        window = {"from": api_time(start - OVERLAP)}
        events = (_event(raw, start) for raw in self._api.events(**feed.filters, **window))
        return sorted((event for event in events if event.id not in seen), key=lambda event: event.when)

    def _take(self, event: _Event, batch: _Batch) -> None:
        """Read what an event is about: the node as it is now, and what is around it."""
        self.report.events += 1
        node = event.node
        try:
            node = node or self._reader.node(event.node_id)
            if node is None:
                self.report.purged += 1
                return
            below = self._reader.descendants(node) if _has_hierarchy(node) else {}
            for one in (node, *below.values()):
                batch.forest.add(one)
                self._reader.add_ancestors(batch.forest, one)
        except ApiError as error:
            self._note_failure(error)
            if node and node.tree_id:
                batch.owed.add(node.tree_id)
            return
        batch.wanted += (node, *below.values())

    def _note_failure(self, error: ApiError) -> None:
        """Count a failure that is about one node or tree. Unavailable when the API is gone as a whole."""
        logger.warning("a part is not to be had", extra={"reason": str(error)})
        self.report.failures += 1
        self._api.node(_NO_NODE)

    # --- whole trees ---

    def begin_at(self, since: datetime) -> None:
        """Follow events from this time on; where there are none so old, read whole trees instead."""
        cursors = [self._store.cursor(feed.name) for feed in FEEDS]
        for cursor in cursors:
            cursor.position, cursor.seen = since, {}
        self._store.save((), self._now(), *cursors)

    def backfill_from(self, day: datetime) -> None:
        """Read the trees of this day and of all days since, in this round and the next ones."""
        self._store.save((), self._now(), self._store.backfill_from(day))

    def _plan_backfill_after_absence(self) -> None:
        """Events older than a week are gone: read the trees of the time since, and their forerunners."""
        cursors = [self._store.cursor(feed.name) for feed in FEEDS]
        followed = [cursor.position for cursor in cursors if cursor.position]
        if not followed or min(followed) > self._now() - EVENTS_KEPT:
            return
        backfill = self._store.backfill_from(min(followed) - RECENT)
        for cursor in cursors:
            cursor.position, cursor.seen = self._now() - LOOK_BACK, {}
        self._store.save((), self._now(), *cursors, backfill)

    def _backfill(self) -> None:
        """Read the trees of day after day, the newest of a day first, until today."""
        cursor = self._store.backfill()
        while cursor is not None and cursor.position is not None:
            day = cursor.position
            for checkout in self._reader.checkouts(day, day + DAY):
                name = checkout.tree_id or checkout.id
                if name in cursor.seen:
                    continue
                if self._is_over():
                    return
                cursor.seen[name] = self._now().isoformat()
                self._read_tree(checkout, cursor)
            if day + DAY > self._now():
                cursor.delete()
                return
            cursor.position, cursor.seen = day + DAY, {}
            self._store.save((), self._now(), cursor)

    def _list_recent_trees(self) -> None:
        listed = self._store.cursor("recent trees")
        if listed.position and listed.position > self._now() - LIST_TREES:
            return
        trees = {checkout.tree_id for checkout in self._reader.checkouts(self._now() - RECENT)} - {""}
        listed.position = self._now()
        self._store.keep_trees(trees, listed, read_since=self._now() - LOOK_AGAIN)

    def _look_again(self) -> None:
        """Read what changed in recent trees since each was last read."""
        for cursor in self._store.trees_not_read_since(self._now() - LOOK_AGAIN):
            if self._is_over():
                return
            self._read_changes(cursor)

    def _read_tree(self, checkout: Node, cursor: Cursor) -> None:
        read_at = self._now()
        try:
            if checkout.tree_id:
                forest = self._reader.tree(checkout.tree_id)
            else:
                forest = Forest([checkout, *self._reader.descendants(checkout).values()])
        except ApiError as error:
            self._note_failure(error)
            owed = [checkout.tree_id] if checkout.tree_id else []
            self._store.save((), read_at, cursor, owed=owed)
            return
        self.report.trees += 1
        self._save(_Batch(read_at, forest, list(forest)), cursor)

    def _read_changes(self, cursor: Cursor) -> None:
        read_at = self._now()
        since = cursor.position - OVERLAP if cursor.position else None
        try:
            forest = self._reader.tree(self._store.tree_of(cursor), since)
        except ApiError as error:
            self._note_failure(error)
            self._store.save((), read_at, cursor)  # to the end of the queue
            return
        changed = (node.updated for node in forest if node.updated)
        cursor.position = max((when for when in changed if when < read_at + _SKEW), default=cursor.position)
        self.report.trees += 1
        self._save(_Batch(read_at, forest, list(forest)), cursor)

    def _save(self, batch: _Batch, *cursors: Cursor) -> None:
        documents = to_documents(batch.wanted, batch.forest, self._site)
        self.report.tests += self._store.save(documents, batch.read_at, *cursors, owed=batch.owed)

    def _is_over(self) -> bool:
        return self._until is not None and time.monotonic() > self._until


def _has_hierarchy(node: Node) -> bool:
    return node.kind in TESTLIKE and node.kind != "test"


def _advance(cursor: Cursor, event: _Event, until: datetime) -> None:
    """Move past an event; one from a clock that is far ahead must not hide all that follow."""
    when = min(event.when, until)
    cursor.position = max(cursor.position or when, when)
    oldest = (cursor.position - OVERLAP).isoformat()
    seen = cursor.seen | {event.id: event.when.isoformat()}
    cursor.seen = {event_id: told for event_id, told in seen.items() if told > oldest}


def _event(raw: Raw, unless_told: datetime) -> _Event:
    told = raw.get("data")
    node_id = str(told.get("id")) if isinstance(told, dict) else ""
    node = parsed(raw["node"]) if raw.get("node") else None
    return _Event(str(raw.get("id")), parse_time(raw.get("timestamp")) or unless_told, node_id, node)
