import numpy as np

from results.analysis.history import History, RunTable, combined, counts_of


def test_a_run_after_a_failure_is_a_retry_and_one_after_a_pass_is_not(written):
    counts = counts_of(written([{"runs": "(FFP)(PPF)P"}]))
    assert counts.tries.tolist() == [[1, 3, 1]]
    assert counts.failures.tolist() == [[1, 1, 0]]
    assert counts.retries.tolist() == [[2, 0, 0]]
    assert counts.retry_failures.tolist() == [[1, 0, 0]]


def test_broken_and_skipped_runs_are_no_evidence(written):
    counts = counts_of(written([{"runs": "ESP"}]))
    assert counts.tested.tolist() == [[False, False, True]]
    assert counts.broken.tolist() == [[1, 0, 0]]
    assert counts.skipped.tolist() == [[0, 1, 0]]


def test_a_failure_blamed_on_the_harness_counts_as_broken(written):
    history = written([{"runs": "PFP"}])
    excused = history.runs.outcome == 1
    runs = RunTable(**{n: getattr(history.runs, n) for n in RunTable.__slots__} | {"excused": excused})
    counts = counts_of(History(history.commits, history.series, runs))
    assert counts.failures.sum() == 0 and counts.broken.tolist() == [[0, 1, 0]]


def test_masking_takes_failures_out_and_leaves_passes(written):
    counts = counts_of(written([{"runs": "P(PF)F"}])).without(np.array([[False, True, True]]))
    assert counts.failures.sum() == 0
    assert counts.tries.tolist() == [[1, 1, 0]]


def test_counts_do_not_depend_on_the_order_of_the_rows(written):
    history = written([{"runs": "(FFP)(PPF)P"}, {"runs": "F(FP)E"}])
    shuffled = np.random.default_rng(3).permutation(len(history.runs))
    runs = RunTable(**{n: getattr(history.runs, n)[shuffled] for n in RunTable.__slots__})
    first, second = counts_of(history), counts_of(History(history.commits, history.series, runs))
    assert all(np.array_equal(getattr(first, n), getattr(second, n)) for n in first.__slots__)


def test_combined_codes_are_equal_when_all_columns_are():
    codes = combined(np.array([5, 5, -1, 5]), np.array([900, 3, 900, 900]))
    assert codes[0] == codes[3] and len(set(codes.tolist())) == 3


def test_an_empty_history_has_no_counts(written):
    assert counts_of(written([{"runs": "..."}])).tries.sum() == 0
