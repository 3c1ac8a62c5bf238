"""The log viewer in a browser: lines, ranges, later lines on request, keys, accessibility."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_a_range_of_lines_has_an_address(page, viewer):
    page.goto(viewer)
    page.locator("#L20 a").click()
    expect(page).to_have_url(re.compile("#L20$"))
    page.locator("#L24 a").click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile("#L20-L24$"))
    page.reload()
    expect(page.locator(".is-picked")).to_have_count(5)
    expect(page.locator("#L20")).to_be_in_viewport()


def test_a_line_of_another_part_is_fetched(page, viewer):
    page.goto(f"{viewer}#L2500")
    expect(page).to_have_url(re.compile(r"\?from=2500#L2500$"))
    expect(page.locator("#L2500")).to_be_in_viewport()


def test_later_lines_are_appended(page, viewer):
    page.goto(viewer)
    page.get_by_role("link", name="Later lines").click()
    expect(page.locator("#L2001")).to_be_attached()
    expect(page.locator("#L1")).to_be_attached()
    page.get_by_role("link", name="Later lines").click()
    expect(page.locator("#L4001")).to_be_attached()
    expect(page.get_by_role("link", name="Later lines")).to_have_count(0)


def test_a_folded_line_is_opened_by_its_address(page, viewer):
    page.goto(f"{viewer}#L140")
    expect(page.locator("#L140")).to_be_visible()


def test_keys_lead_from_the_run_to_its_log_and_back(page, viewer):
    page.goto(viewer.removesuffix("/log"))
    page.keyboard.press("l")
    expect(page).to_have_url(re.compile("/log$"))
    page.keyboard.press("/")
    page.keyboard.type("says 77")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"find=says"))
    page.locator(".findings a", has_text="L88").click()
    expect(page.locator("#L88")).to_be_in_viewport()
    page.keyboard.press("u")
    expect(page.get_by_text("Whole log")).to_be_visible()
