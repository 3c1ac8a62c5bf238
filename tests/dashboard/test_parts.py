from __future__ import annotations

import pytest

from dashboard.parts import enumeration, failing, log_lines, plural
from results.queries.records import StatusCounts


def counts(fail, passed):
    return StatusCounts((fail, 0, 0, passed, 0, 0, 0))


@pytest.mark.parametrize(("count", "said"), [(0, "no builds"), (1, "1 build"), (2911, "2,911 builds")])
def test_plurals(count, said):
    assert plural(count, "build") == said


@pytest.mark.parametrize(
    ("parts", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "", "b", "c"], "a, b and c")]
)
def test_enumerations(parts, said):
    assert enumeration(parts) == said


def test_verdicts_name_what_fails_of_what_ran():
    nothing = StatusCounts()
    assert failing(nothing, nothing, nothing) == "Nothing has run yet."
    assert failing(counts(0, 3), nothing, counts(0, 1)) == "Nothing fails in 3 builds and 1 test."
    assert (
        failing(counts(1, 3), counts(0, 9), counts(31, 1000)) == "1 of 4 builds and 31 of 1,031 tests fail."
    )


def test_log_lines_show_control_characters_and_find_trouble():
    lines = log_lines("ok\r\n\x1b[31mred\x00\tx\nBUG: unable to handle\nkernel panic - not syncing\n\n")
    assert [line.text for line in lines] == [
        "ok",
        "␛[31mred␀\tx",
        "BUG: unable to handle",
        "kernel panic - not syncing",
    ]
    assert [line.number for line in lines] == [1, 2, 3, 4]
    assert [line.is_hit for line in lines] == [False, False, True, True]


def test_a_word_that_only_resembles_trouble_is_none():
    assert not any(line.is_hit for line in log_lines("debug: failover ready\nno warnings"))
