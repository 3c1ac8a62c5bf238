import numpy as np
import pytest

from results.analysis.confinement import in_words
from results.analysis.grouping import EventKind
from results.analysis.history import History, Kind, RunTable, counts_of
from results.analysis.judgement import judge
from results.analysis.verdicts import FailureClass, Verdict, flakiness


def sisters(written, texts, **axes):
    return written(
        [
            {"lab": n, "platform": n, "suite": 1, "path": 1, "runs": text} | axes
            for n, text in enumerate(texts)
        ]
    )


def test_a_failure_on_many_machines_at_once_is_a_regression_at_once(written):
    (event,) = judge(sisters(written, ["P" * 20 + "F"] * 6)).events
    assert event.kind is EventKind.REGRESSION
    assert (event.range.good, event.range.bad) == (19, 20)
    assert len(event.members) == 6 and event.found == 20 and event.fixed is None


def test_one_first_failure_of_a_lone_series_is_only_a_suspicion(written):
    judgement = judge(written([{"runs": "P" * 20 + "F"}]))
    assert not judgement.events
    assert judgement.verdicts.verdict == (Verdict.SUSPECTED,)
    assert judgement.verdicts.since.tolist() == [20]
    (suspicion,) = judgement.suspicions
    assert suspicion.first_bad == 20 and suspicion.confidence < 0.5


def test_suspicions_that_began_at_different_times_are_different_ones(written):
    old = {"path": 1, "platform": 1, "runs": "PPPF" + "." * 16}
    new = {"path": 2, "platform": 2, "runs": "P" * 19 + "F"}
    sister = {"path": 2, "platform": 3, "runs": "P" * 19 + "F"}
    judgement = judge(written([old, new, sister]))
    assert [(each.first_bad, each.last_good) for each in judgement.suspicions] == [(3, 2), (19, 18)]
    assert [len(each.members) for each in judgement.suspicions] == [1, 2]


def test_a_lone_series_that_keeps_failing_is_confirmed(written):
    judgement = judge(written([{"runs": "P" * 30 + "F" * 8}]))
    (event,) = judgement.events
    assert event.first_bad == 30 and judgement.verdicts.verdict == (Verdict.REGRESSION,)


def test_a_fix_closes_the_event_and_says_where(written):
    judgement = judge(sisters(written, ["P" * 20 + "FFFF" + "PPPP"] * 6))
    (event,) = judgement.events
    assert event.fixed is not None and (event.fixed.good, event.fixed.bad) == (23, 24)
    assert set(judgement.verdicts.verdict) == {Verdict.FIXED}


def test_a_series_that_joins_later_belongs_to_the_same_event(written):
    texts = ["P" * 20 + "FFFF"] * 5 + ["P" * 20 + "..FF"]
    (event,) = judge(sisters(written, texts)).events
    assert event.series == frozenset(range(6))


def test_untouched_sisters_are_spared_and_said_so(written):
    rows = [
        {"lab": n % 3, "architecture": n % 2, "platform": n, "runs": "P" * 20 + ("FFF" if n % 2 else "PPP")}
        for n in range(12)
    ]
    (event,) = judge(written(rows)).events
    assert event.axes["architecture"].affected == (1,) and event.axes["architecture"].spared == (0,)
    assert in_words("architecture", event.axes["architecture"], {1: "arm64"}) == "only arm64"
    assert in_words("lab", event.axes["lab"], {}) == "all labs"


def test_a_lab_alone_with_a_failure_of_a_platform_that_others_run_too_is_told(written):
    rows = [
        {"lab": lab, "platform": n, "runs": "P" * 30 + ("F" * 6 if lab == 0 else "P" * 6)}
        for lab in range(3)
        for n in range(4)
    ]
    (event,) = judge(written(rows)).events
    assert event.lab_specific
    (everywhere,) = judge(sisters(written, ["P" * 20 + "F" * 6] * 6)).events
    assert not everywhere.lab_specific


def test_two_causes_of_different_times_are_two_events(written):
    rows = [{"path": 1, "platform": n, "suite": 1, "runs": "P" * 20 + "F" * 20} for n in range(5)]
    rows += [{"path": 2, "platform": n, "suite": 1, "runs": "P" * 30 + "F" * 10} for n in range(5)]
    assert [event.first_bad for event in judge(written(rows)).events] == [20, 30]


def test_one_commit_that_breaks_two_tests_of_a_suite_is_one_event(written):
    rows = [
        {"path": path, "platform": n, "suite": 1, "runs": "P" * 20 + "F" * 6}
        for path in (1, 2)
        for n in range(5)
    ]
    assert len(judge(written(rows)).events) == 1


def test_a_flaky_test_gets_a_score_with_an_interval(written):
    rng = np.random.default_rng(5)
    text = "".join("F" if failed else "P" for failed in rng.random(150) < 0.2)
    judgement = judge(written([{"runs": text}]))
    assert not judgement.events and judgement.verdicts.verdict == (Verdict.FLAKY,)
    flaky = judgement.flakiness
    assert flaky.low[0] < 0.2 < flaky.high[0] and 0.1 < flaky.score[0] < 0.3


