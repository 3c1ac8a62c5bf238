"""The changes of a revision and the comparison of all its series say the same."""

from __future__ import annotations

import pytest

from results.queries.baseline import with_baseline
from results.queries.comparison import compare
from results.queries.revision_changes import COUNTED, revision_changes
from results.queries.revisions import newest_revisions
from results.selection import EVERYTHING

pytestmark = pytest.mark.django_db


def test_it_agrees_with_the_comparison_of_everything(demo):
    seen = 0
    for row in newest_revisions(30):
        a, b = with_baseline(row.revision)
        if a is None:
            continue
        counts = compare(a, b, selection=EVERYTHING).counts
        expected = {key: number for key, number in counts.items() if key[1] in COUNTED}
        assert revision_changes(a, b).counts == expected
        seen += sum(expected.values())
    assert seen
