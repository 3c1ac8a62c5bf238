"""How many commits an event may be caused by: counted once, when both ends are known to git."""

from __future__ import annotations

from typing import Final

from psycopg.sql import SQL, Literal

from results.db import Columns, fetch
from results.models import CommitRange
from results.queries.commit_graph import span
from results.queries.commits import SHOWN

MOST: Final = 1000
"""Ranges that are counted at once; the rest comes with the next judgement."""

# The revisions are few; commits are found by their hash.
_UNCOUNTED: Final = SQL("""
    SELECT DISTINCT ends.old, ends.new FROM (
        SELECT good."commit" AS old, bad."commit" AS new, e.id
        FROM results_event e
        JOIN results_revision good ON good.id = e.low_id
        JOIN results_revision bad ON bad.id = e.first_bad_id
        WHERE good."commit" ~ {hash} AND bad."commit" ~ {hash} AND good."commit" <> bad."commit"
    ) ends
    JOIN results_commit a ON a.hash = decode(ends.old, 'hex')
    JOIN results_commit b ON b.hash = decode(ends.new, 'hex')
    WHERE NOT EXISTS (SELECT FROM results_commitrange k WHERE k.old = ends.old AND k.new = ends.new)
    LIMIT {limit}
""")


def measure_ranges() -> int:
    """Count the commits between the last good and the first bad revision of events; return for how many."""
    query = _UNCOUNTED.format(hash=Literal("^[0-9a-f]{40}$"), limit=Literal(MOST))
    counted = []
    for row in fetch(query, Columns, timeout_ms=30_000):
        between = span(bytes.fromhex(row["old"]), bytes.fromhex(row["new"]), shown=SHOWN)
        if between is not None:
            newest = b"".join(between.newest)
            counted.append(
                CommitRange(**row, commits=between.commits, is_exact=between.is_exact, newest=newest)
            )
    CommitRange.objects.bulk_create(counted, ignore_conflicts=True)
    return len(counted)
