"""What the analysis says about builds: why one failed, and whether it has more warnings than before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.keys import key_of
from results.models import MetricChange
from results.queries.verdicts import RunVerdict, as_verdict, explained, known_issue
from results.status import UNHAPPY, Status

COUNTED: Final = ("errors", "warnings")


@dataclass(frozen=True, slots=True)
class NewCount:
    """Since this build there are more warnings (or errors, as ``metric`` says) than in the last ones."""

    metric: str
    before: float
    after: float
    confirmed: bool


@dataclass(frozen=True, slots=True)
class BuildVerdict:
    """Why a build failed (None: it did not), and what it has more of."""

    failure: RunVerdict | None
    more: tuple[NewCount, ...]


# Leans on seriesverdict_variant, eventseries' index on its subject, metricchange_whose, incident_build.
_VERDICTS: Final = SQL("""
    SELECT b.kcidb_id AS build, b.status, v.verdict AS series, v.score, v.low, v.high,
           e.event, e.state, e.kind, coalesce(e.since, '') AS since, coalesce(e.is_new, false) AS is_new,
           known.kcidb_id AS issue_id, known.comment AS issue_comment, more.counts
    FROM unnest({keys}::uuid[]) AS wanted (key)
    JOIN results_build b ON b.key = wanted.key
    LEFT JOIN results_revision r ON r.id = b.revision_id
    LEFT JOIN results_seriesverdict v
         ON v.tree_id = r.tree_id AND v.series_id IS NULL AND v.origin_id = b.origin_id
         AND v.architecture_id IS NOT DISTINCT FROM b.architecture_id
         AND v.config_id IS NOT DISTINCT FROM b.config_id
         AND v.compiler_id IS NOT DISTINCT FROM b.compiler_id
    {explained}
    {known}
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_array(m.metric, m.before, m.after, m.confirmed) ORDER BY m.metric)
               AS counts
        FROM results_metricchange m
        WHERE m.series_id IS NULL AND m.variant_id = v.id AND m.metric = ANY({counted})
              AND m.revision_id = r.id AND m.direction = {worse}
    ) more ON true
    WHERE b.status = ANY({unhappy}::smallint[]) OR more.counts IS NOT NULL
""")


def build_verdicts(build_ids: Sequence[str]) -> dict[str, BuildVerdict]:
    """Return the verdicts on those of some builds that there is something to say about, by their id."""
    query = _VERDICTS.format(
        keys=Literal([key_of(kcidb_id) for kcidb_id in build_ids]),
        unhappy=Literal([int(status) for status in UNHAPPY]),
        explained=explained("b"),
        known=known_issue("b"),
        counted=Literal(list(COUNTED)),
        worse=Literal(int(MetricChange.Direction.REGRESSION)),
    )
    return dict(fetch(query, _verdict, as_written=True))


def _verdict(
    *, build: str, status: int, counts: list[list[Any]] | None, **columns: Any
) -> tuple[str, BuildVerdict]:
    broke = status in (Status.ERROR, Status.MISS)
    failure = as_verdict(is_infrastructure=broke, **columns) if status in UNHAPPY else None
    return build, BuildVerdict(failure, tuple(NewCount(*each) for each in counts or ()))
