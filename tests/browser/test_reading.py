"""What the pages do in a browser: filters, order, paging, back, keys, preferences."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


def focused(page, expression="id"):
    return page.evaluate(f"document.activeElement.{expression}")


def listed(page):
    return page.locator("[data-rows] > tr")


def test_a_facet_changes_rows_address_and_title_and_back_undoes_it(page):
    page.goto("/tests")
    everything = page.locator(".verdict").inner_text()
    page.locator("#status-fail").click()
    expect(page).to_have_url(re.compile(r"/tests\?status=fail$"))
    expect(page).to_have_title(re.compile(r"results · fail · treewatch$"))
    expect(page.locator("#status-fail")).to_be_focused()
    expect(page.locator("#status")).to_contain_text("results on this page")
    assert listed(page).count() == page.locator("[data-rows] .s-fail").count() > 0
    page.go_back()
    expect(page).to_have_url(re.compile(r"/tests$"))
    expect(page.locator(".verdict")).to_have_text(everything)


def test_a_column_sorts_and_turns_around(page):
    page.goto("/tests")
    for direction in ("ascending", "descending"):
        page.locator("#sort-start").click()
        expect(page.locator(f"th[aria-sort={direction}]")).to_contain_text("Age")
        expect(page.locator("#sort-start")).to_be_focused()


def test_the_next_page_begins_at_its_top(page):
    page.goto("/tests")
    first = listed(page).first.inner_text()
    page.locator("#page-next").click()
    expect(page).to_have_url(re.compile("after="))
    expect(listed(page).first).not_to_have_text(first)
    assert page.evaluate("scrollY") < 200
    page.locator("#page-first").click()
    expect(page).to_have_url(re.compile(r"/tests$"))


def test_a_text_filter_narrows_and_its_chip_widens(page):
    page.goto("/tests?status=fail")
    page.keyboard.press("/")
    page.keyboard.type("kselftest")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"status=fail&q=kselftest|q=kselftest"))
    assert all("kselftest" in row for row in page.locator("[data-rows] th").all_inner_texts())
    page.get_by_role("link", name="Text kselftest").click()
    expect(page).to_have_url(re.compile(r"/tests\?status=fail$"))


def test_a_mistake_in_an_address_is_shown_and_back_leads_out(page, complaints):
    page.goto("/tests")
    expect(page.locator("#status-fail")).to_be_visible()
    page.evaluate("document.querySelector('#status-fail').setAttribute('hx-get', '/tests?status=wrong')")
    page.evaluate("htmx.process(document.querySelector('#status-fail'))")
    page.locator("#status-fail").click()
    expect(page.locator("h1")).to_contain_text("does not exist")
    complaints.clear()
    page.go_back()
    expect(listed(page).first).to_be_visible()


def test_an_answer_that_is_no_page_of_ours_is_opened_as_it_is(page, complaints):
    page.goto("/tests")
    page.route(
        re.compile(r"/tests\?status=fail"), lambda route: route.fulfill(status=502, body="bad gateway")
    )
    page.locator("#status-fail").click()
    expect(page.locator("body")).to_have_text("bad gateway")
    expect(page).to_have_url(re.compile(r"/tests\?status=fail$"))
    assert all("502" in complaint for complaint in complaints)
    complaints.clear()


# --- Keys --------------------------------------------------------------------------------------------


def test_rows_are_walked_by_keys_from_home_to_a_line_of_a_log_and_back(page):
    page.goto("/")
    page.keyboard.press("n")
    row = page.locator("[data-rows] > tr.is-bad").first
    assert row.evaluate("row => row.contains(document.activeElement)")
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.locator("h1")).to_have_text("Trees")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(page, "textContent") == listed(page).first.locator("th a").inner_text()
    page.keyboard.press("o")
    expect(page.locator("nav[aria-label=Breadcrumb]")).to_contain_text("Trees")
    page.keyboard.press("u")
    expect(page.locator("h1")).to_have_text("Trees")


def test_failures_are_walked_by_keys(page):
    page.goto("/tests?status=fail&status=pass&sort=-status")
    page.keyboard.press("p")
    assert page.evaluate(
        "!!document.activeElement.closest('tr.is-bad') || !document.querySelector('tr.is-bad')"
    )


def test_older_and_newer_revisions(page):
    page.goto("/trees")
    listed(page).first.locator("th a").click()
    listed(page).first.locator("th a").click()
    newest = page.locator("h1").inner_text()
    page.keyboard.press("[")
    expect(page.locator("h1")).not_to_have_text(newest)
    page.keyboard.press("]")
    expect(page.locator("h1")).to_have_text(newest)


def test_help_opens_as_a_dialog_and_leaves_no_trace(page):
    page.goto("/labs")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("next, previous row")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile("/labs$"))


def test_from_a_name_to_its_page_without_the_mouse(page):
    page.goto("/compare")
    page.keyboard.press("/")
    page.keyboard.type("mainline/master@latest~1..mainline/master@latest")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/compare\\?a=mainline/master@latest~1&b="))
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(re.compile("/grid$"))
    page.get_by_role("link", name="mainline/master", exact=True).click()
    expect(page.locator("table.grid")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("a.cell:focus")).to_have_attribute("href", re.compile("^/t/"))


def test_keys_do_nothing_in_a_field_and_can_be_switched_off(page):
    page.goto("/trees")
    page.locator("main [name=q]").focus()
    page.keyboard.type("jg?")
    assert page.locator("main [name=q]").input_value() == "jg?"
    page.goto("/prefs")
    page.locator("[name=keys][value=off]").check()
    page.get_by_role("button", name="Save").click()
    page.goto("/trees")
    page.keyboard.press("j")
    assert focused(page, "tagName") == "BODY"


# --- Preferences -------------------------------------------------------------------------------------


def test_theme_and_density_change_in_place_and_stay(page):
    page.goto("/trees")
    with page.expect_response(re.compile("/prefs$")):
        page.get_by_role("button", name="dark").click()
    with page.expect_response(re.compile("/prefs$")):
        page.keyboard.press(".")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(20, 23, 26)"
    page.reload()
    expect(page.locator("html[data-theme=dark][data-density=comfortable]")).to_be_attached()
    expect(page.get_by_role("button", name="dark")).to_have_attribute("aria-pressed", "true")


@pytest.fixture
def plain(browser, site):
    """A page without scripts."""
    context = browser.new_context(base_url=site, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_everything_works_without_scripts(plain):
    plain.goto("/trees")
    plain.get_by_role("button", name="dark").click()
    expect(plain.locator("html")).to_have_attribute("data-theme", "dark")
    expect(plain).to_have_url(re.compile("/trees$"))
    plain.goto("/tests")
    plain.get_by_role("link", name="Show filters with counts").click()
    plain.locator("#status-fail").click()
    expect(plain).to_have_url(re.compile(r"/tests\?status=fail$"))
    plain.locator("main [name=q]").fill("boot")
    plain.get_by_role("button", name="Filter").click()
    expect(plain).to_have_url(re.compile(r"status=fail&q=boot$"))


# --- Small screens -----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 640, 1000])
def test_nothing_moves_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    addresses = (
        "/", "/trees", "/tests", "/builds", "/suites", "/suite/ltp", "/devices", "/labs", "/submissions",
        "/help", "/tree/mainline/master", "/charts/durations?tree=mainline&branch=master", "/_/facets",
    )  # fmt: skip
    for address in addresses:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_filters_are_folded_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/tests")
    expect(page.locator("#status-fail")).to_be_hidden()
    page.locator("summary", has_text="Filters").click()
    page.locator("#status-fail").click()
    expect(page).to_have_url(re.compile("status=fail"))
