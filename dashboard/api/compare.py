"""What differs between two revisions."""

from __future__ import annotations

from typing import Any, Final

from dashboard.api.endpoint import Row, Rows, Thing
from dashboard.api.records import row_of
from dashboard.api.results import no_pages
from dashboard.api.shapes import compare as shapes
from dashboard.filters import BadQuery, Query
from dashboard.revision_refs import tree_of, two_revisions
from results.queries.changes import Change
from results.queries.compared_measurements import ComparedMeasurement, compared_measurements
from results.queries.comparison import COMPARED, KINDS, ComparedRow, Comparison, Kind, compare
from results.queries.records import Listing
from results.queries.revision_names import NamedRevision

SHOWN: Final = (Change.REGRESSION, Change.FIXED, Change.NEW_FAILURE)
"""The changes that are listed when none is asked for."""
SIDES: Final[dict[str, Any]] = dict.fromkeys(("a", "b", "tree", "branch", "url"))
ROWS: Final[dict[str, Any]] = {**SIDES, "change": tuple(Change.labels), "kind": KINDS}
PAGE: Final[dict[str, Any]] = {**ROWS, "measurements": ("all", "changed")}
"""What the page understands: all of these may be asked with the same query string."""


class GetComparison(Thing):
    """How many builds, boots and tests changed how from revision `a` to revision `b`.

    A revision is a commit, a describe, `latest` or `latest~3`, in another tree `tree/branch@latest`.
    With `tree` alone it is the newest revision and the one before.
    """

    tag, shape, is_timeless = "compare", shapes.ComparisonWhole, False
    dimensions, extra = COMPARED, PAGE

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the counts."""
        a, b = sides(query)
        return shapes.comparison_whole(a, b, _compared(a, b, query, after=None, limit=1))


class ListChanges(Rows):
    """What changed from `a` to `b`: regressions, fixes and new failures unless `change` says otherwise."""

    tag, shape, is_timeless = "compare", ComparedRow, False
    dimensions, extra = COMPARED, PAGE

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of what changed."""
        return _compared(*sides(query), query, after=query.after, limit=limit).rows

    def item(self, record: Any) -> Row:
        """Return what changed."""
        return row_of(record)


class ListComparedMeasurements(Rows):
    """Medians of what both revisions measured, those first that the analysis says changed."""

    tag, shape, is_timeless = "compare", ComparedMeasurement, False
    dimensions, extra = COMPARED, PAGE

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return the measurements."""
        no_pages(query)
        found = compared_measurements(
            *sides(query),
            selection=query.selection,
            only_changed=query.extra.get("measurements") == "changed",
            limit=limit,
        )
        return Listing(found.rows, None)

    def item(self, record: Any) -> Row:
        """Return a measurement of both."""
        return row_of(record)


def sides(query: Query) -> tuple[NamedRevision, NamedRevision]:
    """Return the revisions that a query names; BadQuery when it does not name two."""
    asked = dict(query.extra)
    if "tree" in asked:
        asked = {"a": "latest~1", "b": "latest", **asked}
    for side in ("a", "b"):
        if side not in asked:
            raise BadQuery(f"{side}: the other revision is not named.", tuple(PAGE), (side,))
    return two_revisions(asked["a"], asked["b"], tree_of(asked))


def _compared(
    a: NamedRevision, b: NamedRevision, query: Query, *, after: str | None, limit: int
) -> Comparison:
    asked = query.extra
    kinds: tuple[Kind, ...] = tuple(kind for kind in KINDS if asked.get("kind", kind) == kind)
    changes = tuple(change for change in Change if change.label == asked.get("change")) or SHOWN
    return compare(a, b, selection=query.selection, kinds=kinds, changes=changes, after=after, limit=limit)
