"""Rows known by a natural key, and their ids: looked up in bulk, added when new.

A cache per loader answers for what was seen before. Rows are added by COPY, sorted by key, in a
short transaction of their own: two loaders that add the same rows wait a moment for each other,
one fails on the unique constraint and finds the rows of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation
from psycopg.sql import SQL, Composed, Identifier

CACHE_SIZE: Final = 300_000
"""Keys that one table's cache holds before it is emptied."""

Row = tuple[Any, ...]


class Table:
    """Ids of the rows of one table by natural key: a value, or a tuple where it has several columns.

    ``key`` names the columns of the unique constraint with their types, ``extra`` the columns that
    are filled when a row is added.
    """

    def __init__(self, name: str, key: Mapping[str, str], extra: Sequence[str] = ()) -> None:
        self.ids: dict[Any, int] = {}
        self.name = name
        self._columns = (*key, *extra)
        self._is_single = len(key) == 1
        self._select = _select(name, key)

    def forget_if_full(self) -> None:
        """Empty the cache when it has grown too large; to be called between batches."""
        if len(self.ids) > CACHE_SIZE:
            self.ids.clear()

    def of(self, keys: Sequence[Any], extra: Sequence[Row] | None = None) -> list[int | None]:
        """Return the ids of keys (None of None), adding rows that are new with their extra columns."""
        extras = extra or [()] * len(keys)
        self.add({key: more for key, more in zip(keys, extras, strict=True) if key is not None})
        return [None if key is None else self.ids[key] for key in keys]

    def add(self, rows: Mapping[Any, Row]) -> None:
        """Make ``ids`` know every key of ``rows`` (key -> values of the extra columns)."""
        missing = [key for key in rows if key not in self.ids]
        while missing:
            self._look_up(missing)
            missing = sorted([key for key in missing if key not in self.ids])
            if missing:
                ids = next_ids(self.name, len(missing))
                made = list(self._new_rows(missing, ids, rows))
                if add_rows(self.name, ("id", *self._columns), made):
                    self.ids.update(zip(missing, ids, strict=True))
                    missing = []

    def _look_up(self, keys: list[Any]) -> None:
        columns = [keys] if self._is_single else [list(column) for column in zip(*keys, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(self._select, [array(column) for column in columns])
            self.ids.update({keys[number - 1]: found for number, found in cursor.fetchall()})

    def _new_rows(self, keys: Sequence[Any], ids: Sequence[int], rows: Mapping[Any, Row]) -> Iterable[Row]:
        """Return the rows to add: id, key and extra columns."""
        for number, key in zip(ids, keys, strict=True):
            yield number, *((key,) if self._is_single else key), *rows[key]


def _select(table: str, key: Mapping[str, str]) -> Composed:
    # OFFSET 0: one probe of the index per key, whatever PostgreSQL knows of a table that grows fast.
    return SQL("""
        SELECT k.n, t.id FROM unnest({}) WITH ORDINALITY AS k ({}, n)
        CROSS JOIN LATERAL (SELECT t.id FROM {} t WHERE {} OFFSET 0) t
    """).format(
        SQL(", ").join(SQL("%s::{}[]").format(Identifier(kind)) for kind in key.values()),
        SQL(", ").join(map(Identifier, key)),
        Identifier(table),
        SQL(" AND ").join(SQL("t.{0} = k.{0}").format(Identifier(name)) for name in key),
    )


def array(values: Sequence[Any]) -> Any:
    """Return a list in a form that is quickly made a PostgreSQL array: the literal, where it is plain."""
    if all(isinstance(value, int) for value in values):
        return "{" + ",".join(map(str, values)) + "}"
    if all(isinstance(value, str) and value.isalnum() for value in values):
        return '{"' + '","'.join(values) + '"}'
    return list(values)


def next_ids(table: str, count: int) -> list[int]:
    """Return ids for rows that will be added to a table, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [number for (number,) in cursor.fetchall()]


def add_rows(table: str, columns: Sequence[str], rows: Iterable[Row]) -> bool:
    """Append rows in a transaction of their own; return False when another loader was first with one."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # What counts is made durable by the commit of the load itself.
                cursor.execute("SET LOCAL synchronous_commit = off")
            copy_rows(table, columns, rows)
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        return False
    return True


def is_duplicate(error: Exception) -> bool:
    """Return whether a row could not be added because its key exists."""
    return isinstance(error.__cause__, UniqueViolation)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Append rows to a table by COPY, if there are any."""
    if not (made := list(rows)):
        return
    statement = SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(table), SQL(", ").join(Identifier(column) for column in columns)
    )
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in made:
            copy.write_row(row)
