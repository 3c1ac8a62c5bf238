"""axe finds nothing wrong with any kind of page, in any theme, density and width."""

from __future__ import annotations

import pytest

from tests.crawl import crawl


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
@pytest.mark.parametrize("density", ["compact", "comfortable"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible(page, site, addresses, assert_accessible, theme, density, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.context.add_cookies([{"name": "prefs", "value": f"{theme}.{density}.on", "url": site}])
    for address in addresses:
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_logs_are_accessible_in_all_their_colours(page, site, viewer, assert_accessible, theme, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.context.add_cookies([{"name": "prefs", "value": f"{theme}.compact.on", "url": site}])
    for query in ("", "?wrap=1", "?find=says#L20-L140"):
        page.goto(viewer + query)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
