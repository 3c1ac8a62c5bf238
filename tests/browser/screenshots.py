"""``make screenshots``: a picture of every kind of page, wide and narrow, light and dark. To be looked at."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.crawl import crawl, kind

TALLEST = 2000
"""Pixels of a page that are pictured."""


@pytest.fixture(scope="module")
def addresses(demo, django_db_blocker):
    """One address of each kind of page, by a name for its file."""
    with django_db_blocker.unblock():
        found = {}
        for address in crawl(1):
            found.setdefault(re.sub(r"\W+", "-", kind(address)), address)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pictures(browser, site, addresses, theme, width):
    folder = Path(os.environ.get("FOLDER") or settings.BASE_DIR / "var" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(base_url=site, viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context.new_page()
    for name, address in addresses.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        picture = folder / f"{name}-{width}-{theme}.png"
        page.screenshot(path=picture, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
        assert picture.stat().st_size
    context.close()
