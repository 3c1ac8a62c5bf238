import numpy as np

from results.evaluation.worlds import FAIL, TRUE_FLAKE, TRUE_PASS, Size, build_world

SMALL = Size(positions=60, labs=4, devices=3, tests=40, share=0.4, regressions=12)


def test_the_same_seed_gives_the_same_world():
    one, other = (build_world(5, hard=True, size=SMALL) for _ in range(2))
    assert np.array_equal(one.outcome, other.outcome) and np.array_equal(one.day, other.day)
    assert not np.array_equal(one.commits, build_world(6, hard=True, size=SMALL).commits)


def test_every_failure_has_a_reason_and_every_pass_has_none():
    world = build_world(5, hard=True, size=SMALL)
    assert (world.truth[world.outcome == FAIL] != TRUE_PASS).all()
    assert (world.truth[world.outcome == 0] == TRUE_PASS).all()


def test_nothing_runs_outside_the_life_of_its_series():
    world = build_world(5, hard=True, size=SMALL)
    layout = world.layout
    assert (world.position >= layout.lives_from[world.series]).all()
    assert (world.position < layout.lives_until[world.series]).all()


def test_only_the_hard_world_has_late_results_and_renamed_tests():
    simple, hard = (build_world(5, hard=hard, size=SMALL) for hard in (False, True))
    assert (simple.day == simple.position).all() and not simple.layout.renamed.any()
    assert (hard.day > hard.position).mean() > 0.1 and hard.layout.renamed.any()


def test_flaky_series_fail_about_as_often_as_they_should():
    world = build_world(8, hard=False)
    picked = world.steady & (world.flake_rate > 0.1)
    runs = picked[world.series] & (world.order % 10 < 1)
    observed = (world.truth[runs] == TRUE_FLAKE).mean()
    expected = world.flake_rate[world.series[runs]].mean()
    assert abs(observed - expected) < 0.05
