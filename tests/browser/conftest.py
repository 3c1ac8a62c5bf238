"""Chromium, pointed at our own server; a page that fails its test on any complaint."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from dashboard.logs.reading import log_of
from results.models import Test

_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE_LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""The rules that ask how a page looks; all others read the document, the same in every theme."""
_RUN_AXE = """async ([type, values]) => {
    const found = await axe.run(document, {runOnly: {type, values}, resultTypes: ["violations"]});
    return found.violations.map((rule) => `${rule.id}: ${rule.help}\\n`
        + rule.nodes.map((node) => `    ${node.html}\\n    ${node.failureSummary}`).join("\\n"));
}"""
_COLOURED = "".join(
    f"\x1b[{code}mcolour {code}\x1b[0m \x1b[{code + 10}mground {code}\x1b[0m\n" for code in range(30, 38)
)
_LOG = (
    _COLOURED
    + "\x1b[7;31minverse\x1b[0m \x1b[1;3;4mfonts\x1b[0m \x00\n[ 1.0] Call trace:\n"
    + "".join(f"[ {n}.0] word{chr(97 + n % 26)} says {n}\n" for n in range(100))
    + "".join(f"  CC      {n}.o\n" for n in range(50))
    + "[ 9.0] \x1b[31mUnable to handle kernel NULL pointer dereference\x1b[0m " + "far " * 100
    + "\n".join(f"{chr(97 + n % 26)} {n}" for n in range(4000))
)  # fmt: skip
_REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) => {
    const place = `${event.sourceFile}:${event.lineNumber}`;
    console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI} (${place})`);
});"""


@pytest.fixture(scope="session")
def browser_type_launch_args(site):
    """Debian's Chromium, quiet and offline; Playwright's own browsers are not installed.

    It needs ``site`` in order to be gone before the server is.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.fail("No Chromium is installed; `make test` installs it, or: apt-get install chromium")
    args = ["--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
    if os.getuid() == 0:
        args.append("--no-sandbox")
    return {"executable_path": program, "args": args}


@pytest.fixture(scope="session")
def playwright(playwright):
    """Playwright leaves an event loop in this thread, which Django takes for asynchronous code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    return playwright


@pytest.fixture(scope="session")
def site(demo):
    """The address of the application, serving the demo data; nothing is emptied between tests."""
    server = LiveServer("127.0.0.1")
    server._live_server_modified_settings.enable()
    yield server.url
    server.stop()
    server._live_server_modified_settings.disable()


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, site):
    """Let tests say ``page.goto("/trees")``."""
    return {**browser_context_args, "base_url": site}


@pytest.fixture
def complaints():
    """What the browser complained about; a test that provokes a complaint takes it out."""
    return []


@pytest.fixture
def page(context, site, complaints):
    """A page whose test fails on errors in the console, broken policy and requests to other hosts."""
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.add_init_script(_REPORT_VIOLATIONS)
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("console", lambda message: _console(page, message, complaints))
    page.on("request", lambda request: _request(site, request, complaints))
    yield page
    assert complaints == []


@pytest.fixture
def violations():
    """A function that returns what axe finds wrong with a page, or with its looks only."""
    source = (files("axe_playwright_python") / "axe.min.js").read_text()

    def check(page, *, only_looks=False):
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        rules = ["rule", _AXE_LOOKS] if only_looks else ["tag", _AXE_TAGS]
        return [f"{page.url}\n  {found}" for found in page.evaluate(_RUN_AXE, rules)]

    return check


@pytest.fixture
def assert_accessible(violations):
    """A function that fails when axe finds anything wrong with a page, or with its looks only."""

    def check(page, *, only_looks=False):
        assert violations(page, only_looks=only_looks) == []

    return check


@pytest.fixture
def viewer(demo, django_db_blocker, monkeypatch):
    """The address of a test run's log viewer; every log there is a long one."""
    monkeypatch.setattr("dashboard.views.logs.whole_log", lambda url: log_of(_LOG))
    with django_db_blocker.unblock():
        found = Test.objects.filter(excerpt__isnull=False, kcidb_id__startswith="linaro:")
        return f"/t/{found.order_by('key')[0].kcidb_id}/log"


def _console(page, message, complaints):
    # A page that answers 404 is reported as a failed resource: its test looks at that itself.
    answered = message.text.startswith("Failed to load resource") and message.location["url"] == page.url
    if message.type == "error" and not answered:
        complaints.append(f"console: {message.text}")


def _request(site, request, complaints):
    if request.url.startswith(("data:", "blob:")):
        return
    if urlsplit(request.url).netloc != urlsplit(site).netloc:
        complaints.append(f"foreign request: {request.url}")
