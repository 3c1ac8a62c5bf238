"""Millions of numbers from a query, straight into numpy."""

from __future__ import annotations

from collections.abc import Sequence
from struct import unpack_from
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg.sql import SQL, Composable

_HEADER: Final = 19
_ARRAY_HEADER: Final = 20

Columns = npt.NDArray[np.void]
"""A structured array: one field per column."""


def copied(query: Composable, columns: Sequence[tuple[str, str]]) -> Columns:
    """Return what a query aggregated into arrays; ``columns`` are their names and types (i2, i4, i8 or ?).

    Each row of the answer holds arrays of one length without NULLs; a plain number in it stands
    for as many equal ones. In PostgreSQL's binary format the elements of such an array stand at
    equal distances, so that nothing is done number by number; nor is a message per number sent.
    """
    statement = SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        data = b"".join(copy)
    kinds = [(name, np.dtype(kind)) for name, kind in columns]
    parts = [_row(fields, kinds) for fields in _rows(data)]
    return np.concatenate([part for part in parts if part is not None] or [np.empty(0, kinds)])


def _rows(data: bytes) -> list[list[memoryview | None]]:
    """Return the fields of each row, None for NULL."""
    view, offset, rows = memoryview(data), _HEADER, []
    while (count := unpack_from(">h", data, offset)[0]) >= 0:
        offset += 2
        row: list[memoryview | None] = []
        for _ in range(count):
            length = unpack_from(">i", data, offset)[0]
            offset += 4
            row.append(None if length < 0 else view[offset : offset + length])
            offset += max(length, 0)
        rows.append(row)
    return rows


def _row(fields: list[memoryview | None], kinds: list[tuple[str, np.dtype[Any]]]) -> Columns | None:
    """Return the arrays of a row side by side; None when nothing was aggregated."""
    columns: dict[str, npt.NDArray[Any]] = {}
    for field, (name, kind) in zip(fields, kinds, strict=True):
        if field is None:
            return None
        big = kind.newbyteorder(">")
        if len(field) == kind.itemsize:
            columns[name] = np.frombuffer(field, big)
        else:
            elements = np.dtype([("length", ">i4"), ("value", big)])
            columns[name] = np.frombuffer(field, elements, offset=_ARRAY_HEADER)["value"]
    answer = np.empty(max(len(column) for column in columns.values()), kinds)
    for name, column in columns.items():
        answer[name] = column
    return answer
