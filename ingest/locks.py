"""Who waits for whom, among all processes that use the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from psycopg.sql import SQL, Identifier

_LOADING: Final = 7_309_453_003
"""Number of the advisory lock that loaders share and that is held alone by who deletes."""


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Give whether nobody else is in a block of this name; nobody else will be until it ends.

    PostgreSQL frees the lock with the connection, however its process ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


@contextmanager
def loading() -> Iterator[None]:
    """Keep what is looked up and what is written together: nothing is deleted meanwhile.

    Loaders hold this together. Within a transaction it lasts until that one ends.
    """
    until_commit = connection.in_atomic_block
    _lock("pg_advisory_xact_lock_shared" if until_commit else "pg_advisory_lock_shared")
    try:
        yield
    finally:
        if not until_commit and connection.is_usable():
            _lock("pg_advisory_unlock_shared")


def stop_loading() -> None:
    """Wait until no loader is in the middle of a batch; the next ones wait until this transaction ends."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT {}(%s)").format(Identifier(function)), [_LOADING])
