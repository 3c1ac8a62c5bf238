"""Builds: one whole, and all of them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.api.results import GetBuild, ListBuilds
from dashboard.filters import read_query
from dashboard.first_error import excerpt_lines
from dashboard.listing import Address, sentence
from dashboard.parts import Counts, LogLine, enumeration, plural
from dashboard.result_lists import ResultList, builds_list
from dashboard.rows import BuildLine, SuiteLine, build_counts, build_lines, revision_crumbs
from dashboard.shell import Frame, render_page
from dashboard.twins import twins
from results.queries.builds import BUILD_DIMENSIONS, BUILD_SORTS, BuildDetail, BuildRow, build_detail
from results.queries.pruned import Pruned, pruned_builds
from results.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPage(Frame):
    """A build: how it was made, what ran on it, and how the same build did before."""

    detail: BuildDetail
    line: BuildLine
    excerpt: tuple[LogLine, ...]
    suites: tuple[SuiteLine, ...]
    boots: Counts
    tests: Counts
    history: tuple[BuildLine, ...]
    pruned: Pruned | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildsPage(Frame):
    """All builds under a selection."""

    list: ResultList


@require_safe
@twins(ListBuilds)
def builds(request: HttpRequest) -> HttpResponse:
    """Answer /builds."""
    query = read_query(request.GET, dimensions=BUILD_DIMENSIONS, sorts=BUILD_SORTS)
    listed = builds_list(Address(request.path, query.selection, sort=query.sort), Selection(), query)
    page = BuildsPage(
        title=listed.title(sentence(query.selection)),
        heading="Builds",
        verdict=listed.verdict,
        summary=listed.summary,
        list=listed,
    )
    return render_page(request, "results.html", page)


@require_safe
@twins(GetBuild)
def build(request: HttpRequest, kcidb_id: str) -> HttpResponse:
    """Answer /b/<id>."""
    detail = build_detail(kcidb_id)
    ref = detail.build
    name = " ".join(part for part in (ref.architecture, ref.config, ref.compiler) if part) or ref.id
    lines = build_lines((_as_row(detail), *detail.history))
    page = BuildPage(
        title=f"{detail.status.name} · {name}{f' · {detail.revision.title}' if detail.revision else ''}",
        heading=name,
        section="trees",
        verdict=_verdict(detail),
        crumbs=revision_crumbs(detail.revision, "builds"),
        detail=detail,
        excerpt=excerpt_lines(detail.excerpt, detail.status),
        suites=tuple(SuiteLine.of(found.suite, found.counts, ref.selection) for found in detail.suites),
        boots=build_counts(ref, "boot", detail.boots),
        tests=build_counts(ref, "test", detail.tests),
        line=lines[0],
        history=lines[1:],
        pruned=pruned_builds(ref.selection),
    )
    return render_page(request, "builds/detail.html", page)


def _as_row(detail: BuildDetail) -> BuildRow:
    return BuildRow(**{field.name: getattr(detail, field.name) for field in fields(BuildRow)})


def _verdict(detail: BuildDetail) -> str:
    if not detail.build.known:
        return "Nobody has submitted this build yet; tests name it."
    if detail.build.is_dummy:
        return "Not a real build: its origin made it up to hang tests on a checkout."
    ran = enumeration(
        f"{counts.failed:,} of {plural(counts.total, noun)}"
        for counts, noun in ((detail.boots, "boot"), (detail.tests, "test"))
        if counts
    )
    return f"{ran} on it fail." if ran else "Nothing has run on it."
