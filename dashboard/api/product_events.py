"""What is broken in a product now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboard.api.events import ListRegressions
from dashboard.api.products import state_at
from dashboard.filters import Query
from dashboard.product_refs import PLACES
from results.models import Event
from results.products.state import BranchState
from results.queries.product_events import events_by_number
from results.queries.products import product_row
from results.queries.records import Listing

AT: Final[dict[str, Any]] = {"commit": None, **PLACES}
KINDS: Final = ("boot", "tests")
WHATS: Final = ("newfail", "newflaky")
ASKED: Final[dict[str, Any]] = {**AT, "platform": None, "kind": KINDS, "what": WHATS}


class ListProductRegressions(ListRegressions):
    """The regressions that go on in a product, or its new flakes, those with the most impact first.

    As mbox, a thread of mails for each.
    """

    tag, names, page_name, is_timeless = "products", ("slug",), "product_regressions", False
    dimensions, extra, newest_first = (), ASKED, {}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of them."""
        state = state_at(product_row(names["slug"]), {n: v for n, v in query.extra.items() if n in AT})
        numbers = [number for branch in state.branches for number in open_events_of(branch, query.extra)]
        return events_by_number(numbers, after=query.after, limit=limit)


def open_events_of(branch: BranchState, asked: Mapping[str, str]) -> tuple[int, ...]:
    """Return the events of a branch that the parameters pick: regressions, unless they say otherwise."""
    wanted = Event.Kind.FLAKE if asked.get("what") == "newflaky" else Event.Kind.REGRESSION
    platform = asked.get("platform")
    return tuple(
        dict.fromkeys(
            event.event
            for event in branch.events
            if event.kind == wanted
            and (platform is None or (event.platform or "none") == platform)
            and ("kind" not in asked or (event.subject == Event.Subject.BOOT) == (asked["kind"] == "boot"))
        )
    )
