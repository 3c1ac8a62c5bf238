"""Builds, boots, tests and series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from dashboard.api.endpoint import FEED, Row, Rows, Thing
from dashboard.api.feeds import NEVER, Entry
from dashboard.api.formats import Lines, unchanged, written
from dashboard.api.records import row_of
from dashboard.api.shapes import results as shapes
from dashboard.filters import BadQuery, Query
from dashboard.paths import build_path, test_path
from dashboard.rows import tree_name
from results.queries.builds import BUILD_DIMENSIONS, BUILD_SORTS, build_detail, build_page
from results.queries.facets import totals
from results.queries.picked import is_scoped
from results.queries.records import Listing, RevisionRef
from results.queries.series import Series, SeriesRun, series_detail, series_history
from results.queries.test_runs import test_detail
from results.queries.tests import TEST_SORTS, test_page
from results.queries.whole import WholeTest, all_builds, all_tests
from results.selection import DIMENSIONS, Selection

HISTORY = 1000
"""Runs of a series that are answered at most: the newest."""


class ListBuilds(Rows):
    """Builds under filters, the worst status first.

    JSON lines and CSV come in the order of the database, unless `sort` says another one.
    """

    tag, shape, page_name = "builds", shapes.BuildItem, "builds"
    dimensions, sorts = BUILD_DIMENSIONS, BUILD_SORTS
    renderer_classes, newest_first = FEED, {"sort": "-start"}

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of builds."""
        return build_page(query.selection, sort=query.sort or "status", after=query.after, limit=limit)

    def pieces(self, query: Query, **names: Any) -> Iterator[Sequence[Any]]:
        """Yield all builds."""
        return super().pieces(query) if is_sorted(query) else all_builds(query.selection)

    def total(self, query: Query, **names: Any) -> int | None:
        """Return the number of builds of a revision."""
        return totals(query.selection).builds.total if is_scoped(query.selection) else None

    def item(self, record: Any) -> Row:
        """Return a build."""
        return shapes.build_item(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a build."""
        ref = record.build
        said = " ".join(part for part in (ref.architecture, ref.config, ref.compiler) if part)
        return Entry(
            path=build_path(ref.id),
            title=f"{record.status.name} {said or ref.id}{_where(record.revision)}",
            updated=record.start_time or NEVER,
        )


class GetBuild(Thing):
    """One build with all that was submitted of it, and what ran on it."""

    tag, shape, names = "builds", shapes.BuildWhole, ("kcidb_id",)

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the build."""
        return shapes.build_whole(build_detail(names["kcidb_id"]))


class ListTests(Rows):
    """Test runs under filters, boots among them, the worst status first.

    JSON lines and CSV come in the order of the database, unless `sort` says another one.
    """

    tag, shape, sorts, page_name = "tests", shapes.TestItem, TEST_SORTS, "tests"
    renderer_classes, newest_first = FEED, {"sort": "-start"}
    dimensions: ClassVar[tuple[str, ...]] = DIMENSIONS

    def selection(self, query: Query) -> Selection:
        """Return what is listed."""
        return query.selection

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of test runs."""
        return test_page(self.selection(query), sort=query.sort or "status", after=query.after, limit=limit)

    def pieces(self, query: Query, **names: Any) -> Iterator[Sequence[Any]]:
        """Yield all test runs."""
        return super().pieces(query) if is_sorted(query) else all_tests(self.selection(query))

    def total(self, query: Query, **names: Any) -> int | None:
        """Return the number of test runs of a revision or of a build."""
        selection = self.selection(query)
        if not is_scoped(selection):
            return None
        found, kinds = totals(selection), {term.value for term in selection["kind"]}
        return sum(
            counts.total
            for kind, counts in (("boot", found.boots), ("test", found.tests))
            if not kinds or kind in kinds
        )

    def item(self, record: Any) -> Row:
        """Return a test run."""
        return shapes.test_item(record)

    def items(self, records: Sequence[Any]) -> Sequence[Row]:
        """Return test runs; as JSON lines with parts that are text already."""
        if not records or not isinstance(records[0], WholeTest):
            return super().items(records)
        is_json = isinstance(self.request.accepted_renderer, Lines)
        return shapes.whole_items(records, written if is_json else unchanged)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a test run."""
        places = " · ".join(part for part in (record.platform, record.lab) if part)
        return Entry(
            path=test_path(record.id),
            title=f"{record.status.name} {record.path or record.id}{_where(record.revision)}",
            summary=places,
            updated=record.start_time or NEVER,
        )


class ListBoots(ListTests):
    """Boots under filters, the worst status first.

    JSON lines and CSV come in the order of the database, unless `sort` says another one.
    """

    tag = "boots"
    dimensions = tuple(name for name in DIMENSIONS if name != "kind")

    def selection(self, query: Query) -> Selection:
        """Return what is listed."""
        return query.selection.where(kind="boot")


class GetTest(Thing):
    """One test run with all that was submitted of it."""

    tag, shape, names = "tests", shapes.TestWhole, ("kcidb_id",)

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the test run."""
        return shapes.test_whole(test_detail(names["kcidb_id"]))


class GetSeries(Thing):
    """What has a history: one test on one device, in one tree, built one way, in one lab."""

    tag, shape, names = "series", Series, ("number",)

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the series."""
        return row_of(series_detail(names["number"]))


class ListRuns(Rows):
    """The history of a series with its measurements: the newest 1000 runs, newest revision first.

    As CSV it is a table for a plot.
    """

    tag, shape, names, page_rows = "series", SeriesRun, ("number",), HISTORY
    renderer_classes, page_name = FEED, "series"

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return the newest runs."""
        no_pages(query)
        series_detail(names["number"])
        return Listing(series_history(names["number"], limit=min(limit, HISTORY)), None)

    def item(self, record: Any) -> Row:
        """Return a run."""
        return row_of(record)

    def entry(self, record: Any) -> Entry:
        """Return the entry of a run."""
        return Entry(
            path=test_path(record.id),
            title=f"{record.status.name}{_where(record.revision)}",
            updated=record.start_time or NEVER,
        )


def _where(revision: RevisionRef | None) -> str:
    return f" in {tree_name(revision.tree)} {revision.title}" if revision else ""


def is_sorted(query: Query) -> bool:
    """Return whether an order is asked for, or a page of one: everything at once has none."""
    return bool(query.sort or query.after)


def no_pages(query: Query) -> None:
    """Refuse a cursor where a listing has one page."""
    if query.after:
        raise BadQuery("after has no meaning here: there is one page", parameters=("after",))
