"""Every number on a page is the number of rows that its link lists."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from results.queries.builds import BUILD_DIMENSIONS, BUILD_SORTS, build_detail, build_page
from results.queries.devices import device_detail, device_listing
from results.queries.facets import facets, totals
from results.queries.issues import incident_page, issue_detail
from results.queries.labs import LAB_DAYS, lab_detail, lab_listing
from results.queries.records import StatusCounts
from results.queries.revisions import newest_revisions, revision_detail, revision_history
from results.queries.tests import TEST_SORTS
from results.queries.tests import test_page as page_of_tests
from results.queries.trees import find_trees, tree_listing
from results.selection import EVERYTHING, Selection, Term
from results.status import WORST_FIRST
from tests.factories import NOW, URL

pytestmark = pytest.mark.django_db

SELECTIONS = [
    {},
    {"status": ["fail"]},
    {"status": ["!pass", "!none"]},
    {"status": ["none", "s*"]},
    {"status": ["fail", "!fail"]},
    {"kind": ["boot"]},
    {"kind": ["!boot"]},
    {"platform": ["none"]},
    {"platform": ["\\none"]},
    {"platform": ["\\!odd\\*"]},
    {"platform": ["!rpi-4"]},
    {"platform": ["r*", "none"]},
    {"lab": ["lab-*"], "status": ["fail", "miss"]},
    {"lab": ["!k8s*"], "origin": ["!ti"]},
    {"lab": ["nowhere"]},
    {"compatible": ["rockchip,*"]},
    {"compatible": ["none"]},
    {"compatible": ["!rockchip,rk3399"]},
    {"tree": ["mainline"]},
    {"tree": ["!mainline"]},
    {"tree": ["none"]},
    {"tree": ["!none"]},
    {"tree": ["mainline", "none"], "status": ["error"]},
    {"tree": ["mainline"], "branch": ["master"], "url": [URL]},
    {"branch": ["none"]},
    {"branch": ["!none"]},
    {"patchset": ["none"]},
    {"patchset": ["ab*"], "arch": ["arm64", "none"]},
    {"commit": ["0*"]},
    {"arch": ["none"], "suite": ["boot", "kselftest.*"]},
    {"config": ["!defconfig"]},
    {"compiler": ["clang-*"], "lab": ["lab-two"]},
    {"suite": ["none"]},
    {"suite": ["ltp%*"]},
    {"path": ["kselftest.*"]},
    {"path": ["boot"], "tree": ["mainline"]},
    {"path": ["!ltp.futex_wait05"], "status": ["pass"]},
    {"path": ["none"]},
    {"q": ["TCP"]},
    {"q": ["%_"]},
    {"issue": ["maestro:known"]},
    {"issue": ["none"], "status": ["fail"]},
    {"issue": ["!maestro:known"], "status": ["fail"], "path": ["boot*"]},
    {"build": ["maestro:never"]},
    {"build": ["!maestro:never"]},
    {"since": ["2026-11-22"]},
    {"until": ["2026-11-22"], "platform": ["rpi-4"]},
    {"since": ["2026-11-21"], "until": ["2026-11-21"], "tree": ["mainline"]},
]


def selected(params):
    return Selection.parse(params)


def name_of(params):
    return "&".join(f"{name}={value}" for name, values in params.items() for value in values) or "everything"


def walk(page, selection, **kwargs):
    """Return all rows of a listing, read page by page."""
    rows, after = [], None
    while True:
        listing = page(selection, after=after, **kwargs)
        rows += listing.rows
        after = listing.after
        if after is None:
            return rows


def counted(rows):
    """Return the counts of rows by status."""
    counts = Counter(row.status for row in rows)
    return StatusCounts(tuple(counts[status] for status in WORST_FIRST))


def runs(selection, **kwargs):
    return walk(page_of_tests, selection, **{"limit": 40, **kwargs})


@pytest.mark.parametrize("params", SELECTIONS, ids=name_of)
def test_totals_and_facets_are_those_of_the_listed_tests(odd_world, params):
    selection = selected(params)
    rows = runs(selection)
    assert len({row.id for row in rows}) == len(rows)
    found = facets(selection)
    assert found.counts == counted(rows)
    total = totals(selection.without("kind"))
    boots_and_tests = runs(selection.without("kind"))
    assert total.boots == counted(row for row in boots_and_tests if row.is_boot)
    assert total.tests == counted(row for row in boots_and_tests if not row.is_boot)
    for facet in found.facets:
        others = selection.without(facet.dimension)
        for value in facet.values:
            narrowed = Selection.of({**dict(others.terms), facet.dimension: [Term.parse(value.text)]})
            assert value.count == facets(narrowed).counts.total, (facet.dimension, value)


@pytest.mark.parametrize("params", SELECTIONS, ids=name_of)
def test_builds_are_counted_as_they_are_listed(odd_world, params):
    selection = selected(params).only(BUILD_DIMENSIONS)
    rows = walk(build_page, selection, limit=4)
    assert len({row.build.id for row in rows}) == len(rows)
    assert all(row.build.known and not row.build.is_dummy for row in rows)
    assert totals(selected(params)).builds == counted(rows)
    found = facets(selection, noun="builds")
    assert found.counts == counted(rows)
    for facet in found.facets:
        for value in facet.values:
            narrowed = selection.without(facet.dimension).within(
                Selection.of({facet.dimension: [Term.parse(value.text)]})
            )
            assert value.count == len(walk(build_page, narrowed, limit=50))


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in TEST_SORTS for sign in ("", "-")])
@pytest.mark.parametrize(
    "params", [{}, {"status": ["fail", "pass"]}, {"q": ["o"]}, {"tree": ["mainline"]}], ids=name_of
)
def test_every_order_of_tests_lists_the_same_rows(odd_world, sort, params):
    rows = runs(selected(params), sort=sort, limit=17)
    assert sorted(row.id for row in rows) == sorted(row.id for row in runs(selected(params)))
    value = {
        "status": lambda row: row.status,
        "path": lambda row: (row.suite, row.path),
        "platform": lambda row: row.platform,
        "start": lambda row: row.start_time,
        "duration": lambda row: row.duration,
    }[sort.removeprefix("-")]
    values = [value(row) for row in rows if value(row) is not None]
    assert [value(row) for row in rows[len(values) :]] == [None] * (len(rows) - len(values))
    worst_first = sort == "status"
    assert values == sorted(values, reverse=worst_first or (sort.startswith("-") and sort != "-status"))


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in BUILD_SORTS for sign in ("", "-")])
def test_every_order_of_builds_lists_the_same_rows(odd_world, sort):
    rows = walk(build_page, EVERYTHING, sort=sort, limit=4)
    assert sorted(row.build.id for row in rows) == sorted(
        row.build.id for row in walk(build_page, EVERYTHING)
    )


def assert_counts_lead_to_rows(selection, boots, tests):
    assert boots == counted(runs(selection.where(kind="boot")))
    assert tests == counted(runs(selection.where(kind="test")))


def test_counts_of_revisions(odd_world):
    rows = newest_revisions()
    assert len(rows) == 3
    for row in rows:
        assert row.builds == counted(walk(build_page, row.revision.selection))
        assert_counts_lead_to_rows(row.revision.selection, row.boots, row.tests)


def test_counts_of_a_history_under_a_selection(odd_world):
    tree = find_trees("mainline", branch="master", url=URL)[0]
    for params in SELECTIONS:
        selection = selected(
            {name: values for name, values in params.items() if name not in ("since", "until")}
        )
        selection = selection.without("tree", "branch", "url", "commit", "patchset")
        rows = walk(
            lambda narrowed, **paging: revision_history(tree, selection=narrowed, **paging),
            selection,
            limit=2,
        )
        assert len(rows) == 3
        for row in rows:
            listed = selection.within(row.revision.selection)
            assert row.builds == counted(walk(build_page, listed.only(BUILD_DIMENSIONS)))
            if "kind" not in selection:
                assert_counts_lead_to_rows(listed, row.boots, row.tests)


def test_counts_of_a_revision(odd_world):
    for build in odd_world:
        if build.revision:
            tree = find_trees(
                build.revision.tree.name, branch=build.revision.tree.branch, url=build.revision.tree.url
            )[0]
            detail = revision_detail(tree, commit=build.revision.commit, patchset=build.revision.patchset)
            selection = detail.revision.selection
            assert detail.builds == counted(walk(build_page, selection))
            assert_counts_lead_to_rows(selection, detail.boots, detail.tests)


def test_counts_of_trees(odd_world):
    rows = tree_listing(now=NOW)
    assert [(row.tree.name, row.tree.url) for row in rows] == [
        ("mainline", "https://git.example.org/fork.git"),
        ("mainline", URL),
        ("next", ""),
    ]
    for row in rows:
        assert row.builds == counted(walk(build_page, row.newest.selection))
        assert_counts_lead_to_rows(row.newest.selection, row.boots, row.tests)
        history = revision_history(row.tree).rows
        assert row.trend == tuple(found.failed for found in reversed(history))


def test_counts_of_builds(odd_world):
    for build in odd_world:
        detail = build_detail(build.kcidb_id)
        selection = detail.build.selection
        assert_counts_lead_to_rows(selection, detail.boots, detail.tests)
        for suite in detail.suites:
            assert suite.counts == counted(runs(selection.where(suite=suite.suite or None)))
    for row in walk(build_page, EVERYTHING):
        assert_counts_lead_to_rows(row.build.selection, row.boots, row.tests)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"lab": ["lab-one"]},
        {"arch": ["arm64"]},
        {"tree": ["mainline"], "status": ["fail"]},
        {"suite": ["boot"]},
    ],
    ids=name_of,
)
def test_counts_of_devices(odd_world, params):
    since = (NOW - timedelta(days=2)).date()
    rows = device_listing(selected(params), since=since)
    assert rows
    for row in rows:
        selection = selected(params).where(platform=row.platform, since=since.isoformat())
        assert_counts_lead_to_rows(selection, row.boots, row.tests)
        assert row.boots.total + row.tests.total > 0


def test_counts_of_a_device(odd_world):
    since = (NOW - timedelta(days=2)).date()
    for platform in ("rpi-4", "none", "!odd*"):
        detail = device_detail(platform, since=since)
        about = EVERYTHING.where(platform=platform)
        recent = about.where(since=since.isoformat())
        assert_counts_lead_to_rows(recent, detail.boots, detail.tests)
        for lab in detail.labs:
            assert_counts_lead_to_rows(recent.where(lab=lab.lab), lab.boots, lab.tests)
        for suite in detail.suites:
            assert suite.counts == counted(runs(recent.where(suite=suite.suite or None)))
        assert detail.trees
        for tree in detail.trees:
            assert_counts_lead_to_rows(about.within(tree.revision.selection), tree.boots, tree.tests)


def test_counts_of_labs(odd_world):
    today = NOW.date()
    for row in lab_listing(today=today):
        since = (today - timedelta(days=LAB_DAYS - 1)).isoformat()
        selection = EVERYTHING.where(lab=row.lab, since=since)
        assert_counts_lead_to_rows(selection, row.boots, row.tests)
        for day in row.days:
            date = day.day.isoformat()
            assert day.counts == counted(runs(selection.where(since=date, until=date)))
        detail = lab_detail(row.lab, today=today)
        assert detail.lab == row
        for device in detail.devices:
            assert_counts_lead_to_rows(selection.where(platform=device.platform), device.boots, device.tests)


def test_counts_of_an_issue(odd_world):
    row = issue_detail("maestro:known").row
    for shown, number in (("tests", row.tests), ("builds", row.builds), ("absent", row.absent), ("all", 11)):
        listed = walk(
            lambda _, shown=shown, **paging: incident_page("maestro:known", shown=shown, **paging),
            None,
            limit=3,
        )
        assert len(listed) == number
    assert row.tests == len(runs(EVERYTHING.where(issue="maestro:known")))
