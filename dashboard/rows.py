"""Rows of listings as they are printed: records of ``results`` with their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from dashboard.parts import Counts
from dashboard.paths import revision_path, tree_path, with_query
from dashboard.shell import Link
from dashboard.verdict_words import Said, build_words, run_words
from results.errors import QueryTimeout
from results.queries.build_verdicts import BuildVerdict, build_verdicts
from results.queries.builds import BUILD_DIMENSIONS, BuildRow
from results.queries.records import BuildRef, IssueRef, RevisionRef, StatusCounts, TreeRef
from results.queries.revisions import RevisionRow
from results.queries.series import SeriesRun
from results.queries.tests import TestRow
from results.queries.verdicts import RunVerdict, run_verdicts
from results.selection import EVERYTHING, NONE, Selection
from results.status import UNHAPPY


def tree_name(tree: TreeRef) -> str:
    """Return "tree/branch", or the tree alone when the branch is not named."""
    return f"{tree.name}/{tree.branch}" if tree.branch else tree.name


def revision_url(revision: RevisionRef, *params: tuple[str, str], with_repository: bool = False) -> str:
    """Return the address of a revision's page; the repository only where the name is not enough."""
    needed = [("url", revision.tree.url)] if with_repository else []
    if revision.patchset:
        needed.append(("patchset", revision.patchset))
    return with_query(revision_path(revision), [*needed, *params])


def comparison_url(a: RevisionRef, b: RevisionRef, *, with_repository: bool = False) -> str:
    """Return the address of the comparison of two revisions of one tree."""

    def ref(revision: RevisionRef) -> str:
        return "+".join(text[:12] for text in (revision.commit, revision.patchset) if text)

    repository = [("url", b.tree.url)] if with_repository else []
    return with_query("/compare", [("a", ref(a)), ("b", ref(b)), *tree_params(b.tree), *repository])


def tree_params(tree: TreeRef) -> list[tuple[str, str]]:
    """Return the parameters that name a tree, without the repository that may be needed."""
    return [("tree", tree.name), ("branch", tree.branch or NONE)]


