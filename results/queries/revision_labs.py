"""Where a revision was tested: the labs, and what was found in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from psycopg.sql import SQL

from results.db import Columns, fetch
from results.queries.picked import array_of_sums
from results.queries.records import RevisionRef, StatusCounts, boots_and_tests
from results.vocabulary import where


@dataclass(frozen=True, slots=True)
class RevisionLab:
    """A lab with its results of one revision, on so many platforms; ``last``: the newest one's start."""

    lab: str
    is_physical: bool
    origins: tuple[str, ...]
    platforms: int
    last: datetime | None
    boots: StatusCounts
    tests: StatusCounts


# Leans on build_revision and resultcount_identity.
_LABS: Final = SQL("""
    WITH counted AS MATERIALIZED (
        SELECT rc.* FROM results_build b JOIN results_resultcount rc ON rc.build_id = b.id WHERE {where}
    )
    SELECT la.name AS lab, la.is_physical, places.platforms, places.last, places.origins,
           sums.is_boot, sums.counts
    FROM (
        SELECT rc.lab_id, rc.is_boot, {sums} AS counts FROM counted rc GROUP BY rc.lab_id, rc.is_boot
    ) sums
    JOIN (
        SELECT rc.lab_id, count(DISTINCT rc.platform_id) AS platforms, max(rc.last_start) AS last,
               ARRAY(SELECT name FROM results_origin WHERE id = ANY(array_agg(DISTINCT rc.origin_id))
                     ORDER BY name) AS origins
        FROM counted rc GROUP BY rc.lab_id
    ) places ON places.lab_id = sums.lab_id
    JOIN results_lab la ON la.id = sums.lab_id
    ORDER BY la.name
""")


def revision_labs(revision: RevisionRef) -> tuple[RevisionLab, ...]:
    """Return the labs that tested a revision, by name."""
    query = _LABS.format(where=where(revision.selection, "counts"), sums=array_of_sums("rc"))
    rows = fetch(query, Columns)
    return tuple(_lab(list(group)) for _, group in groupby(rows, key=itemgetter("lab")))


def _lab(rows: list[dict[str, Any]]) -> RevisionLab:
    first = rows[0]
    return RevisionLab(
        lab=first["lab"],
        is_physical=first["is_physical"],
        origins=tuple(first["origins"]),
        platforms=first["platforms"],
        last=first["last"],
        **boots_and_tests(rows),
    )
