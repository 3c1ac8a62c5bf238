"""Since when nothing has changed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from psycopg.sql import SQL, Literal

from results.db import fetch

LOOKED_AT: Final = 1000
"""Newest submissions among which one that is not loaded yet is looked for."""

# Leans on submission_newest.
_SETTLED: Final = SQL("""
    SELECT CASE WHEN NOT EXISTS (SELECT FROM results_due)
                     AND NOT bool_or(state = 'pending') THEN max(received_at) END AS settled_at
    FROM (SELECT state, received_at FROM results_submission ORDER BY received_at DESC LIMIT {looked_at}) s
""")


def settled_at() -> datetime | None:
    """Return when the newest submission arrived; None while anything of it is not in all counts yet."""
    query = _SETTLED.format(looked_at=Literal(LOOKED_AT))
    found: list[datetime | None] = fetch(query, lambda settled_at: settled_at)
    return found[0]
