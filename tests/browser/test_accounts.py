"""Accounts in a browser: everything without JavaScript, and pages that everybody can use."""

from __future__ import annotations

import re
from itertools import product

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import expect

from dashboard.models import Delivery
from tests.browser.test_accessibility import DRESS
from tests.committed import committed

PASSWORD = "a long and lovely word"


@pytest.fixture(autouse=True)
def nobody_stays(site):
    """Nothing is emptied between these tests: who was made here is removed here."""
    cache.clear()
    yield
    committed(lambda: User.objects.filter(username="alice").delete())


def sign_up(page):
    page.goto("/accounts/signup")
    page.get_by_label("Name").fill("alice")
    page.get_by_label("Mail address").fill("alice@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page).to_have_url(re.compile(r"/account$"))


def tell_of_something(number):
    trouble = "a rather long problem " * 9
    Delivery.objects.create(subscription_id=number, event=1, change=1, problem=trouble)


def subscribe(page, way):
    page.get_by_label("Name", exact=True).fill(f"by {way}")
    page.get_by_label(way).check()
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("status").first).to_contain_text("You are subscribed.")


def test_everything_works_without_javascript(browser, site, complaints):
    context = browser.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/trees")
    page.locator("[data-rows] th a").first.click()
    tree = page.locator("h1").inner_text()
    page.get_by_role("button", name=re.compile("Follow")).click()
    expect(page.get_by_role("button", name=re.compile("Following"))).to_be_visible()
    sign_up(page)
    expect(page.locator("#main")).to_contain_text(tree)
    page.goto("/regressions")
    page.locator(".menu summary").click()
    page.locator(".menu [name=name]").fill("what broke")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="what broke")).to_have_attribute("href", "/regressions")
    page.goto("/regressions?state=fixed")
    page.get_by_role("link", name="Subscribe").click()
    expect(page.get_by_label("Filters")).to_have_value("state=fixed")
    subscribe(page, "a private feed only")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".note--bad")).to_contain_text("Stopped by you.")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".top__end")).to_contain_text("Sign in")
    context.close()
    assert complaints == []


@pytest.fixture
def browser_context_args(browser_context_args):
    """axe is brought into the page by evaluating it, which our policy forbids."""
    return {**browser_context_args, "bypass_csp": True}


@pytest.mark.parametrize("width", [1280, 320])
def test_pages_of_an_account_are_accessible(page, assert_accessible, width):
    page.set_viewport_size({"width": width, "height": 800})
    sign_up(page)
    for path in ("/device/qemu-arm64", "/tree/mainline/master"):
        page.goto(path)
        page.get_by_role("button", name=re.compile("Follow")).click()
    page.goto("/tests?status=fail&suite=kselftest.net&suite=kselftest.a-rather-long-name-of-a-suite")
    page.locator(".menu summary").click()
    page.locator(".menu [name=name]").fill("failures")
    assert_accessible(page)
    page.get_by_role("button", name="Save", exact=True).click()
    for way in ("one mail a day", "a mail at once"):
        page.goto("/account/subscriptions/new?query=tree%3Dmainline")
        subscribe(page, way)
    number = int(page.url.rpartition("/")[2])
    committed(lambda: tell_of_something(number))
    page.goto("/account/tokens")
    page.get_by_label("Name").fill("bot")
    page.get_by_label("decide about regressions and issues").check()
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator(".secret")).to_be_visible()
    assert_accessible(page)
    paths = (
        "/account", "/account/tokens", "/account/address", "/account/delete", "/accounts/password",
        "/account/subscriptions/new?listing=tests&query=status%3Dfail", f"/account/subscriptions/{number}",
        "/", "/device/qemu-arm64", "/regressions", "/accounts/login", "/accounts/signup",
        "/accounts/forgotten",
    )  # fmt: skip
    for path in paths:
        page.goto(path)
        for number, dress in enumerate(product(("light", "dark"), ("compact", "comfortable"))):
            page.evaluate(DRESS, list(dress))
            assert_accessible(page, only_looks=number > 0)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
