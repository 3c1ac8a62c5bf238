"""Flaky tests, those that cost the most first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.api.events import ListFlaky
from dashboard.filters import read_query
from dashboard.listing import Address, Pager, Tab, pager
from dashboard.parts import plural
from dashboard.paths import with_query
from dashboard.rows import tree_name
from dashboard.shell import Frame, render_page
from dashboard.twins import twins
from dashboard.verdict_words import interval
from results.models import SeriesVerdict
from results.queries.flaky import FLAKY_VERDICTS, FlakyFilter, FlakyRow, flaky_counts, flaky_page

VERDICTS: Final = {verdict.label: verdict for verdict in FLAKY_VERDICTS}
EXTRA: Final[dict[str, Any]] = {
    "verdict": tuple(VERDICTS), "q": None, "tree": None, "platform": None, "lab": None, "suite": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FlakyLine:
    """A flaky series as it is printed."""

    row: FlakyRow
    tree: str
    interval: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlakyPage(Frame):
    """The ranking of flaky series."""

    lines: tuple[FlakyLine, ...]
    tabs: tuple[Tab, ...]
    asked: dict[str, str]
    total: int
    pager: Pager
    clear: str


@require_safe
@twins(ListFlaky)
def flaky(request: HttpRequest) -> HttpResponse:
    """Answer /flaky."""
    query = read_query(request.GET, extra=EXTRA)
    asked: dict[str, str] = dict(query.extra)
    verdict = VERDICTS[asked.get("verdict", SeriesVerdict.Verdict.FLAKY.label)]
    which = FlakyFilter(
        verdict=verdict,
        search=asked.get("q", ""),
        tree=asked.get("tree", ""),
        platform=asked.get("platform", ""),
        lab=asked.get("lab", ""),
        suite=asked.get("suite", ""),
    )
    found, counts = flaky_page(which, after=query.after), flaky_counts(which)
    page = FlakyPage(
        title=f"{counts[verdict]:,} {verdict.label}",
        heading="Flaky tests",
        section="flaky",
        verdict="Tests that fail now and then although nothing changed, by failures a day.",
        summary=f"{plural(len(found), 'series', 'series')} on this page",
        lines=tuple(
            FlakyLine(row, tree_name(row.tree), interval(row.score, row.low, row.high)) for row in found
        ),
        tabs=tuple(
            Tab(
                each.label.capitalize(),
                with_query(request.path, {**asked, "verdict": str(each.label)}.items()),
                each == verdict,
                counts[each],
            )
            for each in FLAKY_VERDICTS
        ),
        asked=asked,
        total=counts[verdict],
        pager=pager(
            Address(request.path, stays=tuple(asked.items())), after=query.after, following=found.after
        ),
        clear=with_query(request.path, [("verdict", verdict.label)]),
    )
    return render_page(request, "flaky/list.html", page)
