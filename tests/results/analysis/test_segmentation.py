import numpy as np
import pytest

from results.analysis.segmentation import (
    change_weights,
    cumulated,
    log_marginal,
    position_range,
    segments,
)

PASSES = (5, 10, 20, 50, 100, 200)


def totals_of(failures, tries=None):
    failures = np.asarray(failures)
    tries = np.ones_like(failures) if tries is None else np.asarray(tries)
    return cumulated(tries, failures, 0 * failures, 0 * failures)


def failures_needed(passes, prior):
    for failures in range(1, 30):
        if len(segments(totals_of([0] * passes + [1] * failures), prior)) > 1:
            return failures
    return None


@pytest.mark.parametrize(
    ("prior", "needed"),
    [
        (1e-2, (4, 3, 2, 2, 1, 1)),
        (1e-3, (7, 4, 3, 2, 2, 2)),
        (1e-4, (13, 6, 4, 3, 3, 2)),
    ],
)
def test_as_many_failures_in_a_row_are_needed_as_in_the_published_model(prior, needed):
    assert tuple(failures_needed(passes, prior) for passes in PASSES) == needed


def test_the_probability_of_all_sequences_is_one():
    marginal = log_marginal(0.3, 0.5)
    sequences = [(0, 1, 2), (1, 3, 3)]
    assert sequences
    chances = [np.exp(marginal(np.array(x), np.array(2))) for x in (0, 1, 1, 2)]
    assert sum(chances) == pytest.approx(1)


def test_a_table_grows_when_counts_are_large():
    marginal = log_marginal(0.3, 0.5)
    assert np.isfinite(marginal(np.array(5), np.array(50_000)))


def test_a_steady_flaky_series_has_one_segment():
    rng = np.random.default_rng(1)
    for rate in (0.02, 0.1, 0.3, 0.5):
        for _ in range(20):
            assert len(segments(totals_of(rng.random(200) < rate))) == 1


def test_a_series_that_always_passes_or_fails_is_not_cut():
    assert len(segments(totals_of([0] * 50))) == 1
    assert len(segments(totals_of([1] * 50))) == 1


def test_breakage_and_fix_give_three_segments_with_their_rates():
    found = segments(totals_of([0] * 40 + [1] * 10 + [0] * 20))
    assert [(s.start, s.end) for s in found] == [(0, 40), (40, 50), (50, 70)]
    assert found[1].rate > 0.9 > 0.1 > found[2].rate


def test_retries_that_fail_again_are_evidence():
    failures = np.array([0, 1, 0, 0, 1, 0, 0, 0] * 3 + [1] * 5)
    retried = cumulated(np.ones(29, int), failures, failures, np.array([0] * 24 + [1] * 5))
    assert len(segments(retried)) == 2 and len(segments(totals_of(failures))) == 1


def test_the_cut_is_never_inside_an_untested_stretch():
    found = segments(totals_of([0] * 30 + [0, 0] + [1] * 6, tries=[1] * 30 + [0, 0] + [1] * 6))
    assert found[1].start == 32


def test_the_range_holds_the_untested_commits_before_the_first_failure():
    totals = totals_of([0] * 30 + [1] * 8)
    commits = np.concatenate((np.arange(30), 129 + np.arange(8)))
    found = position_range(change_weights(totals, 0, 38), commits, 1)
    assert (found.good, found.bad) == (29, 30)
    assert found.commits == 100


def test_the_range_is_wider_for_an_intermittent_failure():
    hard = totals_of([0] * 30 + [1] * 10)
    soft = totals_of([0] * 30 + [0, 1, 0, 0, 1, 0, 1, 1, 0, 1])
    commits = np.arange(40)
    narrow, wide = (position_range(change_weights(totals, 0, 40), commits, 1) for totals in (hard, soft))
    assert wide.good < narrow.good and wide.bad >= narrow.bad


def test_the_range_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(300):
        totals = totals_of(np.concatenate((np.zeros(40, bool), rng.random(40) < 0.5)))
        found = position_range(change_weights(totals, 0, 80), np.arange(80), 1)
        inside += found.good < 40 <= found.bad
    assert inside / 300 >= 0.97
