from types import SimpleNamespace

import numpy as np
import pytest

from results.evaluation.baselines import last_ten, pairwise, three_in_a_row
from results.evaluation.scoring import (
    Alert,
    Truth,
    completeness,
    detection,
    macro_f1,
    match,
    purity,
    range_coverage,
)

P, F, E = 0, 1, 2


def numbered(text):
    return [(position, "PFE".index(letter)) for position, letter in enumerate(text)]


@pytest.mark.parametrize(
    ("rule", "text", "alarms"),
    [
        (pairwise, "PPFFPF", [2, 5]),
        (pairwise, "PEF", [2]),
        (last_ten, "PPPF", [3]),
        (last_ten, "PEPF", []),
        (last_ten, "PFPF", [1]),
        (three_in_a_row, "PFFPFFF", [4]),
        (three_in_a_row, "FFFF", []),
    ],
)
def test_the_rules_of_other_tools(rule, text, alarms):
    assert list(rule(numbered(text))) == alarms


def one_cause(first=10):
    cause = SimpleNamespace(first=first, is_regression=True)
    world = SimpleNamespace(causes=(cause,), layout=range(10), commits=range(100))
    truth = Truth(first_failure={(0, 1): 11, (0, 2): 12})
    truth.by_series.update({1: [(0, 1)], 2: [(0, 2)]})
    return world, truth


def test_an_alert_in_the_window_is_a_hit_and_the_next_one_is_false():
    world, truth = one_cause()
    matching = match(world, truth, [Alert(1, 9), Alert(1, 14), Alert(2, 16), Alert(3, 11)])
    assert set(matching.hits) == {(0, 1)} and len(matching.false) == 3
    score = detection(world, truth, matching)
    assert (score.precision, score.recall, score.f1) == (0.25, 0.5, pytest.approx(1 / 3))
    assert score.false_alarms == pytest.approx(300)


def test_what_nobody_could_see_is_neither_right_nor_wrong():
    world, truth = one_cause()
    truth.unobservable.add((0, 2))
    matching = match(world, truth, [Alert(1, 11), Alert(2, 12)])
    score = detection(world, truth, matching)
    assert (score.hits, score.false, score.missed) == (1, 0, 0)


def test_ranges_purity_and_completeness():
    world, truth = one_cause()
    alerts = [
        Alert(1, 11, event=0, good=9, bad=11),
        Alert(2, 12, event=1, good=10, bad=12),
        Alert(3, 11, event=1),
    ]
    matching = match(world, truth, alerts)
    assert range_coverage(world, matching) == 0.5
    assert purity(matching, alerts) == pytest.approx(2 / 3)
    assert completeness(matching) == 0.5


def test_macro_f1_of_a_perfect_table_is_one():
    assert macro_f1(np.diag([0, 5, 6, 7, 8])) == 1
