from __future__ import annotations

from datetime import timedelta

import pytest

from results.queries.revisions import find_revisions, newest_revisions, revision_detail, revision_history
from results.queries.trees import find_trees, tree_listing
from results.selection import Selection
from results.status import Status
from tests.factories import (
    NOW,
    count,
    create_build,
    create_checkout,
    create_history,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db


def the_tree():
    return find_trees("mainline", branch="master")[0]


def test_trees_by_name_activity_and_origin():
    create_checkout()
    old = create_revision(tree=create_tree("old"), started=NOW - timedelta(days=40))
    create_checkout(revision=old, start_time=old.started)
    create_build(
        checkout=create_checkout(revision=create_revision(tree=create_tree("next"))), origin="linaro"
    )
    create_revision(tree=create_tree("orphan"))
    count()
    assert [row.tree.name for row in tree_listing(now=NOW)] == ["mainline", "next"]
    assert [row.tree.name for row in tree_listing("NEX", now=NOW)] == ["next"]
    assert [row.tree.name for row in tree_listing("%", now=NOW)] == []
    assert [row.tree.name for row in tree_listing(origin="linaro", now=NOW)] == ["next"]
    assert [row.tree.name for row in tree_listing(days=90, now=NOW)] == ["mainline", "next", "old"]


def test_the_trend_is_the_failures_of_the_last_revisions_oldest_first():
    for failures, checkout in enumerate(create_history(25)):
        build = create_build(checkout=checkout, status=Status.FAIL)
        for _ in range(failures % 3):
            create_test(build=build, status=Status.FAIL)
    count()
    assert tree_listing(now=NOW)[0].trend == tuple(1 + number % 3 for number in range(5, 25))


def test_a_revision_has_neighbours_checkouts_and_a_message():
    _, before, this, after = (checkout.revision for checkout in create_history(4))
    create_checkout(revision=this, origin="linaro", start_time=None, excerpt="fatal: no", valid=False)
    create_checkout(
        revision=this,
        start_time=this.started - timedelta(minutes=1),
        git_commit_message="Linux 6.18\n\nSigned-off-by: someone",
    )
    count()
    detail = revision_detail(the_tree(), commit=this.commit)
    assert (detail.previous.commit, detail.next.commit) == (before.commit, after.commit)
    assert [checkout.origin for checkout in detail.checkouts] == ["maestro", "maestro", "linaro"]
    assert detail.checkouts[2].excerpt == "fatal: no"
    assert (detail.subject, detail.message) == ("Linux 6.18", "Linux 6.18\n\nSigned-off-by: someone")


def test_the_ends_of_a_history_have_one_neighbour():
    first, last = (checkout.revision for checkout in create_history(2))
    count()
    assert revision_detail(the_tree(), commit=first.commit).previous is None
    assert revision_detail(the_tree(), commit=last.commit).next is None


def test_revisions_started_at_the_same_moment_are_all_listed():
    for _ in range(5):
        create_checkout(revision=create_revision(started=NOW))
    count()
    first = revision_history(the_tree(), limit=3)
    second = revision_history(the_tree(), limit=3, after=first.after)
    assert len({row.revision.commit for row in (*first, *second)}) == 5
    assert second.after is None


def test_a_history_between_days_keeps_revisions_with_nothing_to_count():
    for checkout in create_history(5):
        create_test(build=create_build(checkout=checkout), platform="rpi-4")
    count()
    selection = Selection.parse({"since": ["2026-11-20"], "until": ["2026-11-22"], "platform": ["kevin"]})
    rows = revision_history(the_tree(), selection=selection).rows
    assert [row.started.day for row in rows] == [22, 21, 20]
    assert not any(row.tests or row.builds for row in rows)


def test_revisions_are_found_by_commit_and_by_name():
    revision = create_revision("abcdef" + "0" * 34)
    create_checkout(revision=revision, git_commit_name="v6.18-rc7")
    create_checkout(revision=create_revision("abcdef" + "0" * 34, tree=create_tree("next")), origin="ti")
    create_checkout(revision=create_revision("ffff" + "0" * 36), git_commit_name="v6.18")
    count()
    assert len(find_revisions("abcd")) == len(find_revisions("abcdef" + "0" * 34)) == 2
    assert [row.revision.title for row in find_revisions("v6.18-rc7")] == ["v6.18-rc7"]
    assert find_revisions("abc") == find_revisions("v6.18-rc8") == find_revisions("") == ()
    assert len(find_revisions("ffff")) == 1


def test_the_newest_revision_of_each_tree_newest_first():
    create_history(3)
    create_checkout(revision=create_revision(tree=create_tree("next")), start_time=NOW - timedelta(days=2))
    count()
    assert [row.revision.tree.name for row in newest_revisions()] == ["mainline", "next"]
    assert len(newest_revisions(limit=1)) == 1
