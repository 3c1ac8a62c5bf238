"""The counts of a revision, for every listing of revisions."""

from __future__ import annotations

from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.models import RevisionCount
from results.queries.picked import array_of_sums
from results.queries.records import StatusCounts

Kind = RevisionCount.Kind

HAS_CHECKOUT: Final = SQL("EXISTS (SELECT FROM results_checkout c WHERE c.revision_id = r.id)")
"""What a correction left without a checkout is no revision of the tree any more."""

COUNT_COLUMNS: Final = SQL(", ").join(
    SQL("(SELECT {} FROM results_revisioncount n WHERE n.revision_id = r.id AND n.kind = {}) AS {}").format(
        array_of_sums("n"), Literal(int(kind)), SQL(name)
    )
    for kind, name in ((Kind.BUILD, "builds"), (Kind.BOOT, "boots"), (Kind.TEST, "tests"))
)
"""Columns builds, boots and tests of revision r. Leans on revisioncount_identity."""

LAST_RESULT: Final = SQL("""
    (SELECT max(n.last_start) FROM results_revisioncount n
     WHERE n.revision_id = r.id AND n.kind <> {}) AS last_result
""").format(Literal(int(Kind.BUILD)))


def as_counts(row: dict[str, Any]) -> dict[str, Any]:
    """Take the counts out of a row."""
    return {name: StatusCounts.of(row.pop(name)) for name in ("builds", "boots", "tests")}
