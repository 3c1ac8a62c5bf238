import numpy as np

from results.analysis.measurements import Direction
from results.analysis.raised import raised_counts


def found(*values):
    return [
        (one.index, one.before, one.after, one.direction, one.confirmed)
        for one in raised_counts(np.array(values, float))
    ]


def test_more_than_ever_is_told_at_once_and_confirmed_by_the_next():
    assert found(0, 0, 0, 2) == [(3, 0, 2, Direction.REGRESSION, False)]
    assert found(0, 0, 0, 2, 2, 2, 2) == [(3, 0, 2, Direction.REGRESSION, True)]


def test_what_was_seen_before_or_does_not_stay_is_no_change():
    assert found(0, 5, 0, 5, 0, 5) == []
    assert found(1, 1, 1, 9, 1, 1) == []
    assert found(0, 3) == []


def test_less_than_ever_is_an_improvement():
    assert found(4, 4, 5, 4, 0, 0) == [(4, 4, 0, Direction.IMPROVEMENT, True)]
