"""axe finds nothing wrong with any kind of page, in any theme, density and width."""

from __future__ import annotations

from itertools import product

import pytest

from tests.crawl import crawl

FEW_ROWS = """() => {
    for (const row of document.querySelectorAll("[data-rows] > tr:nth-child(n+13)")) row.remove();
}"""
"""The rows of a list are all alike: a dozen tell as much as a hundred."""
FEW_LINES = """() => {
    const log = document.querySelector(".log"), later = log.querySelectorAll("span[id^=L]")[300];
    const range = document.createRange();
    range.setStartBefore(later);
    range.setEndAfter(log.lastChild);
    range.deleteContents();
}"""
DRESS = """([theme, density]) => {
    Object.assign(document.documentElement.dataset, {theme, density});
}"""


@pytest.fixture(scope="module")
def addresses(demo, django_db_blocker):
    """One address of each kind of page."""
    with django_db_blocker.unblock():
        return list(crawl(1))


@pytest.fixture
def browser_context_args(browser_context_args):
    """axe is brought into the page by evaluating it, which our policy forbids."""
    return {**browser_context_args, "bypass_csp": True}


@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible_in_every_theme_and_density(page, addresses, violations, width):
    page.set_viewport_size({"width": width, "height": 800})
    wrong = []
    for address in addresses:
        page.goto(address)
        page.evaluate(FEW_ROWS)
        for number, (theme, density) in enumerate(product(("light", "dark"), ("compact", "comfortable"))):
            page.evaluate(DRESS, [theme, density])
            wrong += violations(page, only_looks=number > 0)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{address} is wider than the window, {density}")
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def test_no_page_is_wider_than_the_narrowest_phone(page, addresses):
    page.set_viewport_size({"width": 320, "height": 640})
    wide = []
    for address in addresses:
        page.goto(address)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
            wide.append(f"{address} is {width} pixels wide")
    assert not wide


@pytest.mark.parametrize("width", [1280, 320])
def test_logs_are_accessible_in_all_their_colours(page, viewer, violations, width):
    page.set_viewport_size({"width": width, "height": 800})
    for query in ("", "?wrap=1", "?find=says#L20-L140"):
        page.goto(viewer + query)
        page.evaluate(FEW_LINES)
        for theme in ("light", "dark"):
            page.evaluate(DRESS, [theme, "compact"])
            assert violations(page, only_looks=theme == "dark") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
