"""What pages say where counts are left of tests that were deleted for their age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Max
from psycopg.sql import SQL

from results.db import fetch
from results.models import Pruning
from results.queries.picked import picked
from results.selection import Selection
from results.vocabulary import UNCOUNTED


@dataclass(frozen=True, slots=True)
class Pruned:
    """Builds under a selection that lost their tests, the last of them at ``at``."""

    builds: int
    at: datetime


# Leans on build_pruned: cheap as long as nothing was pruned, or the selection is about few builds.
_PRUNED: Final = SQL("""
    SELECT count(*)::int AS builds, max(pruned_at) AS at FROM results_build
    WHERE pruned_at IS NOT NULL AND id IN (SELECT build_id FROM ({picked}) found)
    HAVING count(*) > 0
""")


def pruned_builds(selection: Selection) -> Pruned | None:
    """Return which builds with results under a selection were pruned; None if none was.

    Of what the counts do not know (paths, texts), no results are looked at: any may have been there.
    """
    counted = selection.without(*UNCOUNTED)
    query = _PRUNED.format(picked=picked(counted, within=SQL("b.pruned_at IS NOT NULL")))
    return next(iter(fetch(query, Pruned)), None)


def kept_since() -> datetime | None:
    """Return of before when tests were deleted; None if none ever were."""
    newest: datetime | None = Pruning.objects.filter(builds__gt=0).aggregate(Max("before"))["before__max"]
    return newest
