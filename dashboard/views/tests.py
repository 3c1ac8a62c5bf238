"""Test runs: one whole, all of them, and the series they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.api.results import GetSeries, GetTest, ListRuns, ListTests
from dashboard.filters import read_query
from dashboard.first_error import excerpt_lines
from dashboard.listing import Address, Chip, Column, FacetPanel, chips, columns, facet_panels, sentence
from dashboard.middleware import with_charts
from dashboard.near_series import NearGroup, near_groups
from dashboard.parts import LogLine
from dashboard.paths import tree_path
from dashboard.plot import MetricFigure, metric_figure, state_words
from dashboard.plots.links import ChartLink, measurement_link
from dashboard.result_lists import TEST_HEADS, ResultList, tests_list, without_revision
from dashboard.rows import RunLine, TestLine, revision_crumbs, run_lines, test_lines, tree_name
from dashboard.series_words import history_sentence
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.errors import QueryTimeout
from results.queries.facets import Noun, facets
from results.queries.series import Series, SeriesRun, series_detail, series_history
from results.queries.series_analysis import SeriesAnalysis, series_analysis
from results.queries.series_near import series_near
from results.queries.test_runs import TestDetail, test_detail
from results.queries.tests import TEST_SORTS
from results.selection import DIMENSIONS, Selection

KINDS: Final[dict[str, Noun]] = {"boot": "boots", "test": "tests"}
HISTORY = 60
LISTED = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsPage(Frame):
    """All test runs under a selection."""

    list: ResultList


@dataclass(frozen=True, slots=True, kw_only=True)
class TestPage(Frame):
    """A test run, and the history of its series."""

    detail: TestDetail
    excerpt: tuple[LogLine, ...]
    history: tuple[SeriesRun, ...]
    runs: tuple[RunLine, ...]
    line: TestLine
    siblings: tuple[TestLine, ...]
    sibling_columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPage(Frame):
    """A series and its newest runs."""

    series: Series
    history: tuple[SeriesRun, ...]
    runs: tuple[RunLine, ...]
    near: tuple[NearGroup, ...]
    analysis: SeriesAnalysis
    figures: tuple[tuple[MetricFigure, ChartLink], ...]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetsPage(Frame):
    """What a listing of tests can be narrowed to; ``panels`` is None when that took too long."""

    panels: tuple[FacetPanel, ...] | None
    chips: tuple[Chip, ...]
    clear: str


@require_safe
def tests_facets(request: HttpRequest) -> HttpResponse:
    """Answer /_/facets: the filters of /tests, which its page loads after itself."""
    query = read_query(request.GET, dimensions=DIMENSIONS, sorts=TEST_SORTS)
    address = Address(reverse("tests"), query.selection, sort=query.sort)
    try:
        panels = facet_panels(facets(query.selection, noun=_noun(query.selection)), address)
    except QueryTimeout:
        panels = None
    said = sentence(query.selection)
    page = FacetsPage(
        title=f"Filters of tests{f' · {said}' if said else ''}",
        heading="Filters",
        crumbs=(Link("Tests", address.url()),),
        panels=panels,
        chips=chips(address),
        clear=address.selecting(Selection()).url(),
    )
    response = render_page(request, "facets.html", page)
    response["X-Robots-Tag"] = "noindex"
    return response


def _noun(selection: Selection) -> Noun:
    kinds = [str(term) for term in selection["kind"]]
    return KINDS.get(kinds[0], "results") if len(kinds) == 1 else "results"


@require_safe
@twins(ListTests)
def tests(request: HttpRequest) -> HttpResponse:
    """Answer /tests: the listing that the counts of all pages lead to."""
    query = read_query(request.GET, dimensions=DIMENSIONS, sorts=TEST_SORTS)
    address = Address(request.path, query.selection, sort=query.sort)
    listed = tests_list(address, Selection(), query, noun=_noun(query.selection))
    page = TestsPage(
        title=listed.title(sentence(query.selection)),
        heading=listed.noun.capitalize(),
        verdict=listed.verdict,
        summary=listed.summary,
        list=listed,
    )
    return render_page(request, "results.html", page)


@require_safe
@twins(GetTest)
def test(request: HttpRequest, kcidb_id: str) -> HttpResponse:
    """Answer /t/<id>."""
    detail = test_detail(kcidb_id)
    run = detail.run
    history = series_history(run.series, limit=HISTORY)
    line, *siblings = test_lines((run, *detail.siblings))
    where = " · ".join(part for part in (run.platform, run.lab) if part)
    page = TestPage(
        title=f"{run.status.name} · {run.path or run.id} · {where}",
        heading=run.path or "(no path)",
        section="trees",
        verdict=history_sentence(history, run.id),
        crumbs=revision_crumbs(run.revision, "boots" if run.is_boot else "tests"),
        detail=detail,
        excerpt=excerpt_lines(detail.excerpt, run.status),
        history=history,
        runs=run_lines(history[:LISTED]),
        line=line,
        siblings=tuple(siblings),
        sibling_columns=columns(without_revision(TEST_HEADS), (), Address("")),
    )
    return render_page(request, "tests/detail.html", page)


@require_safe
@twins(GetSeries, ListRuns)
@with_charts
def series(request: HttpRequest, number: int) -> HttpResponse:
    """Answer /s/<series>."""
    found = series_detail(number)
    history = series_history(number, limit=HISTORY)
    analysis = series_analysis(number)
    where = " · ".join(part for part in (found.platform, found.tree and tree_name(found.tree)) if part)
    newest = history[0] if history else None
    page = SeriesPage(
        title=f"{newest.status.name if newest else 'no runs'} · {found.path or 'no path'} · {where}",
        heading=found.path or "(no path)",
        section="trees",
        verdict=history_sentence(history, newest.id) if newest else "It has not run.",
        crumbs=(Link(tree_name(found.tree), tree_path(found.tree)),) if found.tree else (),
        series=found,
        history=history,
        runs=run_lines(history),
        near=near_groups(found, series_near(number)),
        analysis=analysis,
        figures=tuple(
            (metric_figure(metric), measurement_link(number, metric.name)) for metric in analysis.metrics
        ),
        state=state_words(analysis.state),
    )
    return render_page(request, "series/detail.html", page)
