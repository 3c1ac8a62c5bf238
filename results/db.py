"""One way to ask the database: SQL in, records out, never longer than a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled
from psycopg.sql import SQL, Composable, Literal

from results.errors import QueryTimeout

T = TypeVar("T")

TIMEOUT_MS: Final = 2000

# Sent together with the query, these last as long as it: one round trip is one transaction.
# A page is a small question: to start workers or to compile it costs more than it saves.
_LIMITS: Final = SQL(
    "SET LOCAL statement_timeout = {}; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off; {}"
)


def fetch(
    query: Composable, params: Mapping[str, Any], row_type: Callable[..., T], *, timeout_ms: int = TIMEOUT_MS
) -> list[T]:
    """Return the rows of a query, each made by ``row_type`` from its columns by name.

    Raises QueryTimeout after ``timeout_ms`` milliseconds.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(_LIMITS.format(Literal(timeout_ms), query), params)
            while cursor.description is None:
                cursor.nextset()
            names = [column.name for column in cursor.description]
            return [row_type(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise QueryTimeout from error
        raise