def revision_crumbs(revision: RevisionRef | None, tab: str) -> tuple[Link, ...]:
    """Return the way to a thing that belongs to a revision, down to the tab that lists it."""
    if revision is None:
        return (Link("Trees", reverse("trees")),)
    return (
        Link("Trees", reverse("trees")),
        Link(tree_name(revision.tree), tree_path(revision.tree)),
        Link(revision.title, revision_url(revision, ("tab", tab))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionLine:
    """A revision with its counts, each number a link into the revision's page.

    ``compare``: the comparison with the revision before it, "" where that is not known. ``grid`` shows
    the series of the tree up to here. ``ref`` names it for a comparison.
    """

    tree: str
    tree_url: str
    title: str
    url: str
    subject: str
    started: datetime
    builds: Counts
    boots: Counts
    tests: Counts
    compare: str = ""
    grid: str = ""
    ref: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether anything failed here."""
        return any(part.counts.failed for part in (self.builds, self.boots, self.tests))

    @classmethod
    def of(
        cls,
        row: RevisionRow,
        *,
        counted: Selection = EVERYTHING,
        with_repository: bool = False,
        before: RevisionRef | None = None,
    ) -> RevisionLine:
        """Make the line of a revision; ``counted`` is what its counts are restricted to."""
        revision = row.revision

        def counts(tab: str, numbers: StatusCounts) -> Counts:
            # Builds are counted under what a build has, and a number is of its own status.
            said = counted.without("status", "since", "until")
            params = (said.only(BUILD_DIMENSIONS) if tab == "builds" else said).params()
            return Counts(
                numbers, revision_url(revision, ("tab", tab), *params, with_repository=with_repository)
            )

        repository = [("url", revision.tree.url)] if with_repository else []
        return cls(
            tree=tree_name(revision.tree),
            tree_url=with_query(tree_path(revision.tree), repository),
            title=revision.title,
            url=revision_url(revision, with_repository=with_repository),
            subject=row.subject,
            started=row.started,
            builds=counts("builds", row.builds),
            boots=counts("boots", row.boots),
            tests=counts("tests", row.tests),
            compare=comparison_url(before, revision, with_repository=with_repository) if before else "",
            ref=f"{tree_name(revision.tree)}@{'+'.join(filter(None, (revision.commit, revision.patchset)))}",
            grid=with_query("/grid", [*tree_params(revision.tree), *repository, ("to", revision.commit)]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildLine:
    """A build with the counts of what ran on it, each number a link to the runs it counts.

    ``said``: why it failed, or what it has more of; None when there is nothing to say, or when that
    took too long to find out.
    """

    build: BuildRow
    boots: Counts
    tests: Counts
    said: Said | None
    issue: IssueRef | None


def build_lines(rows: Iterable[BuildRow]) -> tuple[BuildLine, ...]:
    """Return the lines of builds; asks once for the verdicts on all of them."""
    rows = tuple(rows)
    try:
        verdicts = build_verdicts([row.build.id for row in rows]) if rows else {}
    except QueryTimeout:
        verdicts = {}
    return tuple(_build_line(row, verdicts.get(row.build.id)) for row in rows)


def _build_line(row: BuildRow, verdict: BuildVerdict | None) -> BuildLine:
    return BuildLine(
        build=row,
        boots=build_counts(row.build, "boot", row.boots),
        tests=build_counts(row.build, "test", row.tests),
        said=build_words(verdict) if verdict else None,
        issue=verdict.failure.issue if verdict and verdict.failure else None,
    )


def build_counts(build: BuildRef, kind: str, counts: StatusCounts) -> Counts:
    """Return the counts of the boots or tests of a build, linked to the listing of them."""
    return selected_counts(build.selection.where(kind=kind), counts)


@dataclass(frozen=True, slots=True)
class TestLine:
    """A test run and why it failed: None of one that did not, or when that took too long to find out."""

    __test__ = False

    row: TestRow
    said: Said | None
    issue: IssueRef | None


def test_lines(rows: Sequence[TestRow]) -> tuple[TestLine, ...]:
    """Return the lines of test runs; asks once for the verdicts on all of them."""
    verdicts = _verdicts(rows)
    return tuple(
        TestLine(row, run_words(verdict), verdict.issue)
        if (verdict := verdicts.get(row.id))
        else TestLine(row, None, None)
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in the history of its series, and why it failed."""

    run: SeriesRun
    said: Said | None
    issue: IssueRef | None


def run_lines(runs: Sequence[SeriesRun]) -> tuple[RunLine, ...]:
    """Return the lines of a series' runs; asks once for the verdicts on all of them."""
    verdicts = _verdicts(runs)
    return tuple(
        RunLine(run, run_words(verdict), verdict.issue)
        if (verdict := verdicts.get(run.id))
        else RunLine(run, None, None)
        for run in runs
    )


def _verdicts(runs: Sequence[TestRow] | Sequence[SeriesRun]) -> dict[str, RunVerdict]:
    bad = [run.id for run in runs if run.status in UNHAPPY]
    try:
        return run_verdicts(bad) if bad else {}
    except QueryTimeout:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteLine:
    """A suite, each number a link to the runs it counts."""

    suite: str
    counts: Counts

    @classmethod
    def of(cls, suite: str, counts: StatusCounts, about: Selection) -> SuiteLine:
        """Make the line of a suite among what ``about`` selects."""
        return cls(suite=suite, counts=selected_counts(about.where(suite=suite), counts))


def selected_counts(about: Selection, counts: StatusCounts) -> Counts:
    """Return counts of boots and tests, linked to the listing of what ``about`` selects."""
    return Counts(counts, with_query("/tests", about.params()))
