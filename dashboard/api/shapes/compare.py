"""What differs between two revisions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict

from dashboard.api.shapes import refs
from results.queries.comparison import Comparison
from results.queries.revision_names import NamedRevision


class SidePart(TypedDict):
    """A revision that is compared."""

    revision: refs.Revision
    subject: str
    started: datetime


class ChangeCount(TypedDict):
    """How many of a kind changed so."""

    kind: Literal["build", "boot", "test"]
    change: str
    count: int


class ComparisonWhole(TypedDict):
    """How many changed how from `a` to `b`; `same` counts those that did not, by kind."""

    a: SidePart
    b: SidePart
    changes: list[ChangeCount]
    same: dict[str, int]


def comparison_whole(a: NamedRevision, b: NamedRevision, found: Comparison) -> ComparisonWhole:
    """Return a comparison without its rows."""
    return {
        "a": _side(a),
        "b": _side(b),
        "changes": [
            {"kind": kind, "change": str(change.label), "count": count}
            for (kind, change), count in found.counts.items()
        ],
        "same": {str(kind): count for kind, count in found.same.items()},
    }


def _side(named: NamedRevision) -> SidePart:
    return {
        "revision": refs.revision(named.revision),
        "subject": named.subject,
        "started": named.started,
    }
