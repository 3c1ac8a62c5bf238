from dataclasses import replace

from results.analysis.judgement import judge
from results.analysis.ledger import Recorded, compare


def recorded(key, event):
    fixed = None if event.fixed is None else event.fixed.bad
    return Recorded(key, event.series, event.first_bad, event.range.good, event.range.bad, fixed)


def events_of(written, end="F" * 6):
    rows = [{"platform": n, "path": 1, "suite": 1, "runs": "P" * 20 + end} for n in range(6)]
    return judge(written(rows)).events


def test_a_new_event_is_opened_and_then_the_same(written):
    events = events_of(written)
    assert compare([], events).opened == (0,)
    again = compare([recorded(7, events[0])], events)
    assert again.opened == () and again.continued == {7: 0} and again.unsupported == ()


def test_more_data_continue_the_event(written):
    early, late = events_of(written, "F" * 2), events_of(written, "F" * 6 + "P" * 6)
    assert compare([recorded(7, early[0])], late).continued == {7: 0}


def test_what_the_data_deny_is_kept_as_unsupported(written):
    events = events_of(written)
    assert compare([recorded(7, events[0])], []).unsupported == (7,)


def test_an_event_of_the_same_series_at_another_time_is_another(written):
    (event,) = events_of(written)
    old = replace(recorded(7, event), first_bad=3, good=1, bad=3)
    result = compare([old], [event])
    assert result.opened == (0,) and result.unsupported == (7,)


def test_two_records_of_one_event_are_joined(written):
    (event,) = events_of(written)
    half = frozenset(list(event.series)[:2])
    result = compare([recorded(1, event), replace(recorded(2, event), series=half)], [event])
    assert result.continued == {1: 0} and result.joined == {2: 1}
