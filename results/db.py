"""One way to ask the database: SQL in, records out, never longer than a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled
from psycopg.sql import SQL, Composable, Literal

from results.errors import QueryTimeout

T = TypeVar("T")

Columns = dict[str, Any]
"""A row as it comes: the name of each column and its value."""

TIMEOUT_MS: Final = 2000

# Sent together with the query, these last as long as it: one round trip is one transaction. A page
# asks small questions of what is in memory: starting workers and compiling would cost more than
# the answer, reading out of order costs nothing, and merging long sorted lists is never the way.
_LIMITS: Final = SQL("""
    SET LOCAL statement_timeout = {timeout};
    SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL jit = off;
    SET LOCAL random_page_cost = 1.1;
    SET LOCAL enable_mergejoin = off;
    SET LOCAL join_collapse_limit = {joins};
    {query}
""")

PLANNED_JOINS: Final = 8
"""PostgreSQL's default: of more tables than this, the order of joins is the written one."""


def fetch(
    query: Composable,
    row_type: Callable[..., T],
    *,
    timeout_ms: int = TIMEOUT_MS,
    as_written: bool = False,
) -> list[T]:
    """Return the rows of a query, each made by ``row_type`` from its columns by name.

    Values are part of the composed query, as ``Literal``. With ``as_written`` tables are joined in
    the order of the query: that saves planning where the order is obvious. Raises QueryTimeout
    after ``timeout_ms`` milliseconds.
    """
    statement = _LIMITS.format(
        timeout=Literal(timeout_ms), joins=Literal(1 if as_written else PLANNED_JOINS), query=query
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            while cursor.description is None:
                cursor.nextset()
            names = [column.name for column in cursor.description]
            return [row_type(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise QueryTimeout from error
        raise
