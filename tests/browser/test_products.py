"""A vendor at work: from the keyboard to what stands in the way of a release, and a definition tried."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def browser_context_args(browser_context_args):
    """axe is brought into the page by evaluating it, which our policy forbids."""
    return {**browser_context_args, "bypass_csp": True}


def test_whether_a_product_may_ship_is_two_keys_and_a_click_away(page):
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_title("3 products · treewatch")
    page.get_by_role("link", name="Three boards on 6.12").click()
    state = page.get_by_role("region", name="Gates and devices")
    expect(state.get_by_role("row", name="All gates")).to_be_visible()
    expect(state.get_by_role("rowheader", name="bcm2711-rpi-4-b")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("javascript", [True, False])
def test_a_definition_is_tried_without_an_account(browser, site, assert_accessible, width, javascript):
    context = browser.new_context(
        base_url=site,
        bypass_csp=True,
        java_script_enabled=javascript,
        viewport={"width": width, "height": 800},
    )
    page = context.new_page()
    page.goto("/products/new")
    page.get_by_label("Definition").fill("name Ours\nselect\ncolour red\ngate boots")
    page.get_by_role("button", name="Check").click()
    problems = page.get_by_role("alert")
    expect(problems).to_contain_text("Line 3: colour is not understood")
    expect(problems).to_contain_text("Line 4: there is no gate boots")
    expect(page.get_by_label("Definition")).to_have_value("name Ours\nselect\ncolour red\ngate boots")
    if javascript:
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Definition").fill("name Ours\nselect\ntree mainline\ngate boot >= 90 %")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status").filter(has_text="Ours")).to_contain_text("mainline/master")
    context.close()
