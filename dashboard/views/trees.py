"""Trees, and the history of one branch."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.charts import Sparkline, sparkline
from dashboard.parts import plural
from dashboard.rows import RevisionLine
from dashboard.shell import Frame, render_page
from results.queries.revisions import RevisionRow
from results.queries.trees import TreeRow, tree_listing

DAYS = 30


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A tree: its newest revision and the trend of its failures."""

    revision: RevisionLine
    trend: Sparkline | None

    @classmethod
    def of(cls, row: TreeRow) -> TreeLine:
        """Make the line of a tree."""
        newest = RevisionRow(row.newest, row.subject, row.started, row.last_result, (), row.builds, row.boots, row.tests)
        return cls(RevisionLine.of(newest), sparkline(row.trend))


@dataclass(frozen=True, slots=True, kw_only=True)
class TreesPage(Frame):
    """The listing of trees."""

    lines: tuple[TreeLine, ...]
    search: str


@require_safe
def trees(request: HttpRequest) -> HttpResponse:
    """Answer /trees."""
    search = request.GET.get("q", "")
    rows = tree_listing(search, days=DAYS, now=timezone.now())
    failing = sum(1 for row in rows if row.builds.failed or row.boots.failed or row.tests.failed)
    page = TreesPage(
        title=f"{failing} of {len(rows)} fail · trees",
        heading="Trees",
        section="trees",
        verdict=f"{plural(len(rows), 'branch').replace('branchs', 'branches')} with a revision in the last {DAYS} days.",
        summary=f"{len(rows)} trees",
        lines=tuple(TreeLine.of(row) for row in rows),
        search=search,
    )
    return render_page(request, "trees/list.html", page)
