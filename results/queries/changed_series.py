"""Which tests of a checkout do not end as they used to: the last runs of each of its series, as judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final
from typing import Literal as OneOf
from uuid import UUID

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.documents import test_id
from results.jsontext import loads
from results.models import SeriesVerdict
from results.queries.checkouts import Checkout
from results.status import Status

TIMEOUT_MS: Final = 20_000

Verdict = SeriesVerdict.Verdict
Change = OneOf["regression", "fixed", "unstable"]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a series."""

    id: str
    status: Status
    start_time: datetime | None


_SAYS: Final[dict[Verdict, Change]] = {
    Verdict.REGRESSION: "regression",
    Verdict.SUSPECTED: "regression",
    Verdict.FIXED: "fixed",
    Verdict.NEW_FLAKE: "unstable",
    Verdict.FLAKY: "unstable",
    Verdict.FLAKY_SUSPECTED: "unstable",
    Verdict.PASSING: "unstable",
    Verdict.PERSISTENT: "unstable",
    Verdict.INFRASTRUCTURE: "unstable",
}
"""What the analysis says of a series whose last runs differ; of others the runs alone tell."""
_NEEDS: Final = {"regression": Status.FAIL, "fixed": Status.PASS}
"""How the newest run has to end for a verdict still to hold."""


@dataclass(frozen=True, slots=True)
class ChangedSeries:
    """A series that regressed, or whose last runs do not all end the same; the runs newest first.

    ``verdict`` is None when the analysis has nothing to say, or has not looked yet.
    """

    path: str
    platform: str | None
    lab: str
    architecture: str | None
    config: str | None
    compiler: str | None
    verdict: Verdict | None
    runs: tuple[Run, ...]

    @property
    def change(self) -> Change:
        """What the analysis says, or (where it says nothing) the runs.

        From PASS to FAIL and never back is a regression, the reverse is fixed; whatever flips more
        than once, or ends in anything else, is unstable.
        """
        statuses = [run.status for run in self.runs]
        if self.verdict in _SAYS:
            said = _SAYS[self.verdict]
            if statuses[0] is _NEEDS.get(said, statuses[0]):
                return said
        flips = sum(newer is not older for newer, older in pairwise(statuses))
        if flips != 1 or not {*statuses} <= {Status.PASS, Status.FAIL}:
            return "unstable"
        return "regression" if statuses[0] is Status.FAIL else "fixed"


# A regression is listed however long it lasts.
# Leans on test_build, then on test_history, whose order shows only while no other table is joined.
_CHANGED: Final = SQL("""
    WITH head AS MATERIALIZED (
        SELECT DISTINCT t.series_id
        FROM results_build b
        JOIN results_test t ON t.build_id = b.id
        JOIN results_series s ON s.id = t.series_id
        JOIN results_testpath tp ON tp.id = s.path_id
        WHERE b.checkout_id = ANY({checkouts}::int[]) AND tp.name LIKE ANY({patterns}::text[])
    )
    SELECT tp.name AS path, runs.runs, v.verdict, la.name AS lab,
           (SELECT name FROM results_platform WHERE id = s.platform_id) AS platform,
           (SELECT name FROM results_architecture WHERE id = s.architecture_id) AS architecture,
           (SELECT name FROM results_config WHERE id = s.config_id) AS config,
           (SELECT name FROM results_compiler WHERE id = s.compiler_id) AS compiler
    FROM head
    LEFT JOIN results_seriesverdict v ON v.series_id = head.series_id
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_array(last.key, last.kcidb_id, last.status, last.start_time)
                         ORDER BY last.start_time DESC NULLS LAST, last.key DESC)::text AS runs
        FROM (
            SELECT t.key, t.kcidb_id, t.status, t.start_time
            FROM results_test t
            WHERE t.series_id = head.series_id AND (
                SELECT (r.place, r.id) <= ({place}, {revision})
                FROM results_build b JOIN results_revision r ON r.id = b.revision_id WHERE b.id = t.build_id
            )
            ORDER BY t.build_id DESC LIMIT {length}
        ) last
        HAVING count(DISTINCT last.status) > 1
               OR bool_and(last.status = {fail} AND v.verdict = ANY({regressions}))
    ) runs
    JOIN results_series s ON s.id = head.series_id
    JOIN results_testpath tp ON tp.id = s.path_id
    JOIN results_lab la ON la.id = s.lab_id
    ORDER BY tp.name, platform, la.name, head.series_id
""")


def changed_series(
    checkouts: Sequence[Checkout], *, patterns: Sequence[str] = ("%",), length: int = 10
) -> tuple[ChangedSeries, ...]:
    """Return the series of these checkouts of one revision whose last ``length`` runs differ.

    ``patterns`` are SQL patterns of paths. May raise QueryTimeout.
    """
    place, revision = checkouts[0].place
    query = _CHANGED.format(
        checkouts=Literal([checkout.number for checkout in checkouts]),
        patterns=Literal(list(patterns)),
        place=Literal(place),
        revision=Literal(revision),
        length=Literal(length),
        fail=Literal(int(Status.FAIL)),
        regressions=Literal([int(verdict) for verdict, said in _SAYS.items() if said == "regression"]),
    )
    return tuple(fetch(query, _series, timeout_ms=TIMEOUT_MS))


def _series(*, runs: str, verdict: int | None, **columns: Any) -> ChangedSeries:
    return ChangedSeries(
        verdict=None if verdict is None else Verdict(verdict),
        runs=tuple(_run(*run) for run in loads(runs.encode())),
        **columns,
    )


def _run(key: str, kcidb_id: str | None, status: int, start: str | None) -> Run:
    return Run(test_id(UUID(key), kcidb_id), Status(status), datetime.fromisoformat(start) if start else None)
