"""Where a sync keeps what it read, and how far it came: both in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Final

import orjson
from django.db import transaction

from ingest.document import Document, now
from ingest.kernelci.mapping import Json
from ingest.load import load_documents
from ingest.models import Cursor

SOURCE: Final = "kernelci"
_TREE: Final = "tree "
_BACKFILL: Final = "backfill"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Store:
    """The cursors of one API, and the door through which its documents go."""

    def __init__(self, source: str, now: Callable[[], datetime] = now) -> None:
        self._source, self._now = source, now

    def cursor(self, feed: str) -> Cursor:
        """Return the cursor of a feed, a new one (not stored) at the first time."""
        found = Cursor.objects.filter(source=self._source, feed=feed).first()
        return found or Cursor(source=self._source, feed=feed)

    def backfill(self) -> Cursor | None:
        """Return the cursor of the backfill in progress, None when there is none."""
        return Cursor.objects.filter(source=self._source, feed=_BACKFILL).first()

    def backfill_from(self, day: datetime) -> Cursor:
        """Return the cursor of a backfill that begins at the latest on this day; the caller stores it."""
        cursor = self.backfill() or Cursor(source=self._source, feed=_BACKFILL)
        start = day.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if cursor.position is None or cursor.position > start:
            cursor.position, cursor.seen = start, {}
        return cursor

    def trees_not_read_since(self, when: datetime) -> list[Cursor]:
        """Return the cursors of trees to read: new and owed ones first, then the longest not read."""
        trees = Cursor.objects.filter(source=self._source, feed__startswith=_TREE, moved_at__lt=when)
        return list(trees.order_by("moved_at", "id"))

    def tree_of(self, cursor: Cursor) -> str:
        """Return the id of the tree that a cursor is about."""
        return cursor.feed.removeprefix(_TREE)

    def keep_trees(self, tree_ids: Collection[str], listed: Cursor, read_since: datetime) -> None:
        """Give each of these trees a cursor; drop those of others that were read since then."""
        feeds = [_TREE + tree_id for tree_id in sorted(tree_ids)]
        others = Cursor.objects.filter(source=self._source, feed__startswith=_TREE).exclude(feed__in=feeds)
        with transaction.atomic():
            new = [Cursor(source=self._source, feed=feed, moved_at=_NEVER) for feed in feeds]
            Cursor.objects.bulk_create(new, ignore_conflicts=True)
            others.filter(moved_at__gte=read_since, position__isnull=False).delete()
            self._move(listed)

    def save(
        self,
        documents: Iterable[Json],
        read_at: datetime,
        *cursors: Cursor,
        owed: Collection[str] = (),
    ) -> int:
        """Load documents, moving the cursors in the transaction of the last; return the number of tests.

        ``owed`` are trees that must be read from their beginning. ``read_at`` is when reading
        began: what another reader began to read later wins over it.
        """
        tests, last = 0, None
        for document in documents:
            if last is not None:
                load_documents([last], source=SOURCE)
            last = self._document(document, read_at)
            tests += len(document.get("tests", ()))
        if last is not None:
            load_documents([last], source=SOURCE, inside=lambda: self._move(*cursors, owed=owed))
        else:
            self._move(*cursors, owed=owed)
        return tests

    def _document(self, document: Json, read_at: datetime) -> Document:
        name = f"{self._source} {read_at:%Y-%m-%d %H:%M:%S} UTC"
        return Document(name=name, submitted_at=read_at, raw=orjson.dumps(document))

    @transaction.atomic
    def _move(self, *cursors: Cursor, owed: Collection[str] = ()) -> None:
        for cursor in cursors:
            cursor.moved_at = self._now()
            cursor.save()
        for tree_id in owed:
            Cursor.objects.update_or_create(
                source=self._source, feed=_TREE + tree_id, defaults={"position": None, "moved_at": _NEVER}
            )
