"""Builds whose tests are too old, and the deletion of those."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from ingest.locks import stop_loading
from results.rollups import freeze, stop_refreshing

BATCH_TESTS: Final = 10_000
BATCH_BUILDS: Final = 500
"""A transaction ends with the build that exceeds one of these."""

# The age of a build is that of its newest part: itself, or a test on it that did not start in the
# future; when neither has a start, that of its revision; failing that, the arrival of its tests.
# Leans on the primary key of builds and on resultcount_identity.
_OLD: Final = """
    SELECT b.id, (
        SELECT sum(n_fail + n_error + n_miss + n_pass + n_done + n_skip + n_none)
        FROM results_resultcount rc WHERE rc.build_id = b.id
    )::int AS tests
    FROM results_build b
    LEFT JOIN results_revision r ON r.id = b.revision_id
    CROSS JOIN LATERAL (
        SELECT max(rc.last_start) FILTER (WHERE rc.last_start <= now()) AS tested, count(*) AS counts
        FROM results_resultcount rc WHERE rc.build_id = b.id
    ) seen
    WHERE b.id > %(after)s AND b.pruned_at IS NULL AND seen.counts > 0 AND
          CASE WHEN coalesce(b.start_time, seen.tested, r.started) IS NOT NULL
               THEN coalesce(greatest(b.start_time, seen.tested), r.started) < %(before)s
               ELSE (SELECT max(t.submission_id) FROM results_test t WHERE t.build_id = b.id) <= %(arrived)s
          END
    ORDER BY b.id LIMIT %(limit)s
"""

# The newest submission that is too old; when those are gone already, the one before all others.
_ARRIVED: Final = """
    SELECT coalesce(max(id) FILTER (WHERE received_at < %s), min(id) - 1, 0) FROM results_submission
"""

# Leans on test_build, incident_test and fieldsource_identity.
_DELETE: Final = """
    WITH gone AS (
        DELETE FROM results_test t WHERE t.build_id = ANY(%s) AND NOT EXISTS (
            SELECT FROM results_incident i WHERE i.test_key = t.key
        ) RETURNING t.key
    ),
    sources AS (
        DELETE FROM results_fieldsource f USING gone WHERE f.kind = 'test' AND f.key = gone.key
    )
    SELECT count(*) FROM gone
"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one transaction deleted."""

    builds: int
    tests: int


def prune_tests(before: datetime) -> Iterator[Pruned]:
    """Delete the tests of builds that are older, a transaction per step; counts stay."""
    for builds in _batches(before):
        with transaction.atomic():
            stop_refreshing()
            stop_loading()
            freeze(builds, at=timezone.now())
            with connection.cursor() as cursor:
                cursor.execute(_DELETE, [builds])
                tests: int = cursor.fetchall()[0][0]
        yield Pruned(len(builds), tests)


def _batches(before: datetime) -> Iterator[list[int]]:
    """Yield the ids of builds that are too old, so few at a time that their tests go quickly."""
    after, arrived = 0, _newest_arrival(before)
    while found := _old_builds(after, before, arrived):
        after = found[-1][0]
        batch: list[int] = []
        size = 0
        for build, tests in found:
            batch.append(build)
            size += tests
            if size >= BATCH_TESTS:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def _old_builds(after: int, before: datetime, arrived: int) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_OLD, {"after": after, "before": before, "arrived": arrived, "limit": BATCH_BUILDS})
        return list(cursor.fetchall())


def _newest_arrival(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVED, [before])
        number: int = cursor.fetchall()[0][0]
        return number
