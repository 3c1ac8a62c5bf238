"""What has arrived of a revision, and what is still expected: what the one before it had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.sql import SQL, Composed, Literal

from results.db import Columns, fetch
from results.queries.picked import sum_of
from results.queries.revision_names import NamedRevision
from results.status import Status

GAPS: Final = 100
"""Gaps that are returned, the largest first."""


@dataclass(frozen=True, slots=True)
class OriginArrival:
    """How many results of an origin arrived, of how many the baseline has; ``last``: the newest one's start.

    ``outstanding``: results that the baseline has more, added up over the gaps.
    """

    origin: str
    arrived: int
    expected: int
    outstanding: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Fewer results of a suite on a platform in a lab than in the baseline."""

    origin: str
    lab: str
    platform: str | None
    suite: str
    is_boot: bool
    arrived: int
    expected: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """Results by origin, and the largest of ``n_gaps`` gaps."""

    origins: tuple[OriginArrival, ...]
    gaps: tuple[Gap, ...]
    n_gaps: int

    @property
    def arrived(self) -> int:
        return sum(origin.arrived for origin in self.origins)

    @property
    def share(self) -> float | None:
        """How much of what is expected is there, in percent; None when nothing is expected."""
        expected = sum(origin.expected for origin in self.origins)
        outstanding = sum(origin.outstanding for origin in self.origins)
        return 100 * (expected - outstanding) / expected if expected else None


# Leans on build_revision and resultcount_identity.
_PLACES: Final = SQL("""
    SELECT rc.origin_id, rc.lab_id, rc.platform_id, rc.suite_id, rc.is_boot,
           coalesce(sum({total}) FILTER (WHERE b.revision_id = {b}), 0)::int AS arrived,
           coalesce(sum({total}) FILTER (WHERE b.revision_id = {a}), 0)::int AS expected,
           max(rc.last_start) FILTER (WHERE b.revision_id = {b}) AS last
    FROM results_build b JOIN results_resultcount rc ON rc.build_id = b.id
    WHERE b.revision_id IN ({a}, {b})
    GROUP BY rc.origin_id, rc.lab_id, rc.platform_id, rc.suite_id, rc.is_boot
""")

_ORIGINS: Final = SQL("""
    SELECT (SELECT name FROM results_origin WHERE id = origin_id) AS origin,
           sum(arrived)::int AS arrived, sum(expected)::int AS expected,
           sum(greatest(expected - arrived, 0))::int AS outstanding, max(last) AS last
    FROM ({places}) places GROUP BY origin_id ORDER BY 4 DESC, 1
""")

_GAPS: Final = SQL("""
    SELECT count(*) OVER () AS gaps, o.name AS origin, la.name AS lab, p.name AS platform, su.name AS suite,
           gap.is_boot, gap.arrived, gap.expected
    FROM ({places}) gap
    JOIN results_origin o ON o.id = gap.origin_id
    JOIN results_lab la ON la.id = gap.lab_id
    JOIN results_suite su ON su.id = gap.suite_id
    LEFT JOIN results_platform p ON p.id = gap.platform_id
    WHERE gap.arrived < gap.expected
    ORDER BY gap.expected - gap.arrived DESC, la.name, p.name, su.name, o.name LIMIT {limit}
""")


def origin_arrivals(a: NamedRevision | None, b: NamedRevision) -> tuple[OriginArrival, ...]:
    """Return what arrived of b by origin, against a baseline a of the same tree, most outstanding first."""
    return tuple(fetch(_ORIGINS.format(places=_places(a, b)), OriginArrival))


def arrival(a: NamedRevision | None, b: NamedRevision, *, limit: int = GAPS) -> Arrival:
    """Return what arrived of b, and where a baseline a of the same tree had more."""
    found = fetch(_GAPS.format(places=_places(a, b), limit=Literal(limit)), Columns)
    n_gaps = found[0]["gaps"] if found else 0
    gaps = tuple(Gap(**{name: value for name, value in row.items() if name != "gaps"}) for row in found)
    return Arrival(origin_arrivals(a, b), gaps, n_gaps)


def _places(a: NamedRevision | None, b: NamedRevision) -> Composed:
    return _PLACES.format(total=sum_of(Status, "rc"), a=Literal(a.number if a else 0), b=Literal(b.number))
