"""What a revision changed against the last complete one: the same as a comparison of all series says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from results.models import Build
from results.queries.arrival import arrival
from results.queries.baseline import with_baseline
from results.queries.changes import Change
from results.queries.path_tree import path_level
from results.queries.records import RevisionRef, TreeRef
from results.queries.revision_changes import revision_changes
from results.queries.revision_labs import revision_labs
from results.queries.revisions import revision_history
from results.queries.tests import test_page as listed_tests
from results.status import Status
from tests.factories import (
    NOW,
    URL,
    count,
    create_build,
    create_checkout,
    create_history,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db


def ref(revision):
    tree = revision.tree
    return RevisionRef(
        TreeRef(tree.name, tree.branch, tree.url), revision.commit, revision.patchset, revision.describe
    )


def ref_of(build):
    """Return the revision of a build once it is counted."""
    return ref(Build.objects.select_related("revision__tree").get(id=build.id).revision)


@pytest.fixture
def two_revisions():
    """A complete revision and the one after it; the builds."""
    old, new = (create_build(checkout=checkout) for checkout in create_history(2))
    outcomes = {
        "net.broke": (Status.PASS, Status.FAIL), "net.new": (None, Status.FAIL),
        "net.mended": (Status.FAIL, Status.PASS), "net.still": (Status.FAIL, Status.FAIL),
        "mm.gone": (Status.FAIL, None), "mm.unclear": (Status.FAIL, Status.ERROR),
        "boot": (Status.PASS, Status.PASS),
    }  # fmt: skip
    for path, statuses in outcomes.items():
        for build, status in zip((old, new), statuses, strict=True):
            if status is not None:
                create_test(build=build, path=path, status=status)
    create_test(build=new, path="net.broke", status=Status.FAIL, platform="rpi-4", excerpt="it broke")
    create_test(build=old, path="net.broke", status=Status.PASS, platform="rpi-4")
    count()
    return old, new


def test_failures_are_grouped_by_test_and_change(two_revisions):
    a, b = with_baseline(ref_of(two_revisions[1]))
    found = revision_changes(a, b)
    assert {(group.name, group.change, group.n, group.platforms) for group in found.groups} == {
        ("net.broke", Change.REGRESSION, 2, 2),
        ("net.new", Change.NEW_FAILURE, 1, 1),
        ("net.mended", Change.FIXED, 1, 1),
        ("net.still", Change.STILL_FAILING, 1, 1),
    }
    assert all((group.example == "") == (group.change == Change.FIXED) for group in found.groups)
    assert found.total(Change.REGRESSION) == 2


def test_the_limit_is_one_of_rows_and_not_of_counts(two_revisions):
    a, b = with_baseline(ref_of(two_revisions[1]))
    for number in range(4):
        create_test(build=two_revisions[1], path=f"fs.new{number}", status=Status.FAIL)
    count()
    found = revision_changes(a, b, limit=2)
    assert len(found.of(Change.NEW_FAILURE)) == 2
    assert found.total(Change.NEW_FAILURE) == 5


def test_the_baseline_is_the_last_complete_revision():
    complete, thin, _empty, newest = create_history(4)
    for checkout, tests in ((complete, 4), (thin, 1), (newest, 1)):
        build = create_build(checkout=checkout)
        for number in range(tests):
            create_test(build=build, path=f"net.t{number}")
    patched = create_revision(patchset="ab" * 32, started=newest.start_time - timedelta(hours=1))
    build = create_build(checkout=create_checkout(revision=patched, start_time=patched.started))
    for number in range(9):
        create_test(build=build, path=f"net.t{number}")
    count()
    a, b = with_baseline(ref(newest.revision))
    assert a.number == complete.revision.id
    assert b.number == newest.revision.id
    assert with_baseline(ref(complete.revision))[0] is None


def test_what_is_expected_is_what_the_baseline_has(two_revisions):
    old, new = two_revisions
    create_test(build=old, path="ltp.open", lab="lab-two", platform=None)
    create_test(build=new, path="ltp.open", lab="lab-three")
    count()
    a, b = with_baseline(ref_of(new))
    found = arrival(a, b)
    gaps = {(gap.lab, gap.suite, gap.platform, gap.arrived, gap.expected) for gap in found.gaps}
    assert ("lab-two", "ltp", None, 0, 1) in gaps
    assert found.n_gaps == len(gaps)
    assert sum(gap.expected - gap.arrived for gap in found.gaps) == found.origins[0].outstanding
    assert found.arrived == len(listed_tests(ref_of(new).selection).rows)
    assert 0 < found.share < 100


def test_nothing_is_expected_of_the_first_revision():
    build = create_test().build
    count()
    a, b = with_baseline(ref_of(build))
    assert arrival(a, b).share is None
    assert arrival(a, b).arrived == 1


def test_labs_of_a_revision_add_up(odd_world):
    tree = TreeRef("mainline", "master", URL)
    for row in revision_history(tree):
        labs = revision_labs(row.revision)
        assert sum(lab.boots.total for lab in labs) == row.boots.total
        assert sum(lab.tests.total for lab in labs) == row.tests.total


def test_levels_of_the_path_tree_add_up(odd_world):
    for build in Build.objects.filter(revision__isnull=False).select_related("revision__tree"):
        revision = ref(build.revision)
        rows = listed_tests(revision.selection, limit=1000).rows
        nodes = path_level(revision)
        assert sum(node.counts.total for node in nodes) == len(rows)
        for node in nodes:
            below = [row for row in rows if row.path == node.path or row.path.startswith(f"{node.path}.")]
            if node.path:
                assert node.counts.total == len(below)
            if node.tests > 1:
                deeper = path_level(revision, node.path)
                assert sum(one.counts.total for one in deeper) == node.counts.total
                assert len(deeper) > 1


def test_a_path_goes_on_to_where_the_tree_branches():
    build = create_build(checkout=create_checkout(revision=create_revision(tree=create_tree(), started=NOW)))
    for path in ("a.b.c.x", "a.b.c.y", "z"):
        create_test(build=build, path=path)
    count()
    assert [node.path for node in path_level(ref_of(build))] == ["a.b.c", "z"]
    assert [node.path for node in path_level(ref_of(build), "a.b.c")] == ["a.b.c.x", "a.b.c.y"]
