"""Rows known by a natural key, and their ids: looked up in bulk, added when new.

A cache per loader answers for what was seen before. Rows are added by COPY, sorted by key, in a
short transaction of their own: two loaders that add the same rows wait a moment for each other,
one fails on the unique constraint and finds the rows of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation
from psycopg.sql import SQL, Composed, Identifier

Key = tuple[Any, ...]

CACHE_SIZE: Final = 300_000
"""Keys that one table's cache holds before it is emptied."""


class Table:
    """Ids of the rows of one table by natural key.

    ``key`` names the columns of the unique constraint with their types, ``extra`` the columns that
    are filled when a row is added.
    """

    def __init__(self, name: str, key: Mapping[str, str], extra: Sequence[str] = ()) -> None:
        self.ids: dict[Key, int] = {}
        self._name = name
        self._key = key
        self._columns = (*key, *extra)

    def forget_if_full(self) -> None:
        """Empty the cache when it has grown too large; to be called between batches."""
        if len(self.ids) > CACHE_SIZE:
            self.ids.clear()

    def of(self, keys: Sequence[Key | None], extra: Sequence[Key] | None = None) -> list[int | None]:
        """Return the ids of keys (None of None), adding rows that are new with their extra columns."""
        extras = extra or [()] * len(keys)
        self.add({key: more for key, more in zip(keys, extras, strict=True) if key is not None})
        return [None if key is None else self.ids[key] for key in keys]

    def add(self, rows: Mapping[Key, Key]) -> None:
        """Make ``ids`` know every key of ``rows`` (key -> values of the extra columns)."""
        missing = [key for key in rows if key not in self.ids]
        while missing:
            self._look_up(missing)
            missing = sorted((key for key in missing if key not in self.ids), key=_sortable)
            if missing:
                self._copy([(*key, *rows[key]) for key in missing])

    def _look_up(self, keys: list[Key]) -> None:
        for pattern, alike in _by_nulls(keys):
            with connection.cursor() as cursor:
                cursor.execute(self._select(pattern), [list(column) for column in zip(*alike, strict=True)])
                self.ids.update({alike[number - 1]: found for number, found in cursor.fetchall()})

    def _select(self, nulls: tuple[bool, ...]) -> Composed:
        """Return the look-up of keys with NULL in the same columns, so that it can use the index."""
        names = list(self._key)
        return SQL(
            "SELECT k.n, t.id FROM unnest({arrays}) WITH ORDINALITY AS k ({names}, n) JOIN {table} t ON {same}"
        ).format(
            arrays=SQL(", ").join(SQL("%s::{}[]").format(SQL(kind)) for kind in self._key.values()),  # type: ignore[arg-type]
            names=SQL(", ").join(map(Identifier, names)),
            table=Identifier(self._name),
            same=SQL(" AND ").join(
                (SQL("t.{0} IS NULL") if is_null else SQL("t.{0} = k.{0}")).format(Identifier(name))
                for name, is_null in zip(names, nulls, strict=True)
            ),
        )

    def _copy(self, rows: Iterable[Key]) -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    # What counts is made durable by the commit of the load itself.
                    cursor.execute("SET LOCAL synchronous_commit = off")
                copy_rows(self._name, self._columns, rows)
        except IntegrityError as error:
            if not is_duplicate(error):
                raise
            # Another loader was first: the next look-up finds its rows.


def is_duplicate(error: Exception) -> bool:
    """Return whether a row could not be added because its key exists."""
    return isinstance(error.__cause__, UniqueViolation)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Key]) -> None:
    """Append rows to a table by COPY."""
    statement = SQL("COPY {} ({}) FROM STDIN").format(
        Identifier(table), SQL(", ").join(Identifier(column) for column in columns)
    )
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _by_nulls(keys: list[Key]) -> Iterator[tuple[tuple[bool, ...], list[Key]]]:
    groups: dict[tuple[bool, ...], list[Key]] = {}
    for key in keys:
        groups.setdefault(tuple([part is None for part in key]), []).append(key)
    yield from groups.items()


def _sortable(key: Key) -> Key:
    return tuple([(part is not None, part) for part in key])
