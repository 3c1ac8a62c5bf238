"""Counts of what was made from checkouts, for lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.queries.picked import array_of_sums, build_counts
from results.queries.records import StatusCounts
from results.selection import EVERYTHING

NONE: Final = StatusCounts()


@dataclass(frozen=True, slots=True)
class CheckoutCounts:
    """The builds of a checkout, and the boots and other tests of these builds."""

    builds: StatusCounts = NONE
    boots: StatusCounts = NONE
    tests: StatusCounts = NONE

    def __add__(self, other: CheckoutCounts) -> CheckoutCounts:
        return CheckoutCounts(self.builds + other.builds, self.boots + other.boots, self.tests + other.tests)


_COUNTS: Final = SQL("""
    SELECT 'builds' AS kind, b.checkout_id AS checkout, {builds} AS counts
    FROM ({build_counts}) b GROUP BY b.checkout_id
    UNION ALL
    SELECT CASE WHEN rc.is_boot THEN 'boots' ELSE 'tests' END, b.checkout_id, {results}
    FROM results_build b JOIN results_resultcount rc ON rc.build_id = b.id
    WHERE {within}
    GROUP BY rc.is_boot, b.checkout_id
""")


def checkout_counts(numbers: Sequence[int]) -> dict[int, CheckoutCounts]:
    """Return the counts of these checkouts by the number of their row."""
    within = SQL("b.checkout_id = ANY({}::int[])").format(Literal(list(numbers)))
    query = _COUNTS.format(
        builds=array_of_sums("b"),
        build_counts=build_counts(EVERYTHING, within=within, columns=[SQL("b.checkout_id")]),
        results=array_of_sums("rc"),
        within=within,
    )
    found: dict[int, dict[str, StatusCounts]] = {number: {} for number in numbers}
    for kind, checkout, counts in fetch(query, lambda kind, checkout, counts: (kind, checkout, counts)):
        found[checkout][kind] = StatusCounts.of(counts)
    return {number: CheckoutCounts(**counts) for number, counts in found.items()}
