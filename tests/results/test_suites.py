"""Suites: what is counted of them, in all, in each tree and on each device."""

from __future__ import annotations

from datetime import timedelta

import pytest

from results.errors import NotFound
from results.queries.suites import suite_detail, suite_listing
from results.status import Status
from tests.factories import NOW, count, create_build, create_history, create_test

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_a_tree_shows_the_newest_revision_that_the_suite_ran_in():
    older, newer = create_history(2)
    create_test(build=create_build(checkout=older), path="ltp.open", status=Status.FAIL)
    create_test(build=create_build(checkout=newer), path="kunit.list")
    count()
    detail = suite_detail("ltp", since=TODAY)
    assert [tree.revision.commit for tree in detail.trees] == [older.revision.commit]
    assert detail.trees[0].counts.failed == 1


def test_suites_are_found_by_a_part_of_their_name_and_unknown_ones_are_told():
    create_test(path="ltp.open")
    count()
    assert [row.suite for row in suite_listing("LT", since=TODAY)] == ["ltp"]
    assert suite_listing("%", since=TODAY) == ()
    assert suite_detail("ltp", since=TODAY + timedelta(days=1)).row.counts.total == 0
    with pytest.raises(NotFound):
        suite_detail("none", since=TODAY)