def test_bursts_widen_the_interval(written):
    spread = "PPPPPPPPPPPPF" * 12
    bursts = ("P" * 48 + "FFFF") * 3
    counts = counts_of(written([{"runs": spread}, {"runs": bursts, "path": 1}]))
    flaky = flakiness(counts, np.ones(counts.tries.shape, bool))
    assert flaky.failures[0] == flaky.failures[1]
    assert flaky.high[1] - flaky.low[1] > 1.5 * (flaky.high[0] - flaky.low[0])


def test_a_test_that_always_failed_is_persistent(written):
    judgement = judge(written([{"runs": "F" * 20}]))
    assert judgement.verdicts.verdict == (Verdict.PERSISTENT,)
    assert set(judgement.classes[0].tolist()) == {FailureClass.PERSISTENT}


def test_a_test_that_became_flaky_everywhere_is_its_own_kind(written):
    rng = np.random.default_rng(2)
    texts = ["P" * 40 + "".join("F" if f else "P" for f in rng.random(40) < 0.25) for _ in range(12)]
    kinds = {event.kind for event in judge(sisters(written, texts)).events}
    assert kinds == {EventKind.NEW_FLAKE}


def test_failures_of_an_outage_make_no_event(farm):
    judgement = judge(farm(lambda position, lab, **_: "F" if lab == 1 and 20 <= position < 22 else "P", 30))
    assert not judgement.events
    assert (judgement.classes == FailureClass.INFRASTRUCTURE).sum() == 54


def test_a_lone_series_only_alarms_when_it_fails_longer_than_what_heals_by_itself(written):
    bursts = [{"path": n, "suite": n, "runs": "P" * (10 + n) + "F" * 8 + "P" * (40 - n)} for n in range(30)]
    young = {"path": 99, "suite": 99, "runs": "P" * 50 + "F" * 8}
    alone = judge(written([young]))
    assert len(alone.events) == 1
    among_bursts = judge(written([*bursts, young]))
    assert all(30 not in event.series for event in among_bursts.events)


@pytest.mark.parametrize("seed", range(3))
def test_the_judgement_does_not_depend_on_the_order_of_the_rows(farm, seed):
    rng = np.random.default_rng(seed)

    def runs(position, lab, path, **_):
        broken = (path == 4 and position >= 25) or (lab == 2 and position == 18)
        return "F" if broken or rng.random() < 0.03 else "P"

    history = farm(runs, 40)
    order = rng.permutation(len(history.runs))
    shuffled = RunTable(**{n: getattr(history.runs, n)[order] for n in RunTable.__slots__})
    first, second = judge(history), judge(History(history.commits, history.series, shuffled))
    assert first.events == second.events
    assert first.verdicts.verdict == second.verdicts.verdict
    assert np.array_equal(first.classes, second.classes)


def test_untested_series_and_empty_histories_are_judged_too(written):
    assert judge(written([{"runs": "...."}])).verdicts.verdict == (Verdict.UNKNOWN,)
    assert judge(written([{"runs": "P"}])).events == ()


def build(runs, **axes):
    return {"kind": Kind.BUILD, "path": -1, "suite": -1, "lab": -1, "platform": -1, "runs": runs} | axes


def test_builds_that_break_together_are_one_event_apart_from_the_tests(written):
    rows = [build("P" * 30 + "FFF", config=n, architecture=1) for n in range(4)]
    rows += [build("P" * 33, config=n, architecture=2) for n in range(4)]
    rows += [{"path": 3, "platform": n, "runs": "P" * 30 + "..."} for n in range(4)]
    (event,) = judge(written(rows)).events
    assert event.series == frozenset(range(4))
    assert event.axes["architecture"].affected == (1,) and event.axes["architecture"].spared == (2,)


def test_one_broken_build_is_a_regression_when_it_stays_broken(written):
    rows = [build("P" * 30 + "F" * 6, config=1)] + [build("P" * 36, config=n) for n in range(2, 6)]
    (event,) = judge(written(rows)).events
    assert event.series == frozenset({0}) and event.last_good == 29 and event.first_bad == 30


def test_more_data_in_any_pieces_and_order_end_in_the_same_judgement(farm):
    rng = np.random.default_rng(11)

    def runs(position, path, **_):
        return "F" if (path == 4 and position >= 25) or rng.random() < 0.02 else "P"

    history = farm(runs, 35)
    pieces = np.array_split(rng.permutation(len(history.runs)), 1000)
    table: list = []
    for piece in pieces:
        table.extend(piece.tolist())
    rows = np.array(table)
    arrived = RunTable(**{n: getattr(history.runs, n)[rows] for n in RunTable.__slots__})
    assert judge(History(history.commits, history.series, arrived)).events == judge(history).events


def test_what_was_fixed_before_its_sisters_does_not_make_a_regression_a_flake(written):
    texts = ["P" * 20 + "F" * 8 + "P" * 22] * 5 + ["P" * 20 + "F" * 30] * 3
    (event,) = judge(sisters(written, texts)).events
    assert event.kind is EventKind.REGRESSION and event.rate > 0.9
