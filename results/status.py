"""The result statuses of KCIDB, in one order, for Python and for SQL.

The numbers are stored; a higher number is worse, so ``max()`` summarises a set, with the
precedence that the KCIDB schema defines: FAIL > ERROR > MISS > PASS > DONE > SKIP > (absent).
"""

from __future__ import annotations

from typing import Final

from django.db import models


class Status(models.IntegerChoices):
    """What became of a build or a test. ``NONE``: scheduled, running or not known."""

    NONE = 0, "none"
    SKIP = 1, "skip"
    DONE = 2, "done"
    PASS = 3, "pass"
    MISS = 4, "miss"
    ERROR = 5, "error"
    FAIL = 6, "fail"


WORST_FIRST: Final = tuple(sorted(Status, reverse=True))
"""All statuses, FAIL first: the order of every listing and of every count column."""

INCONCLUSIVE: Final = frozenset(Status) - {Status.PASS, Status.FAIL}
"""Statuses that say nothing about the kernel code."""

UNHAPPY: Final = (Status.FAIL, Status.ERROR, Status.MISS)
"""What a person looks at first; covered by the partial index of results_test."""

COUNT_COLUMNS: Final = {status: f"n_{status.label}" for status in WORST_FIRST}
"""Status -> name of its count column in every rollup table."""


def by_name(name: str) -> Status:
    """Return the status of a KCIDB word ("PASS", "pass"); KeyError when there is none."""
    return Status[name.upper()]
