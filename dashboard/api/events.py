"""Regressions and flaky tests: what the analysis found."""

from __future__ import annotations

from typing import Any, ClassVar, Final, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from dashboard.api.endpoint import ALL_ROWS, FEED, Row, Rows, Thing
from dashboard.api.feeds import Entry
from dashboard.api.formats import JSON, Mbox
from dashboard.api.records import row_of
from dashboard.api.shapes import events as shapes
from dashboard.api.writing import Change, Writable
from dashboard.event_filters import DIMENSIONS, EXTRA, TRIAGES, event_filter, state_asked
from dashboard.event_mail import event_thread, mbox
from dashboard.event_rows import statement
from dashboard.filters import Query
from dashboard.models import Scope
from dashboard.paths import event_path
from dashboard.rows import tree_name
from results.models import SeriesVerdict
from results.queries.event_detail import event_detail
from results.queries.events import EVENT_SORTS, EventSort, event_page
from results.queries.flaky import FLAKY_VERDICTS, FlakyFilter, FlakyRow, flaky_page
from results.queries.records import Listing
from results.triage import decide

VERDICTS: Final = {str(verdict.label): verdict for verdict in FLAKY_VERDICTS}


class ListRegressions(Rows):
    """What broke, by impact, age or confidence; confirmed and not fixed unless `state` says otherwise.

    As mbox, a thread of mails for each regression of the page.
    """

    tag, shape, page_name = "regressions", shapes.RegressionItem, "regressions"
    renderer_classes, newest_first = (*FEED, Mbox), {"order": "newest"}
    dimensions: ClassVar[tuple[str, ...]] = DIMENSIONS
    extra = EXTRA

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of regressions."""
        which = event_filter(query, state_asked(query))
        sort = cast(EventSort, query.extra.get("order", EVENT_SORTS[0]))
        return event_page(which, sort=sort, after=query.after, limit=limit)

    def get(self, request: Request, **names: Any) -> HttpResponseBase:
        """Return a page, everything, a feed, or mails."""
        if not isinstance(request.accepted_renderer, Mbox):
            return super().get(request, **names)
        asked, site = self.asked(request), request.build_absolute_uri("/")
        rows = self.page(asked.query, asked.limit or self.page_rows, **names).rows
        threads = (event_thread(event_detail(row.id), site) for row in rows)
        mails = (message for thread in threads for message in thread)
        return StreamingHttpResponse(mbox(mails), content_type=Mbox.media_type)

    def item(self, record: Any) -> Row:
        """Return a regression."""
        return shapes.regression_item(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a regression."""
        return Entry(
            path=event_path(record.id),
            title=f"{record.state.label}: {record.title} ({tree_name(record.tree)})",
            summary=statement(record),
            published=record.began,
            updated=record.changed,
        )


class GetRegression(Thing):
    """One regression with its evidence and its history. As mbox, a thread of mails."""

    tag, shape, names = "regressions", shapes.RegressionWhole, ("number",)
    renderer_classes = (JSON, Mbox)

    def get(self, request: Request, **names: Any) -> HttpResponseBase:
        """Return the regression."""
        if not isinstance(request.accepted_renderer, Mbox):
            return super().get(request, **names)
        self.asked(request)
        mails = event_thread(event_detail(names["number"]), request.build_absolute_uri("/"))
        return HttpResponse(b"".join(mbox(mails)), content_type=Mbox.media_type)

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

    tag, shape = "flaky", FlakyRow
    extra = {
        "verdict": tuple(VERDICTS), "tree": None, "platform": None, "lab": None, "suite": None, "q": None
    }  # fmt: skip

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of series."""
        asked = query.extra
        which = FlakyFilter(
            verdict=VERDICTS[asked.get("verdict", str(SeriesVerdict.Verdict.FLAKY.label))],
            search=asked.get("q", ""),
            tree=asked.get("tree", ""),
            platform=asked.get("platform", ""),
            lab=asked.get("lab", ""),
            suite=asked.get("suite", ""),
        )
        return flaky_page(which, after=query.after, limit=limit)

    def item(self, record: Any) -> Row:
        """Return a series."""
        return row_of(record)
