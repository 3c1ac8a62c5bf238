"""What is counted of a suite is what its listings show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from results.queries.suites import suite_detail, suite_listing
from results.queries.tests import test_page as listed_tests
from results.selection import Selection
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_a_suite_counts_what_its_listing_shows(odd_world):
    rows = suite_listing(since=TODAY - timedelta(days=2))
    assert {row.suite for row in rows} >= {"boot", "kselftest.net", "ltp"}
    for row in rows:
        about = Selection().where(suite=row.suite or None, since=(TODAY - timedelta(days=2)).isoformat())
        assert row.counts.total == len(listed_tests(about, limit=1000).rows)
        detail = suite_detail(row.suite, since=TODAY - timedelta(days=2))
        assert detail.row == row
        assert sum(device.counts.total for device in detail.devices) == row.counts.total
        for tree in detail.trees:
            here = tree.revision.selection.where(suite=row.suite or None)
            assert tree.counts.total == len(listed_tests(here, limit=1000).rows)
