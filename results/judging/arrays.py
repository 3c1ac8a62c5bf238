"""Millions of numbers from a query, straight into numpy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg.sql import SQL, Composable

_HEADER: Final = 19
_TRAILER: Final = 2

Columns = npt.NDArray[np.void]
"""A structured array: one field per column."""


def copied(query: Composable, columns: Iterable[tuple[str, str]]) -> Columns:
    """Return the rows of a query; ``columns`` are their names and types (i2, i4, i8, f8 or ?).

    No value may be NULL: then every row of PostgreSQL's binary format is as long as the next, and
    the whole answer is an array as it stands.
    """
    fields: list[tuple[str, str]] = [(" count", ">i2")]
    names = []
    for name, kind in columns:
        fields += [(f" {name}", ">i4"), (name, kind if kind == "?" else f">{kind}")]
        names.append(name)
    with connection.cursor() as cursor:
        statement = SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(query)
        with cursor.copy(statement) as copy:
            data = b"".join(copy)
    rows: npt.NDArray[Any] = np.frombuffer(data, np.dtype(fields), offset=_HEADER, count=_count(data, fields))
    native = [(name, np.dtype(dict(fields)[name]).newbyteorder("=")) for name in names]
    answer = np.empty(len(rows), native)
    for name in names:
        answer[name] = rows[name]
    return answer


def _count(data: bytes, fields: list[tuple[str, str]]) -> int:
    return (len(data) - _HEADER - _TRAILER) // np.dtype(fields).itemsize
