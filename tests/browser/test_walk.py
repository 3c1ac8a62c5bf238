"""By keys alone: from what broke to the first line of its log and back, and two revisions compared."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from results.models import Event


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_from_home_to_the_log_of_a_regression_and_back(page):
    state = Event.State(Event.objects.exclude(state=Event.State.CLOSED).order_by("state").first().state)
    page.goto("/")
    press(page, "g", "r")
    expect(page.locator("h1")).to_have_text("Regressions")
    page.get_by_role("link", name=re.compile(f"^{state.label}", re.IGNORECASE)).focus()
    press(page, "Enter")
    expect(page.locator("[data-rows] > tr").first).to_be_visible()
    press(page, "j")
    expect(page.locator("[data-rows] > tr a:focus")).to_be_visible()
    press(page, "o")
    expect(page).to_have_url(re.compile(r"/r/\d+$"))
    event = page.url
    press(page, "n")
    focused = page.locator(":is(.log, [data-rows] > tr) a:focus")
    expect(focused).to_be_visible()
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/[tbs]/"))
    if "/log" not in page.url:
        press(page, "l")
    expect(page).to_have_url(re.compile("/log"))
    press(page, "n")
    expect(page.locator(".log .is-hit > a:focus")).to_have_attribute("href", re.compile(r"#L\d+$"))
    press(page, "Enter")
    expect(page).to_have_url(re.compile(r"/log(\?[^#]*)?#L\d+$"))
    for _ in range(6):
        if page.url == event:
            break
        page.go_back()
    expect(page).to_have_url(event)


def test_two_marked_revisions_are_compared(page):
    page.goto("/tree/mainline/master")
    page.locator("tr[data-ref] th a").nth(0).focus()
    press(page, "x")
    expect(page.locator("#status")).to_contain_text("marked")
    press(page, "c")
    expect(page.locator("#status")).to_have_text("Mark two revisions with x")
    press(page, "j", "j", "x", "c")
    expect(page).to_have_url(re.compile("/compare\\?a=mainline"))
    expect(page.locator("h1")).to_contain_text("→")


def test_lines_of_a_log_are_copied_as_a_quotation(page, viewer):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{viewer}#L20-L22")
    expect(page.locator("[name=quote]")).to_have_value("20-22")
    page.get_by_role("button", name="As text for a mail").click()
    expect(page.locator("#status")).to_have_text("Quote copied")
    assert page.evaluate("navigator.clipboard.readText()").count("\n> ") == 3


def test_the_report_of_a_regression_is_copied_where_it_stands(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/r/{Event.objects.order_by('id').first().id}")
    page.get_by_role("link", name="copy", exact=True).click()
    expect(page.locator("#status")).to_have_text("Text copied")
    assert page.evaluate("() => navigator.clipboard.readText()").startswith("Subject: [")
