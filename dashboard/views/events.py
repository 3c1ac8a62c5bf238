"""Regressions: what broke, and one event whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.api.events import GetRegression, ListRegressions
from dashboard.commit_rows import CommitsPart, commits_part
from dashboard.event_filters import DIMENSIONS, EXTRA, SUBJECTS, TRIAGES, event_filter, state_asked
from dashboard.event_mail import mail_address
from dashboard.event_report import report_text
from dashboard.event_rows import EventLine, statement
from dashboard.filters import BadQuery, Query, read_query
from dashboard.first_error import from_first_error
from dashboard.listing import Address, Chip, Pager, Tab, chips, pager, sentence
from dashboard.measured_rows import ChangeLine, change_lines
from dashboard.parts import LogLine, log_lines, plural
from dashboard.paths import event_path, with_query
from dashboard.rows import tree_name
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.models import Event
from results.queries.event_detail import EventDetail, event_detail
from results.queries.events import EVENT_SORTS, EventSort, event_counts, event_page
from results.queries.metric_changes import metric_changes_of
from results.selection import Selection
from results.triage import decide

TAB_WORDS = {Event.State.FLAKY: "New flakes", Event.State.DISMISSED: "Dismissed suspicions"}
FIELDS = ("tree", "platform", "lab")
"""Dimensions with a field in the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsPage(Frame):
    """The listing of events in one state."""

    lines: tuple[EventLine, ...]
    tabs: tuple[Tab, ...]
    orders: tuple[Tab, ...]
    asked: dict[str, str]
    kept: tuple[tuple[str, str], ...]
    total: int
    chips: tuple[Chip, ...]
    pager: Pager
    clear: str
    subjects: tuple[str, ...] = tuple(SUBJECTS)
    triages: tuple[str, ...] = tuple(TRIAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage(Frame):
    """An event: its evidence, what can be copied into a mail, and the forms of triage."""

    detail: EventDetail
    line: EventLine
    excerpt: tuple[LogLine, ...]
    report: str
    commits: CommitsPart | None
    measured: tuple[ChangeLine, ...]
    triages: tuple[str, ...] = tuple(TRIAGES)


@require_safe
@twins(ListRegressions)
def regressions(request: HttpRequest) -> HttpResponse:
    """Answer /regressions."""
    query = read_query(request.GET, dimensions=DIMENSIONS, extra=EXTRA)
    state = state_asked(query)
    sort = cast(EventSort, query.extra.get("order", EVENT_SORTS[0]))
    which = event_filter(query, state)
    found = event_page(which, sort=sort, after=query.after)
    counts = event_counts(which)
    address = Address(request.path, query.selection, stays=tuple(query.extra.items()))
    said = sentence(query.selection)
    page = EventsPage(
        title=f"{counts[state]:,} {state.label} · {f'{said} · ' if said else ''}regressions",
        heading="Regressions",
        section="regressions",
        verdict=_verdict(counts),
        summary=f"{plural(len(found), 'event')} on this page",
        lines=tuple(EventLine.of(row) for row in found),
        tabs=_tabs(address, counts, state),
        orders=_orders(address, sort),
        asked={**_fields(query.selection), **query.extra},
        kept=_kept(query),
        total=counts[state],
        chips=chips(address),
        pager=pager(address, after=query.after, following=found.after),
        clear=with_query(request.path, [("state", str(state.label))]),
    )
    return render_page(request, "events/list.html", page)


@require_safe
def report(request: HttpRequest, number: int) -> HttpResponse:
    """Answer /r/<event>.txt: the report, to be pasted into a mail."""
    text = report_text(event_detail(number), request.build_absolute_uri("/"))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@twins(GetRegression, text=report)
def event(request: HttpRequest, number: int) -> HttpResponse:
    """Answer /r/<event>; a POST by somebody who is signed in decides about it."""
    if request.method == "POST":
        return _decide(request, number)
    read_query(request.GET)
    detail, site = event_detail(number), request.build_absolute_uri("/")
    row = detail.event
    page = EventPage(
        title=f"{row.state.label} · {row.title} · {tree_name(row.tree)}",
        heading=row.title,
        section="regressions",
        verdict=statement(row),
        crumbs=(Link("Regressions", reverse("regressions")),),
        detail=detail,
        line=EventLine.of(row),
        excerpt=_excerpt(detail),
        report=report_text(detail, site),
        commits=commits_part(row.good, row.bad),
        measured=change_lines(metric_changes_of(number)),
        mail=mail_address(detail, site),
    )
    return render_page(request, "events/detail.html", page)


def _excerpt(detail: EventDetail) -> tuple[LogLine, ...]:
    text = detail.example.excerpt if detail.example else ""
    return from_first_error(log_lines(text), detail.event.signature) if text else ()


@login_required
def _decide(request: HttpRequest, number: int) -> HttpResponse:
    triage = TRIAGES.get(request.POST.get("triage", ""))
    if triage is None:
        raise BadQuery("triage is one of these", tuple(TRIAGES))
    assert request.user.pk is not None
    decide(number, triage=triage, who=request.user.pk, why=request.POST.get("why", "").replace("\0", ""))
    response = HttpResponseRedirect(event_path(number))
    response.status_code = 303
    return response


def _fields(selection: Selection) -> dict[str, str]:
    """Return what the fields of the form hold: of a dimension with one value, that."""
    return {name: str(selection[name][0]) for name in FIELDS if len(selection[name]) == 1}


def _kept(query: Query) -> tuple[tuple[str, str], ...]:
    """Return what the form keeps beside its own fields."""
    shown = _fields(query.selection)
    words = [(name, query.extra[name]) for name in ("state", "order") if name in query.extra]
    return tuple(words + query.selection.without(*shown).params())


def _verdict(counts: dict[Event.State, int]) -> str:
    said = [
        f"{counts[state]:,} {state.label}"
        for state in (Event.State.CONFIRMED, Event.State.FLAKY, Event.State.SUSPECTED, Event.State.FIXED)
        if counts[state]
    ]
    return " · ".join(said) if said else "The analysis knows of no regression."


def _tabs(address: Address, counts: dict[Event.State, int], current: Event.State) -> tuple[Tab, ...]:
    return tuple(
        Tab(
            TAB_WORDS.get(state, state.label.capitalize()),
            _asking(address, "state", str(state.label)),
            state == current,
            counts[state],
        )
        for state in (Event.State.CONFIRMED, Event.State.FLAKY, Event.State.SUSPECTED,
                      Event.State.FIXED, Event.State.INFRA, Event.State.CLOSED, Event.State.DISMISSED)
    )  # fmt: skip


def _orders(address: Address, current: str) -> tuple[Tab, ...]:
    return tuple(Tab(order, _asking(address, "order", order), order == current) for order in EVENT_SORTS)


def _asking(address: Address, name: str, value: str) -> str:
    return replace(address, stays=tuple({**dict(address.stays), name: value}.items())).url()
