"""Regressions and flaky tests: what the analysis found."""

from __future__ import annotations

from typing import Any, Final, cast

from django.http import HttpResponse
from rest_framework.request import Request

from dashboard.api.endpoint import ALL_ROWS, Row, Rows, Thing
from dashboard.api.shapes import events as shapes
from dashboard.api.writing import Change, Writable
from dashboard.filters import Query
from dashboard.models import Scope
from results.models import Event, SeriesVerdict
from results.queries.event_detail import event_detail
from results.queries.events import EVENT_SORTS, EventFilter, EventSort, event_page
from results.queries.flaky import FLAKY_VERDICTS, FlakyFilter, flaky_page
from results.queries.records import Listing
from results.triage import decide

STATES: Final = {str(state.label): state for state in Event.State}
SUBJECTS: Final = {str(subject.label): subject for subject in Event.Subject}
TRIAGES: Final = {str(triage.label): triage for triage in Event.Triage}
VERDICTS: Final = {str(verdict.label): verdict for verdict in FLAKY_VERDICTS}


class ListRegressions(Rows):
    """What broke, by impact, age or confidence; confirmed and not fixed unless `state` says otherwise."""

    tag, shape = "regressions", shapes.RegressionItem
    extra = {
        "state": tuple(STATES),
        "order": EVENT_SORTS,
        "subject": tuple(SUBJECTS),
        "triage": tuple(TRIAGES),
        "tree": None,
        "platform": None,
        "lab": None,
        "q": None,
        "unclassified": ("yes",),
    }

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of regressions."""
        asked = query.extra
        which = EventFilter(
            states=(STATES[asked.get("state", str(Event.State.CONFIRMED.label))],),
            triage=TRIAGES.get(asked.get("triage", "")),
            subject=SUBJECTS.get(asked.get("subject", "")),
            tree=asked.get("tree", ""),
            platform=asked.get("platform", ""),
            lab=asked.get("lab", ""),
            search=asked.get("q", ""),
            unclassified="unclassified" in asked,
        )
        sort = cast(EventSort, asked.get("order", EVENT_SORTS[0]))
        return event_page(which, sort=sort, after=query.after, limit=limit)

    def item(self, record: Any) -> Row:
        """Return a regression."""
        return shapes.regression_item(record)


class GetRegression(Thing):
    """One regression with its evidence and its history."""

    tag, shape, names = "regressions", shapes.RegressionWhole, ("number",)

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the regression."""
        return shapes.regression_whole(event_detail(names["number"]))


class ListRegressionChanges(Writable, Rows):
    """The history of a regression, the newest change first."""

    tag, shape, names = "regressions", shapes.ChangePart, ("number",)
    scope, is_timeless, page_rows = Scope.TRIAGE, False, ALL_ROWS
    changes = {
        "post": Change(
            "triageRegression",
            "Decide about a regression, or add a note when it is decided so already.",
            shapes.TriageBody,
            201,
            shapes.RegressionWhole,
        )
    }

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return all of it."""
        return Listing(event_detail(names["number"]).changes, None)

    def item(self, record: Any) -> Row:
        """Return a change."""
        return shapes.change_part(record)

    def post(self, request: Request, **names: Any) -> HttpResponse:
        """Decide."""
        body = self.sent(request)
        number = names["number"]
        decide(number, triage=TRIAGES[body["triage"]], who=self.me, why=body.get("why", ""))
        return self.answer(
            shapes.regression_whole(event_detail(number)), location=f"/api/v1/regressions/{number}"
        )


class ListFlaky(Rows):
    """Tests that fail now and then although nothing changed, those that cost most first."""

    tag, shape = "flaky", shapes.FlakyItem
    extra = {"verdict": tuple(VERDICTS), "tree": None, "platform": None, "lab": None, "q": None}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of series."""
        asked = query.extra
        which = FlakyFilter(
            verdict=VERDICTS[asked.get("verdict", str(SeriesVerdict.Verdict.FLAKY.label))],
            search=asked.get("q", ""),
            tree=asked.get("tree", ""),
            platform=asked.get("platform", ""),
            lab=asked.get("lab", ""),
        )
        return flaky_page(which, after=query.after, limit=limit)

    def item(self, record: Any) -> Row:
        """Return a series."""
        return shapes.flaky_item(record)
