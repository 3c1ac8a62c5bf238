"""Which pages are measured: each of its kind, and the biggest case that the database has.

To measure another page, add a line to ``PAGES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dashboard import paths
from dashboard.bench.database import ask
from dashboard.paths import with_query
from results.queries.records import RevisionRef, TreeRef
from results.status import COUNT_COLUMNS

ALL = " + ".join(COUNT_COLUMNS.values())
MILLISECONDS = 40.0
KILOBYTES = 25.0
STATEMENTS = 12


class Biggest:
    """The biggest things in the database, looked up when first asked for."""

    def _one(self, query: str, *parameters: Any) -> tuple[Any, ...]:
        found = ask(query, *parameters)
        if not found:
            raise LookupError("the database has none")
        return found[0]

    @cached_property
    def revision(self) -> RevisionRef:
        """The revision with most tests."""
        name, branch, commit = self._one(
            f"""
            SELECT tree.name, tree.branch, revision.commit
            FROM results_revisioncount counts
            JOIN results_revision revision ON revision.id = counts.revision_id
            JOIN results_tree tree ON tree.id = revision.tree_id
            WHERE counts.kind = 3
            GROUP BY revision.id, tree.id ORDER BY sum({ALL}) DESC LIMIT 1
            """  # noqa: S608 - our own words
        )
        return RevisionRef(TreeRef(name, branch, ""), commit, "", "")

    @cached_property
    def sides(self) -> tuple[str, str]:
        """The biggest revision and, before it, the one it is compared with, as commits."""
        query = """
            SELECT before.commit FROM results_revision before
            JOIN results_revision biggest
                 ON biggest.tree_id = before.tree_id AND biggest.place > before.place
            JOIN results_tree tree ON tree.id = before.tree_id
            WHERE biggest.commit = %s AND tree.name = %s AND tree.branch = %s
            ORDER BY before.place DESC LIMIT 1
            """
        tree = self.revision.tree
        return str(self._one(query, self.revision.commit, tree.name, tree.branch)[0]), self.revision.commit

    @cached_property
    def event(self) -> int:
        """The event with most series."""
        return int(self._one("SELECT id FROM results_event ORDER BY n_series DESC, id LIMIT 1")[0])

    @cached_property
    def tree(self) -> TreeRef:
        """The branch with most revisions."""
        return TreeRef(
            *self._one(
                """
                SELECT tree.name, tree.branch, '' FROM results_tree tree
                JOIN results_revision revision ON revision.tree_id = tree.id
                GROUP BY tree.id ORDER BY count(*) DESC LIMIT 1
                """
            )
        )

    @cached_property
    def build(self) -> str:
        """The known build with most tests."""
        query = f"""
            SELECT build.kcidb_id FROM results_resultcount counts
            JOIN results_build build ON build.id = counts.build_id AND build.known
            GROUP BY build.id ORDER BY sum({ALL}) DESC LIMIT 1
            """  # noqa: S608
        return str(self._one(query)[0])

    @cached_property
    def suite(self) -> str:
        """The suite with most tests."""
        query = f"""
            SELECT suite.name FROM results_resultcount counts
            JOIN results_suite suite ON suite.id = counts.suite_id
            GROUP BY suite.id ORDER BY sum({ALL}) DESC LIMIT 1
            """  # noqa: S608
        return str(self._one(query)[0])

    @cached_property
    def platform(self) -> str:
        """The platform with most tests."""
        query = f"""
            SELECT platform.name FROM results_daycount counts
            JOIN results_platform platform ON platform.id = counts.platform_id
            GROUP BY platform.id ORDER BY sum({ALL}) DESC LIMIT 1
            """  # noqa: S608
        return str(self._one(query)[0])

    @cached_property
    def lab(self) -> str:
        """The lab with most tests."""
        query = f"""
            SELECT lab.name FROM results_daycount counts JOIN results_lab lab ON lab.id = counts.lab_id
            WHERE lab.is_physical GROUP BY lab.id ORDER BY sum({ALL}) DESC LIMIT 1
            """  # noqa: S608
        return str(self._one(query)[0])

    @cached_property
    def series(self) -> int:
        """The series with most runs, among those of the newest ten thousand builds."""
        query = """
            SELECT test.series_id FROM results_test test
            WHERE test.build_id > (SELECT max(id) - 10000 FROM results_build)
            GROUP BY test.series_id ORDER BY count(*) DESC LIMIT 1
            """
        return int(self._one(query)[0])

    @cached_property
    def test(self) -> str:
        """A failed test with a long excerpt."""
        key, kcidb_id, origin = self._one(
            """
            SELECT encode(uuid_send(test.key), 'hex'), test.kcidb_id, origin.name
            FROM results_test test
            JOIN results_series series ON series.id = test.series_id
            JOIN results_origin origin ON origin.id = series.origin_id
            JOIN results_excerpt excerpt ON excerpt.id = test.excerpt_id
            WHERE test.status = 6 AND octet_length(excerpt.body) > 700 LIMIT 1
            """
        )
        return str(kcidb_id or f"{origin}:{key[8:]}")

    @cached_property
    def product(self) -> str:
        """The product with the longest definition."""
        query = (
            "SELECT slug FROM results_product WHERE deleted IS NULL ORDER BY length(text) DESC, id LIMIT 1"
        )
        return str(self._one(query)[0])

    @cached_property
    def issue(self) -> str:
        """The issue with most incidents."""
        query = """
            SELECT issue.kcidb_id FROM results_issuecount counts
            JOIN results_issue issue ON issue.key = counts.issue_key AND issue.is_newest
            ORDER BY counts.builds + counts.tests DESC LIMIT 1
            """
        return str(self._one(query)[0])

    @cached_property
    def submission(self) -> int:
        """The submission with most tests."""
        return int(self._one("SELECT id FROM results_submission ORDER BY tests DESC LIMIT 1")[0])


@dataclass(frozen=True, slots=True)
class Page:
    """A page to measure. ``path`` finds a concrete address in the database."""

    name: str
    path: Callable[[Biggest], str]
    milliseconds: float = MILLISECONDS
    kilobytes: float | None = None
    is_small: bool = False
    """Whether it is measured once more while results are loaded."""


def named(tree: TreeRef) -> list[tuple[str, str]]:
    """Return the parameters that name a tree."""
    return [("tree", tree.name), ("branch", tree.branch)]


def compared(big: Biggest) -> list[tuple[str, str]]:
    """Return the parameters that compare the biggest revision with the one before it."""
    return [*zip(("a", "b"), big.sides, strict=True), *named(big.revision.tree)]


def _revision(*parameters: tuple[str, str]) -> Callable[[Biggest], str]:
    return lambda big: with_query(paths.revision_path(big.revision), parameters)


def _tests(parameter: str, value: Callable[[Biggest], str]) -> Callable[[Biggest], str]:
    return lambda big: with_query(
        paths.revision_path(big.revision), [("tab", "tests"), (parameter, value(big))]
    )


PAGES = (
    Page("home", lambda _: "/", is_small=True),
    Page("trees", lambda _: "/trees", is_small=True),
    Page("branch with most revisions", lambda big: paths.tree_path(big.tree), is_small=True),
    Page("biggest revision: changes", _revision()),
    Page("biggest revision: builds", _revision(("tab", "builds"))),
    Page("biggest revision: paths", _revision(("tab", "paths"))),
    Page("biggest revision: labs", _revision(("tab", "labs"))),
    Page("biggest revision: arrival", _revision(("tab", "arrival"))),
    Page("biggest revision: boots", _revision(("tab", "boots"))),
    Page("biggest revision: tests", _revision(("tab", "tests")), kilobytes=KILOBYTES),
    Page("  … that failed", _revision(("tab", "tests"), ("status", "fail")), kilobytes=KILOBYTES),
    Page("  … of the biggest suite", _tests("suite", lambda big: big.suite), kilobytes=KILOBYTES),
    Page("  … on the busiest device", _tests("platform", lambda big: big.platform), kilobytes=KILOBYTES),
    Page("  … with a path like clone", _tests("q", lambda _: "clone"), kilobytes=KILOBYTES),
    Page("  … against the one before", lambda big: with_query("/compare", compared(big)), milliseconds=80),
    Page("history grid", lambda big: with_query("/grid", named(big.tree)), milliseconds=100),
    Page("regressions", lambda _: "/regressions"),
    Page("event with most series", lambda big: paths.event_path(big.event)),
    Page("flaky", lambda _: "/flaky"),
    Page("measurements", lambda _: "/measurements"),
    Page("search", lambda _: "/search?q=ltp"),
    Page("builds", lambda _: "/builds"),
    Page("biggest build", lambda big: paths.build_path(big.build)),
    Page("tests", lambda _: "/tests"),
    Page("  … that failed", lambda _: "/tests?status=fail"),
    Page("  … on the busiest device", lambda big: with_query("/tests", [("platform", big.platform)])),
    Page("test run with a long log", lambda big: paths.test_path(big.test), is_small=True),
    Page("longest series", lambda big: paths.series_path(big.series), is_small=True),
    Page("filters of all tests", lambda _: "/_/facets"),
    Page("suites", lambda _: "/suites"),
    Page("biggest suite", lambda big: paths.suite_path(big.suite)),
    Page("devices", lambda _: "/devices"),
    Page("busiest device", lambda big: paths.device_path(big.platform), is_small=True),
    Page("labs", lambda _: "/labs"),
    Page("busiest lab", lambda big: paths.lab_path(big.lab), is_small=True),
    Page("issues", lambda _: "/issues"),
    Page("issue with most incidents", lambda big: paths.issue_path(big.issue)),
    Page("products", lambda _: "/products"),
    Page("product", lambda big: f"/p/{big.product}"),
    Page("submissions", lambda _: "/submissions"),
    Page("biggest submission", lambda big: paths.submission_path(big.submission)),
    Page("rejections", lambda _: "/rejections"),
)
FIRST_AFTER_RESTART = ("home", "biggest revision: tests", "test run with a long log")


def addresses(big: Biggest) -> Iterator[tuple[Page, str]]:
    """Yield every page with its address; those whose subject the database lacks are left out."""
    for page in PAGES:
        try:
            yield page, page.path(big)
        except LookupError:
            continue
