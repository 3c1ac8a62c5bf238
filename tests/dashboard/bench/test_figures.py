"""Figures, their budgets, and the text they make."""

import pytest

from dashboard.bench.database import days_for, name_for
from dashboard.bench.figures import Figure, Section, lines, number, percentile, table
from dashboard.management.commands.bench import _count


@pytest.mark.parametrize(
    ("figure", "within", "budget"),
    [
        (Figure("a", 10, "ms", at_most=10), True, "≤ 10 ms"),
        (Figure("a", 10.1, "ms", at_most=10), False, "≤ 10 ms"),
        (Figure("a", 20_000, "tests/s", at_least=20_000), True, "≥ 20,000 tests/s"),
        (Figure("a", 19_999, "tests/s", at_least=20_000), False, "≥ 20,000 tests/s"),
        (Figure("a", 1), None, ""),
    ],
)
def test_a_budget_is_met_or_not(figure, within, budget):
    assert figure.is_within is within
    assert figure.budget == budget


def test_percentiles():
    assert percentile(range(1, 101), 0.95) == 96
    assert percentile([3], 0.95) == 3


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1,234"), (12.34, "12.3"), (0.01234, "0.0123"), (0, "0")]
)
def test_numbers_have_as_many_digits_as_say_something(value, text):
    assert number(value) == text


def test_a_section_is_a_table():
    section = Section(
        "Disk", [Figure("everything", 300, "B", at_most=280), Figure("x", 1.5, note="of it all")]
    )
    assert list(lines(section)) == [
        "",
        "Disk",
        "everything  300 B  ≤ 280 B  OVER",
        "x             1.5                 of it all",
    ]


def test_columns_are_as_wide_as_their_widest_cell():
    assert list(table([("a", "1"), ("bb", "22")])) == ["a    1", "bb  22"]


@pytest.mark.parametrize(
    ("text", "tests"),
    [("1M", 1_000_000), ("10m", 10_000_000), ("500k", 500_000), ("1_000", 1000), ("0.5M", 500_000)],
)
def test_sizes_are_read_as_people_write_them(text, tests):
    assert _count(text) == tests


def test_a_day_has_as_many_tests_in_every_size():
    assert (days_for(1_000_000), days_for(10_000_000)) == (9, 90)
    assert days_for(1000) == 1
    assert name_for(1000) == "treewatch_bench_1000"
