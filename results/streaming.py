"""Long answers, a piece at a time: a cursor in the database, so that memory stays what one piece needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from typing import Any, Final

from django.db import connection, transaction
from psycopg import ServerCursor
from psycopg.sql import SQL, Composed, Literal

PIECE: Final = 2000
TIMEOUT_MS: Final = 60_000
"""For one piece."""

_numbers: Final = count(1)
"""Several streams may be open at once."""

# The whole answer is wanted, not its beginning.
_LIMITS: Final = SQL("""
    SET LOCAL statement_timeout = {timeout};
    SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL jit = off;
    SET LOCAL random_page_cost = 1.1;
    SET LOCAL cursor_tuple_fraction = 1;
""")


def pieces(query: Composed, *, rows: int = PIECE) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a query in lists of at most ``rows``; other questions may be asked meanwhile.

    Close the iterator, or read it to its end: until then a transaction is open. The rows come in
    PostgreSQL's binary format, which Django's own cursors do not speak: moments cost a tenth then.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LIMITS.format(timeout=Literal(TIMEOUT_MS)))
        name = f"pieces_{next(_numbers)}"
        with connection.wrap_database_errors, closing(ServerCursor(connection.connection, name)) as found:
            found.execute(query, binary=True)
            while piece := found.fetchmany(rows):
                yield piece
