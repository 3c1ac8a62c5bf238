"""What became of a product from one revision of a branch to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import Columns, fetch
from results.jsontext import loads
from results.models import Event, MetricChange
from results.queries.changes import WEIGHT_OF_TEST, Change, changes_of_sides
from results.queries.comparison import KINDS, Kind
from results.queries.product_branches import Parts
from results.queries.product_events import where_series
from results.queries.records import RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.queries.revision_names import NamedRevision

TIMEOUT_MS: Final = 10_000
MOST_GROUPS: Final = 50
"""Tests that are listed of each change."""
MOST_METRICS: Final = 100

LISTED: Final = (Change.REGRESSION, Change.NEW_FAILURE, Change.FIXED, Change.STILL_FAILING, Change.FLAKY)


@dataclass(frozen=True, slots=True)
class ChangedTest:
    """A boot or test that changed in one way, on some devices: ``n`` series of it did.

    ``event`` is the regression that explains one of them, None when there is none.
    """

    kind: Kind
    change: Change
    path: str
    n: int
    platforms: tuple[str, ...]
    event: int | None


@dataclass(frozen=True, slots=True)
class ProductChanges:
    """How many series of each part changed how (unchanged ones left out), and which tests those are."""

    counts: dict[tuple[int, Kind, Change], int]
    tests: tuple[ChangedTest, ...]

    def total(self, *changes: Change) -> int:
        """Return how many series changed in one of these ways."""
        return sum(n for (_, _, change), n in self.counts.items() if change in changes)

    def of(self, change: Change) -> tuple[ChangedTest, ...]:
        """Return the tests that changed in one way."""
        return tuple(test for test in self.tests if test.change == change)


@dataclass(frozen=True, slots=True)
class ChangedMetric:
    """A measurement of a series that changed at ``revision``: medians, and by how much of the old one."""

    series: int
    path: str
    platform: str | None
    metric: str
    unit: str
    direction: MetricChange.Direction
    confirmed: bool
    revision: RevisionRef
    before: float
    after: float


# How series of the product ended on both sides. Leans on build_revision and test_build.
_SIDES: Final = SQL("""
    SELECT CASE WHEN t.is_boot THEN 2 ELSE 3 END AS kind, t.series_id AS x, t.series_id AS y,
           max({weight}) FILTER (WHERE b.revision_id = {a}) AS a,
           max({weight}) FILTER (WHERE b.revision_id = {b}) AS b
    FROM results_build b JOIN results_test t ON t.build_id = b.id JOIN results_series s ON s.id = t.series_id
    WHERE b.revision_id IN ({a}, {b}) AND ({wanted})
    GROUP BY t.series_id, t.is_boot
""")

_CHANGES: Final = SQL("""
    WITH sides AS MATERIALIZED ({sides}),
    changes AS MATERIALIZED ({changes}),
    placed AS MATERIALIZED (
        SELECT c.kind, c.change, s.id AS series, s.path_id, s.platform_id, {part} AS part
        FROM changes c
        JOIN results_series s ON s.id = coalesce(c.y, c.x)
        CROSS JOIN LATERAL (SELECT s.architecture_id, s.config_id, s.compiler_id) b
        WHERE c.change > 0
    ),
    grouped AS (
        SELECT kind, change, path_id, count(*) AS n, array_agg(DISTINCT platform_id) AS platforms,
               min(series) AS example
        FROM placed WHERE change = ANY({listed}::int[]) GROUP BY kind, change, path_id
    ),
    ranked AS (
        SELECT g.*, row_number() OVER (
            PARTITION BY change ORDER BY kind, cardinality(platforms) DESC, n DESC, path_id
        ) AS rank FROM grouped g
    )
    SELECT counted.counts, g.kind, g.change, g.n,
           (SELECT name FROM results_testpath WHERE id = g.path_id) AS path,
           ARRAY(SELECT name FROM results_platform WHERE id = ANY(g.platforms) ORDER BY name) AS platforms,
           (SELECT e.id FROM results_seriesverdict v
            JOIN results_eventseries m ON m.subject_id = v.id
            JOIN results_event e ON e.id = m.event_id AND e.state <> ALL({gone}::smallint[])
            WHERE v.series_id = g.example ORDER BY e.began DESC, e.id LIMIT 1) AS event
    FROM (
        SELECT jsonb_agg(jsonb_build_array(part, kind, change, n))::text AS counts
        FROM (SELECT part, kind, change, count(*) AS n FROM placed GROUP BY part, kind, change) sums
    ) counted
    LEFT JOIN ranked g ON g.rank <= {limit}
    ORDER BY g.change, g.rank
