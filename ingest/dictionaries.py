"""Which texts serve as the dictionary of a kind of content: a sample of the newest, chosen anew at times.

A dictionary is made when there is enough to choose from, when ten times as much has been stored
since, and when it is old: kernels change, and their logs with them.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from psycopg.sql import SQL, Identifier

from ingest.document import now
from results.compression import Packer, dictionary_of, unpack

LEAST: Final = 128 * 1024
"""Bytes of a sample from which it makes a dictionary."""
AGE: Final = timedelta(days=30)
GROWTH: Final = 10
RECENT: Final = 100_000
"""So many of the newest contents are those to choose from."""
SAMPLE: Final = 4_000

_LOCK: Final = 7_309_453_004
"""Number of the advisory lock under which dictionaries are made."""

_NEWEST: Final = SQL("SELECT coalesce(max(id), 0) FROM {}")
_SAMPLE: Final = SQL("""
    SELECT c.body FROM unnest(%s::int[]) WITH ORDINALITY AS wanted (id, place)
    JOIN {} c ON c.id = wanted.id ORDER BY wanted.place
""")


class Dictionaries:
    """Gives the packer of a kind of content, "document" or "excerpt", to one loader."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._packer = Packer()
        self._newest = 0
        self._created_at: datetime | None = None
        self._is_read = False

    def packer(self, newest: int) -> Packer:
        """Return what packs with the newest dictionary; ``newest`` is the greatest known id of a content.

        A dictionary is made when it is time, in a transaction of its own.
        """
        if not self._is_read:
            self._read()
        if newest and self._is_due(newest):
            self._renew()
        return self._packer

    def _is_due(self, newest: int) -> bool:
        if self._created_at is None:
            return newest >= GROWTH * max(1, self._newest)
        is_old = now() - self._created_at > AGE and newest > self._newest + RECENT / GROWTH
        return is_old or (newest >= GROWTH * self._newest and self._newest < RECENT)

    def _read(self) -> None:
        """Take the newest dictionary of the database."""
        self._is_read = True
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT id, body, newest, created_at FROM results_dictionary
                WHERE kind = %s ORDER BY id DESC LIMIT 1
                """,
                [self._kind],
            )
            if row := cursor.fetchone():
                number, body, self._newest, self._created_at = row
                self._packer = Packer(number, bytes(body))

    def _renew(self) -> None:
        """Make a dictionary, unless another loader did: one that finds none waits for the next growth."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            self._read()
            cursor.execute(_NEWEST.format(Identifier(f"results_{self._kind}")))
            (newest,) = cursor.fetchone()
            if not self._is_due(newest):
                return
            body = dictionary_of(_sample(cursor, self._kind, newest))
            if len(body) < LEAST:
                self._newest = newest
                return
            cursor.execute(
                "INSERT INTO results_dictionary (kind, newest, created_at, body) VALUES (%s, %s, %s, %s)",
                [self._kind, newest, now(), body],
            )
        self._read()


def _sample(cursor: Any, kind: str, newest: int) -> list[bytes]:
    recent = range(max(1, newest - RECENT), newest + 1)
    # Always the same for the same contents: a load that is repeated gives the same database.
    ids = random.Random(newest).sample(recent, min(SAMPLE, len(recent)))
    cursor.execute(_SAMPLE.format(Identifier(f"results_{kind}")), [ids])
    return [unpack(bytes(body)).encode() for (body,) in cursor.fetchall()]
