"""After a tree alias was changed: its checkouts are filed under the tree where they belong now.

Builds, tests and counts follow by the refresh of what is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection, transaction

from ingest.locks import stop_loading
from ingest.normalise import repository
from ingest.planning.dimensions import Dimensions
from ingest.planning.rows import revisions
from ingest.planning.stored import read
from results.jsontext import dumps
from results.models import Due

BATCH: Final = 500

# A repository's URL stands in the document of its checkouts, whatever blanks and slashes follow it. These
# documents are not compressed.
_NAMING: Final = """
    SELECT c.id, c.key, coalesce(c.start_time, r.started) FROM results_checkout c
    JOIN results_document d ON d.id = c.document_id
    LEFT JOIN results_revision r ON r.id = c.revision_id
    WHERE c.known AND c.id > %s AND
          EXISTS (SELECT FROM unnest(%s::text[]) AS url WHERE position(convert_to(url, 'UTF8') IN d.body) > 0)
    ORDER BY c.id LIMIT %s
"""

# Checkouts are locked in the order in which everybody locks them.
_LOCK: Final = "SELECT FROM results_checkout WHERE key = ANY(%s) ORDER BY key FOR NO KEY UPDATE"
_MOVE: Final = """
    UPDATE results_checkout c SET revision_id = moved.revision_id
    FROM unnest(%s::uuid[], %s::int[]) AS moved (key, revision_id)
    WHERE c.key = moved.key AND c.revision_id IS DISTINCT FROM moved.revision_id
    RETURNING c.key
"""


def move_checkouts(urls: set[str]) -> int:
    """File the checkouts from repositories anew; return how many moved."""
    return sum(_move(rows, urls) for rows in _naming(sorted(urls)))


_Named = tuple[int, Any, datetime | None]
"""Id and key of a checkout, and when its revision began."""


def _naming(urls: Sequence[str]) -> Iterator[list[_Named]]:
    """Yield checkouts in whose document a URL stands."""
    texts = [dumps(url).decode()[1:-1] for url in urls]
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_NAMING, [after, texts, BATCH])
            rows: list[_Named] = cursor.fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


@transaction.atomic
def _move(rows: list[_Named], urls: set[str]) -> int:
    stop_loading()
    keys = [key for _, key, _ in rows]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [keys])
    started = {key.hex: when for _, key, when in rows}
    stored = {
        key: part.item
        for (key, _), part in read("checkout", [(key.hex, 0) for key in keys]).items()
        if part.item and repository(part.item.get("git_repository_url", "")) in urls
    }
    ids = revisions(
        list(stored.values()), [started[key] or datetime.now(UTC) for key in stored], Dimensions()
    )
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [list(stored), ids])
        moved = [key for (key,) in cursor.fetchall()]
    Due.objects.bulk_create(Due(kind=Due.Kind.CHECKOUT, ref=key) for key in moved)
    return len(moved)
