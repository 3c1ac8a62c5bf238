"""What of a revision has arrived."""

from __future__ import annotations

from typing import Annotated, TypedDict

from dashboard.api.records import Row, row_of
from dashboard.api.shapes import refs
from results.queries.arrival import Arrival, Gap, OriginArrival
from results.queries.revision_names import NamedRevision


class ArrivalWhole(TypedDict):
    """What has arrived of what `baseline` lets expect; `n_gaps` counts all gaps, `gaps` are the first."""

    baseline: refs.Revision | None
    origins: list[Annotated[Row, OriginArrival]]
    gaps: list[Annotated[Row, Gap]]
    n_gaps: int


def arrival_whole(baseline: NamedRevision | None, found: Arrival) -> ArrivalWhole:
    """Return what has arrived."""
    return {
        "baseline": refs.revision(baseline.revision) if baseline else None,
        "origins": [row_of(row) for row in found.origins],
        "gaps": [row_of(row) for row in found.gaps],
        "n_gaps": found.n_gaps,
    }
