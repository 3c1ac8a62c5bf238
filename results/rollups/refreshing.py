"""The order in which derived state is repaired."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import connection, transaction

from results.models import Build, DayCount, Due, Revision
from results.rollups import binding, counts, due
from results.rollups.placing import place_revisions

LIMIT: Final = 500
"""``Due`` rows of one transaction: with a few hundred tests to a build, a second or two."""

_LOCK: Final = 7_309_453_001
"""Number of the advisory lock that the one writer of summaries holds."""


def refresh(limit: int = LIMIT, *, wait: bool = True) -> int:
    """Bring the summaries of what is due up to date, oldest first; return how many ``Due`` rows that were.

    One transaction, under a lock that one caller has: others wait for it, or return 0 at once.
    """
    with transaction.atomic():
        if not _locked(wait=wait):
            return 0
        popped = due.pop(limit)
        if popped.rows:
            _repair(popped)
        return popped.rows


def recount(progress: Callable[[int], object] = lambda _: None) -> int:
    """Rebuild every summary from rows, in batches; return how many objects were looked at.

    Pages may be read and data may be loaded meanwhile. ``progress`` is called with the size of
    each batch.
    """
    total = due.mark_everything()
    while Due.objects.exists():
        progress(refresh())
    for revisions in _batches(Revision.objects.order_by("id").values_list("id", flat=True).iterator()):
        with transaction.atomic():
            _locked(wait=True)
            binding.describe_revisions(revisions)
            counts.count_revisions(revisions)
            due.mark_trees(sorted(place_revisions(due.trees_of_revisions(revisions))), [])
    with transaction.atomic():
        _locked(wait=True)
        counts.count_days(set(DayCount.objects.values_list("day", flat=True).distinct()))
    return total


def stop_refreshing() -> None:
    """Wait for a refresh to end; the next one waits for the end of this transaction."""
    _locked(wait=True)


def freeze(builds: list[int], *, at: datetime) -> None:
    """Count the tests of builds for the last time, and mark the builds pruned.

    To be called by who deletes the tests, in one transaction, after ``stop_refreshing``. From then
    on the counts stand for themselves.
    """
    if days := counts.count_results(builds):
        counts.count_days(days)
        counts.count_revisions(due.revisions_of_builds(builds))
    Build.objects.filter(pk__in=builds).update(pruned_at=at)


@transaction.atomic
def refile_pruned(column: str, old: int, new: int) -> None:
    """Move the counts of pruned builds to another lab, platform or origin, as ``column`` says."""
    _locked(wait=True)
    builds, days = counts.refile_pruned(column, old, new)
    if builds:
        counts.count_days(days)
        counts.count_revisions(due.revisions_of_builds(sorted(builds)))


def _repair(popped: due.Popped) -> None:
    # Rows are locked in the order that loaders lock them: revisions, builds, tests.
    revisions = set(due.revisions_of_checkouts(popped.checkouts))
    described = sorted(revisions.union(due.revisions_of_trees(popped.trees)))
    binding.describe_revisions(described)
    moved = place_revisions(due.trees_of_revisions(described))
    builds = due.builds_of(popped)
    revisions |= binding.move_builds(builds)
    binding.rebind_tests(builds)
    days = counts.count_results(builds)
    revisions.update(due.revisions_of_builds(builds))
    counts.count_revisions(sorted(revisions))
    counts.count_days(days)
    issues = binding.date_incidents(builds=builds, issues=popped.issues)
    counts.count_issues(sorted(issues.union(popped.issues)))
    due.mark_trees(sorted(revisions | moved), popped.issues)


def _locked(*, wait: bool) -> bool:
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT true FROM pg_advisory_xact_lock(%s)", [_LOCK])
        else:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchall()[0][0])


def _batches(ids: Iterator[int], size: int = LIMIT) -> Iterator[list[int]]:
    while batch := list(islice(ids, size)):
        yield batch
