"""Keeping in step with a KCIDB database.

A cursor per table says from when on rows have to be read: ``OVERLAP`` before the newest, because
rows may still appear there. Which rows of that stretch are known already is remembered beside it.
Cursor and data move in one transaction.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson
from django.db import transaction

from ingest.document import Document
from ingest.load import load_documents
from ingest.locks import only_one
from ingest.models import Cursor
from ingest.sources.kcidb_tables import FIELDS, PAGE, KcidbTables, Place, database_name, unseen
from ingest.summary import Summary

SOURCE: Final = "kcidb-database"
OVERLAP: Final = timedelta(minutes=15)
"""No transaction that writes to KCIDB may last longer."""
DOCUMENT_ROWS: Final = 500
"""With excerpts of logs about ten megabytes."""

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION: Final = {"major": 5, "minor": 3}


def pull(dsn: str, *, seconds: float) -> Summary | None:
    """Load what changed in a database, for about so many seconds; None when another process is at it.

    Raises psycopg.Error when the other database does not answer, OperationalError when ours does not.
    """
    name = database_name(dsn)
    deadline = time.monotonic() + seconds
    with only_one(f"pull {name}") as is_ours:
        if not is_ours:
            return None
        summary = Summary()
        with KcidbTables(dsn) as tables:
            for table in FIELDS:
                _Feed(tables, name, table).read(summary, deadline)
        return summary


class _Feed:
    """One table of the other database, and how far it was read."""

    def __init__(self, tables: KcidbTables, name: str, table: str) -> None:
        self._tables, self._name, self._table = tables, name, table
        found = Cursor.objects.filter(source=name, feed=table).first()
        self._cursor = found or Cursor(source=name, feed=table)

    def read(self, summary: Summary, deadline: float) -> None:
        """Load the rows that changed, page by page; at least one page with news."""
        place = Place(self._cursor.position or _BEGINNING, "")
        complete_until = self._tables.clock() - OVERLAP
        while places := self._tables.places_after(self._table, place):
            place = places[-1]
            has_news = self._load(places, min(place.time, complete_until), summary)
            if len(places) < PAGE or (has_news and time.monotonic() > deadline):
                return

    def _load(self, places: list[Place], position: datetime, summary: Summary) -> bool:
        """Load the rows of a page that are news, if any; the next read begins at ``position``."""
        news = unseen(places, self._cursor.seen)
        with transaction.atomic():
            if news:
                parts = (news[at : at + DOCUMENT_ROWS] for at in range(0, len(news), DOCUMENT_ROWS))
                summary.add(load_documents(map(self._document, parts), source=SOURCE))
            known = self._cursor.seen | {place.key: place.time.isoformat() for place in places}
            self._cursor.position = max(position, self._cursor.position or _BEGINNING)
            limit = self._cursor.position.isoformat()
            self._cursor.seen = {key: moment for key, moment in known.items() if moment >= limit}
            self._cursor.save()
        return bool(news)

    def _document(self, news: list[Place]) -> Document:
        """Return the rows as they are now; where rows differ, what was written last wins."""
        items = self._tables.objects(self._table, [place.key for place in news])
        raw = orjson.dumps({"version": _VERSION, self._table: items})
        newest = max(place.time for place in news)
        return Document(f"{self._name} {self._table} {newest.isoformat()}", newest, raw)
