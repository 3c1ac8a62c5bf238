"""Every count of a product is the number of rows that it leads to."""

from __future__ import annotations

import pytest

from results.products.definition import parse
from results.products.state import product_states
from results.queries.tests import test_page as page_of_tests

pytestmark = pytest.mark.django_db

TREES = "tree mainline next\n"
TEXT = (
    f"name x\nselect\n{TREES}suite boot\n"
    f"select\n{TREES}suite kselftest*\nplatform rk3399-gru-kevin none\n"
    f"select\n{TREES}path ltp*\nsuite ltp*\ncompatible rockchip,rk3399\n"
)


def rows(selection):
    """Return how many rows a listing has."""
    return len(page_of_tests(selection, limit=10_000).rows)


def test_every_count_is_the_number_of_its_rows(odd_world):
    definition = parse(TEXT)
    (state,) = product_states([(definition, None)])
    assert len(state.branches) == 3
    checked = 0
    for branch in state.branches:
        for cell in branch.cells:
            selection = definition.parts[cell.part].within(branch.head.revision.selection)
            selection = selection.where(
                platform=cell.platform, suite=cell.suite, kind="boot" if cell.is_boot else "test"
            )
            for status, number in cell.counts:
                assert rows(selection.where(status=status.label)) == number
                checked += number
    assert checked > 20
