"""Where the fields of an object come from, and which known problems it shows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final
from typing import Literal as OneOf
from uuid import UUID

from psycopg.sql import SQL, Identifier, Literal

from results.db import fetch
from results.queries.records import IssueRef

SOURCES: Final = SQL("""
    (SELECT f.fields FROM results_fieldsource f WHERE f.kind = {} AND f.key = {} AND f.version = 0) AS sources
""")
"""Column of an object of a kind with a key; see ``sources_of``. Leans on fieldsource_identity."""

# Leans on incident_test or incident_build.
_ISSUES: Final = SQL("""
    SELECT i.kcidb_id AS id, i.comment FROM results_issue i
    WHERE i.is_newest AND i.key IN (SELECT issue_key FROM results_incident WHERE present AND {} = {})
    ORDER BY i.comment, i.key
""")


def sources_of(fields: Iterable[str], submission: int, stored: str | None) -> dict[str, int]:
    """Return which submission each field comes from: the newest one, where nothing else is stored."""
    return dict.fromkeys(fields, submission) | (json.loads(stored) if stored else {})


def issues_of(kind: OneOf["test", "build"], key: UUID) -> tuple[IssueRef, ...]:
    """Return the issues that an incident says to be present in a test or build."""
    return tuple(fetch(_ISSUES.format(Identifier(f"{kind}_key"), Literal(key)), IssueRef))