""")

# Leans on metricchange_tree.
_METRICS: Final = SQL("""
    SELECT s.id AS series, tp.name AS path, p.name AS platform, m.metric, m.unit, m.direction, m.confirmed,
           {revision}, m.before, m.after
    FROM results_metricchange m
    JOIN results_revision r ON r.id = m.revision_id
    JOIN results_tree tr ON tr.id = m.tree_id
    JOIN results_series s ON s.id = m.series_id
    CROSS JOIN LATERAL (SELECT s.architecture_id, s.config_id, s.compiler_id) b
    JOIN results_testpath tp ON tp.id = s.path_id
    LEFT JOIN results_platform p ON p.id = s.platform_id
    WHERE m.tree_id = {tree} AND r.place > {after} AND r.place <= {until} AND ({wanted})
    ORDER BY m.direction, tp.name, p.name, m.metric, r.place, m.id LIMIT {limit}
""")


def product_changes_between(parts: Parts, a: NamedRevision, b: NamedRevision) -> ProductChanges:
    """Return what changed in b from a, which are revisions of one tree; may raise QueryTimeout.

    ``parts`` are those that are about the tree. The meaning of each change is that of a comparison
    of the two under each of them.
    """
    conditions = [SQL("({})").format(where_series(part)) for part in parts]
    query = _CHANGES.format(
        sides=_SIDES.format(
            weight=WEIGHT_OF_TEST,
            a=Literal(a.number),
            b=Literal(b.number),
            wanted=SQL(" OR ").join(conditions),
        ),
        changes=changes_of_sides(a, b),
        part=_which(conditions),
        listed=Literal([int(change) for change in LISTED]),
        gone=Literal([state.value for state in Event.TAKEN_BACK]),
        limit=Literal(MOST_GROUPS),
    )
    found = fetch(query, Columns, timeout_ms=TIMEOUT_MS)
    numbers = loads((found[0]["counts"] or "[]").encode())
    return ProductChanges(
        counts={(part, KINDS[kind - 1], Change(change)): n for part, kind, change, n in numbers},
        tests=tuple(_test(**row) for row in found if row["kind"]),
    )


def product_metric_changes(parts: Parts, a: NamedRevision, b: NamedRevision) -> tuple[ChangedMetric, ...]:
    """Return the measurements that changed after a, up to b; at most ``MOST_METRICS``."""
    query = _METRICS.format(
        revision=REVISION_COLUMNS,
        tree=Literal(b.tree),
        after=Literal(a.place),
        until=Literal(b.place),
        wanted=SQL(" OR ").join(SQL("({})").format(where_series(part)) for part in parts),
        limit=Literal(MOST_METRICS),
    )
    return tuple(fetch(query, _metric, timeout_ms=TIMEOUT_MS))


def _which(conditions: Sequence[Composable]) -> Composable:
    cases = (
        SQL("WHEN {} THEN {}").format(condition, Literal(part)) for part, condition in enumerate(conditions)
    )
    return SQL("CASE {} END").format(SQL(" ").join(cases))


def _test(*, counts: str, kind: int, change: int, platforms: list[str], **columns: Any) -> ChangedTest:
    return ChangedTest(kind=KINDS[kind - 1], change=Change(change), platforms=tuple(platforms), **columns)


def _metric(*, direction: int, **columns: Any) -> ChangedMetric:
    return ChangedMetric(
        revision=as_revision(columns), direction=MetricChange.Direction(direction), **columns
    )
