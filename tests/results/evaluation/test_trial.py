import numpy as np
import pytest

from results.evaluation.table import lines, summary
from results.evaluation.trial import history_of, try_world
from results.evaluation.worlds import Size, build_world
from results.management.commands.evaluate_analysis import _numbers


@pytest.fixture(scope="module", params=[False, True], ids=["simple", "hard"])
def trial(request):
    size = Size(positions=80, labs=5, devices=4, tests=60, share=0.4, regressions=16)
    return try_world(build_world(3, hard=request.param, size=size), replay=False), request.param


def test_our_rules_are_better_than_those_of_other_tools(trial):
    figures, _ = trial
    assert figures.detection.f1 > 0.8
    best = max(figures.baselines.values(), key=lambda score: score.f1)
    assert figures.detection.f1 > best.f1 + 0.05
    assert figures.detection.false_alarms < best.false_alarms / 3


def test_the_pairwise_rule_finds_most_and_is_mostly_wrong(trial):
    figures, _ = trial
    rules = figures.baselines
    assert rules["pairwise"].precision < rules["last ten"].precision < rules["three in a row"].precision + 0.1
    assert rules["pairwise"].recall > rules["last ten"].recall


def test_ranges_and_classes_hold(trial):
    figures, _ = trial
    assert figures.range_coverage > 0.9 and figures.macro_f1 > 0.75


def test_the_report_says_which_targets_are_met(trial):
    figures, hard = trial
    text = "\n".join(lines([figures], hard=hard))
    assert "pairwise" in text and ("met" in text or "NOT MET" in text)
    assert {row.label for row in summary([figures], hard=hard)} >= {"precision", "F1", "event purity"}


def test_a_day_shows_only_what_had_arrived():
    world = build_world(
        3, hard=True, size=Size(positions=60, labs=3, devices=2, tests=20, share=0.5, regressions=5)
    )
    day = history_of(world, 20)
    assert day.positions == 21 and day.runs.position.max() <= 20
    assert len(day.runs) == np.count_nonzero(world.day <= 20)


def test_a_life_day_by_day_reports_delays():
    size = Size(positions=40, labs=4, devices=3, tests=30, share=0.5, regressions=8)
    figures = try_world(build_world(2, hard=False, size=size))
    assert figures.as_lived is not None and figures.as_lived.recall >= figures.detection.recall - 0.2
    assert all(delay >= 0 for delay in figures.delays_everywhere)


def test_lists_of_seeds():
    assert _numbers("101-103,7") == [101, 102, 103, 7]
