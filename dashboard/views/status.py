"""The state of the intake: who sends what, what waits, which labs fell silent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from dashboard.api.intake import GetStatus
from dashboard.charts import Sparkline, sparkline
from dashboard.exposition import Family, exposition
from dashboard.filters import read_query
from dashboard.notify.outbox import overdue
from dashboard.parts import enumeration, plural
from dashboard.shell import Frame, render_page
from dashboard.twins import twins
from dashboard.waiting import Spool, spools
from results.queries.status import Backlog, LabSilence, SourceRow, backlog, labs, sources

View = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class State:
    """The whole state at one moment."""

    at: datetime
    sources: tuple[SourceRow, ...]
    labs: tuple[LabSilence, ...]
    backlog: Backlog
    spools: tuple[Spool, ...]

    @property
    def silent(self) -> tuple[LabSilence, ...]:
        """Labs that fell silent."""
        return tuple(lab for lab in self.labs if lab.is_silent)

    @property
    def due_age(self) -> timedelta:
        """How long the oldest object has waited for its summaries."""
        return self.at - self.backlog.due_since if self.backlog.due_since else timedelta()


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source and the line of its last 24 hours."""

    row: SourceRow
    trend: Sparkline | None
    lag: float | None


@dataclass(frozen=True, slots=True)
class LabLine:
    """A lab; ``gap`` is its usual one in seconds."""

    row: LabSilence
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage(Frame):
    """The state for readers."""

    state: State
    lines: tuple[SourceLine, ...]
    labs: tuple[LabLine, ...]
    due_seconds: float


def state() -> State:
    """Read the whole state: three statements, and the spool folders."""
    now = timezone.now()
    return State(now, sources(now=now), labs(now=now), backlog(), spools())


def page_or_receipt(receipt: str) -> View:
    """Return the view of /status: KCIDB's word on a submission for its clients, else the page.

    ``receipt`` is the dotted name of the view for clients: they name a submission, or themselves.
    """

    @csrf_exempt
    def status(request: HttpRequest) -> HttpResponseBase:
        is_client = "id" in request.GET or "Authorization" in request.headers
        if is_client or request.method not in ("GET", "HEAD"):
            answer: View = import_string(receipt)
            return answer(request)
        return _page(request)

    return status


@twins(GetStatus)
def _page(request: HttpRequest) -> HttpResponse:
    read_query(request.GET)
    now = state()
    page = StatusPage(
        title=f"{len(now.silent)} silent · Status" if now.silent else "Status",
        heading="Status",
        section="submissions",
        verdict=_verdict(now),
        state=now,
        lines=tuple(
            SourceLine(row, sparkline(row.hours), row.lag.total_seconds() if row.lag is not None else None)
            for row in now.sources
        ),
        labs=tuple(
            LabLine(lab, lab.usual_gap.total_seconds() if lab.usual_gap else None)
            for lab in sorted(now.labs, key=lambda lab: not lab.is_silent)
        ),
        due_seconds=now.due_age.total_seconds(),
    )
    return render_page(request, "status.html", page)


def _verdict(now: State) -> str:
    waiting = sum(spool.files or 0 for spool in now.spools)
    waits = enumeration(
        plural(count, noun, nouns)
        for count, noun, nouns in (
            (waiting, "submission", "submissions"),
            (now.backlog.due, "summary", "summaries"),
        )
        if count
    )
    silent = enumeration(lab.lab for lab in now.silent)
    heard = f"Silent: {silent}." if silent else "All labs report as they usually do."
    return f"{heard} {f'Waiting: {waits}.' if waits else 'Nothing waits.'}"


@require_safe
@never_cache
def status_json(request: HttpRequest) -> HttpResponse:
    """Answer /status.json: the same for scripts. Times are in UTC, lengths of time in seconds."""
    now = state()
    return JsonResponse({**asdict(now, dict_factory=_plain), "silent": [lab.lab for lab in now.silent]})


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.total_seconds() if isinstance(value, timedelta) else value for name, value in items}


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer /metrics for Prometheus."""
    text = exposition((*_families(state()), *_outbox()))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _families(now: State) -> tuple[Family, ...]:
    return (*_of_sources(now), *_waiting(now), *_of_labs(now))


def _outbox() -> tuple[Family, ...]:
    """Return what people wait for; asked for no page, so no part of its state."""
    number, since = overdue()
    age = (timezone.now() - since).total_seconds() if since else 0.0
    return (
        Family("messages_due", "gauge", "News for subscribers that could be sent now.", [({}, number)]),
        Family("messages_due_age_seconds", "gauge", "How long the oldest of them is due.", [({}, age)]),
    )


def _of_sources(now: State) -> tuple[Family, ...]:
    rows = [({"source": row.source, "origin": row.origin}, row) for row in now.sources]
    arrivals = [(labels, row.last_arrival.timestamp()) for labels, row in rows]
    lags = [(labels, row.lag.total_seconds()) for labels, row in rows if row.lag is not None]
    hour = [(labels, row.hours[-1]) for labels, row in rows]
    day = [(labels, row.objects) for labels, row in rows]
    refused = [(labels, row.rejections) for labels, row in rows]
    return (
        Family("submissions_total", "counter", "Submissions ever numbered.", [({}, now.backlog.submissions)]),
        Family("last_arrival_timestamp_seconds", "gauge", "When the newest submission arrived.", arrivals),
        Family("lag_seconds", "gauge", "Mean time from submission to storage, last 24 hours.", lags),
        Family("objects_last_hour", "gauge", "Objects stored in the last hour.", hour),
        Family("objects_last_day", "gauge", "Objects stored in the last 24 hours.", day),
        Family("rejections_last_day", "gauge", "Objects refused in the last 24 hours.", refused),
    )


def _of_labs(now: State) -> tuple[Family, ...]:
    last = [({"lab": lab.lab}, lab.last_result.timestamp()) for lab in now.labs]
    silent = [({"lab": lab.lab}, int(lab.is_silent)) for lab in now.labs]
    return (
        Family("lab_last_result_timestamp_seconds", "gauge", "When a lab's newest result started.", last),
        Family("lab_silent", "gauge", "1: silent for more than three times its usual gap.", silent),
    )


def _waiting(now: State) -> tuple[Family, ...]:
    spooled = [({"spool": spool.name}, spool.files) for spool in now.spools if spool.files is not None]
    return (
        Family("due", "gauge", "Objects whose summaries wait, up to 10,000.", [({}, now.backlog.due)]),
        Family("due_age_seconds", "gauge", "Age of the oldest of them.", [({}, now.due_age.total_seconds())]),
        Family("open_rejections", "gauge", "Refused, not stored yet.", [({}, now.backlog.open_rejections)]),
        Family("spool_files", "gauge", "Submissions that wait to be loaded, up to 10,000.", spooled),
    )
