"""Finding things by a piece of their name."""

from __future__ import annotations

from typing import Any

from dashboard.api.endpoint import Row, Thing
from dashboard.api.shapes import search as shapes
from dashboard.filters import Query
from results.queries.revisions import find_revisions
from results.queries.search import LIMIT, kinds_with_id, search


class Search(Thing):
    """What a text may mean: an id, revisions, and names that contain it, the exact ones first."""

    tag, shape = "search", shapes.SearchWhole
    extra = {"q": None, "all": ("yes",)}

    def thing(self, query: Query, **names: Any) -> Row:
        """Return what was found; nothing for no text."""
        text = query.extra.get("q", "").strip()
        if not text:
            return shapes.search_whole(text, (), (), ())
        ids = kinds_with_id(text) if ":" in text else ()
        return shapes.search_whole(text, ids, find_revisions(text, limit=LIMIT), search(text))
