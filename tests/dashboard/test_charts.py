from __future__ import annotations

from datetime import date

from dashboard.charts import TREND_HEIGHT, TREND_STEP, TrendPoint, days, sparkline, stacked, trend
from results.queries.records import StatusCounts
from results.status import WORST_FIRST, Status


def counts(**by_name):
    return StatusCounts(tuple(by_name.get(str(status.label), 0) for status in WORST_FIRST))


def test_a_bar_is_full_and_shows_one_failure_in_a_million():
    bar = stacked(counts(**{"fail": 1, "pass": 1_000_000, "skip": 3}), 72)
    assert [piece.kind for piece in bar] == ["fail", "skip", "pass"]
    assert bar[0].length >= 1
    assert abs(sum(piece.length for piece in bar) - 72) < 0.5
    assert bar[-1].start + bar[-1].length <= 72.1


def test_error_and_miss_are_one_piece():
    assert [piece.kind for piece in stacked(counts(error=1, miss=1))] == ["error"]


def test_nothing_has_no_bar():
    assert stacked(StatusCounts()) == ()


def test_trend_stands_on_the_base_line_and_reaches_its_peak():
    drawn = trend(
        [
            TrendPoint("a", "/a", counts(fail=10, error=10)),
            TrendPoint("b", "/b", counts(**{"pass": 5})),
            TrendPoint("c", "/c", counts(fail=1)),
        ]
    )
    assert drawn.peak == 20
    assert drawn.width == 3 * TREND_STEP
    first, second, third = drawn.bars
    assert first.broken_top == 0
    assert first.failed_top + first.failed == TREND_HEIGHT
    assert (second.failed, second.broken) == (0, 0)
    assert 0 < third.failed < first.failed
    assert first.label == "a: 10 fail, 10 error"


def test_sparkline_says_in_words_what_it_draws():
    line = sparkline([3, 1, 2], width=44, height=18)
    assert line.label == "2 now, between 1 and 3"
    assert line.path.startswith("M2 2L")
    assert (line.last_x, line.last_y) == (42, 9)


def test_a_flat_line_and_too_short_a_one():
    assert sparkline([5, 5, 5]).path
    assert sparkline([5]) is None


def test_a_silent_day_has_no_height():
    drawn = days([(date(2026, 11, 1), counts(fail=1, **{"pass": 9})), (date(2026, 11, 2), StatusCounts())])
    busy, silent = drawn.bars
    assert busy.total == drawn.height
    assert 0 < busy.failed < busy.total
    assert silent.total == 0
    assert drawn.label == "2 days, at most 10 results a day, nothing on 1"


def test_statuses_each_have_a_place_in_a_bar():
    for status in Status:
        assert len(stacked(counts(**{str(status.label): 1}))) == 1
