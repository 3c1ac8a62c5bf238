import pytest

from results.analysis.history import Kind, counts_of
from results.analysis.missing import MissingReason, missing_series


def reasons(history, leaf=None):
    return {m.series: m.reason for m in missing_series(history.series, counts_of(history), leaf)}


def test_a_test_that_is_gone_from_its_job_was_removed(written):
    rows = [{"path": 0, "runs": "P" * 30}, {"path": 1, "runs": "P" * 20 + "." * 10}]
    assert reasons(written(rows)) == {1: MissingReason.REMOVED}


def test_a_new_path_with_the_same_leaf_is_a_hint_of_a_new_name(written):
    rows = [
        {"path": 0, "runs": "P" * 30},
        {"path": 1, "runs": "P" * 20 + "." * 10},
        {"path": 2, "runs": "." * 20 + "P" * 10},
    ]
    history = written(rows)
    assert reasons(history, history.series.path * 0 + [0, 7, 7]) == {1: MissingReason.RENAMED}


def test_a_device_and_a_lab_that_are_gone_are_told_apart(written):
    rows = [
        {"path": 0, "lab": 0, "platform": 0, "runs": "P" * 30},
        {"path": 0, "lab": 0, "platform": 1, "runs": "P" * 20 + "." * 10},
        {"path": 0, "lab": 1, "platform": 0, "runs": "P" * 20 + "." * 10},
    ]
    assert reasons(written(rows)) == {1: MissingReason.DEVICE_GONE, 2: MissingReason.LAB_GONE}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(Kind.BUILD, MissingReason.BLOCKED_BY_BUILD), (Kind.BOOT, MissingReason.BLOCKED_BY_BOOT)],
)
def test_below_a_failed_build_or_boot_a_test_is_blocked(written, kind, reason):
    rows = [
        {
            "kind": kind,
            "config": 1,
            "path": 5,
            "suite": 5,
            "lab": -1 if kind == Kind.BUILD else 0,
            "runs": "P" * 20 + "F" * 10,
        },
        {"config": 1, "runs": "P" * 20 + "." * 10},
        {"config": 2, "runs": "P" * 30},
    ]
    found = reasons(written(rows))
    assert found.get(1) in (reason, MissingReason.JOB_GONE) and 2 not in found


def test_a_test_that_runs_now_and_then_is_not_missing(written):
    rows = [{"path": 0, "runs": "P" * 40}, {"path": 1, "runs": "P...." * 7 + "....."}]
    assert reasons(written(rows)) == {}


def test_a_rare_test_goes_with_its_lab(written):
    rows = [
        {"path": 0, "lab": 0, "runs": "P" * 40},
        {"path": 0, "lab": 1, "runs": "P" * 30 + "." * 10},
        {"path": 1, "lab": 1, "runs": "P." * 15 + "." * 10},
        {"path": 2, "lab": 1, "runs": "P" * 12 + "." * 28},
    ]
    found = reasons(written(rows))
    assert found == {1: MissingReason.LAB_GONE, 2: MissingReason.LAB_GONE, 3: MissingReason.REMOVED}


def test_a_short_silence_is_no_news(written):
    assert reasons(written([{"path": 0, "runs": "P" * 30}, {"path": 1, "runs": "P" * 28 + ".."}])) == {}
