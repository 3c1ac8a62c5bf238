"""The history of many series at once."""

from __future__ import annotations

from typing import Any, Final, cast

from dashboard.api.endpoint import Row, Rows
from dashboard.api.shapes import grid as shapes
from dashboard.filters import BadQuery, Query
from dashboard.revision_refs import one_revision, tree_of
from results.queries.grid import GRID_DIMENSIONS, Grid, grid
from results.queries.grid import Rows as Picked
from results.queries.records import Listing
from results.queries.revision_names import LATEST, NamedRevision

PICKED: Final[tuple[Picked, ...]] = ("failing", "changed", "all")
WIDTHS: Final = ("20", "40", "60", "120")
WIDTH: Final = "40"
MOST_ROWS: Final = 50
"""Rows that are read at once: a grid has 6,000 cells at most."""


class ListGrid(Rows):
    """Series against the last revisions of a tree (`tree`, or until revision `to`), 50 at a time.

    A row has one cell for each revision in which its series ran, the newest first.
    """

    tag, shape, is_timeless, page_rows = "grid", shapes.GridItem, False, MOST_ROWS
    dimensions, sorts = GRID_DIMENSIONS, ("recent", "name")
    extra = {"tree": None, "branch": None, "url": None, "to": None, "rows": PICKED, "n": WIDTHS}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of series."""
        found = self._grid(query, min(limit, MOST_ROWS))
        rows = tuple((row, found.columns) for row in found.rows)
        return Listing(rows, found.rows.after)

    def item(self, record: Any) -> Row:
        """Return a series."""
        return shapes.grid_item(*record)

    def _grid(self, query: Query, limit: int) -> Grid:
        asked = query.extra
        return grid(
            _newest(query),
            selection=query.selection,
            rows=cast(Picked, asked.get("rows", PICKED[0])),
            sort="name" if query.sort.endswith("name") else "recent",
            width=int(asked.get("n", WIDTH)),
            after=query.after,
            limit=limit,
        )


def _newest(query: Query) -> NamedRevision:
    asked = query.extra
    if "tree" not in asked and "to" not in asked:
        raise BadQuery("tree is needed: whose history?", parameters=("tree",))
    return one_revision("to" if "to" in asked else "tree", asked.get("to", LATEST), tree_of(asked))
