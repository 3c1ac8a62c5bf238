"""Interactive charts: drawn where they are asked for, within our policy, with nothing sent anywhere."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_a_chart_is_drawn_in_place_and_taken_away(page):
    wanted = []
    page.on("request", lambda request: wanted.append(request.url))
    page.goto("/tree/mainline/master")
    assert not [url for url in wanted if "plotly" in url]
    button = page.get_by_role("link", name="Failures", exact=True)
    button.click()
    expect(page.locator(".plotly-box .main-svg").first).to_be_visible()
    assert len([url for url in wanted if "plotly-basic" in url]) == 1
    titles = [each.get_attribute("data-title") for each in page.locator(".modebar-btn").all()]
    assert "Download plot as a PNG" in titles
    assert not re.search("share|cloud|edit", " ".join(titles), re.IGNORECASE)
    expect(page.locator("#status")).to_have_text("The chart is drawn")
    button.click()
    expect(page.locator(".plotly-box")).to_have_count(0)
    expect(page).to_have_url(re.compile("/tree/mainline/master$"))


def test_charts_are_drawn_in_the_colours_of_the_theme(page, site):
    for theme, ink in (("light", "rgb(27, 31, 36)"), ("dark", "rgb(230, 232, 234)")):
        page.context.add_cookies([{"name": "prefs", "value": f"{theme}.compact.on", "url": site}])
        page.goto("/tree/mainline/master")
        page.get_by_role("link", name="Durations", exact=True).click()
        label = page.locator(".plotly-box .ytick text").last
        expect(label).to_be_visible()
        assert label.evaluate("text => getComputedStyle(text).fill") == ink


def test_a_chart_that_cannot_be_loaded_is_a_page(page, complaints):
    page.goto("/tree/mainline/master")
    page.route(re.compile("/_/charts/failures"), lambda route: route.fulfill(status=503))
    page.get_by_role("link", name="Failures", exact=True).click()
    expect(page).to_have_url(re.compile("/charts/failures"))
    expect(page.locator("figure.chart rect").first).to_be_visible()
    complaints.clear()
