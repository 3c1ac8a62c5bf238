"""Six pages in a text browser, and as the text that we make of them: as they were agreed upon.

The world and the clock are fixed. When a page changes on purpose, look at the difference and
store it: ``UPDATE_GOLDENS=1 pytest tests/dashboard/test_goldens.py``.
"""

from __future__ import annotations

import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from dashboard import shell
from results.judging import judge_tree
from results.models import Event
from results.queries.freshness import Freshness
from results.status import Status
from tests.factories import (
    count,
    create_build,
    create_checkout,
    create_incident,
    create_issue,
    create_revision,
    create_test,
    create_tree,
)

GOLDENS = Path(__file__).parent / "goldens"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EXCERPT = "[   12.51] BUG: kernel NULL pointer dereference, address: 0000000000000010\n[   12.52] Call trace:"
BOARDS = {"rk3399-gru-kevin": "lab-one", "bcm2711-rpi-4-b": "lab-two", "imx8mp-evk": "lab-one"}
REVISIONS = 16
COLUMNS = 110
PAGES = {
    "home": "/",
    "trees": "/trees",
    "tree": "/tree/mainline/master",
    "tests": "/c/mainline/master/{commit}?tab=tests",
    "regression": "/r/{event}",
    "device": "/device/rk3399-gru-kevin",
}
NUMBERS = re.compile(r"(?<=/)(?P<page>[rs]/)\d+")
"""Numbers that the database gives, which earlier tests have counted up."""


def commit(position):
    return f"{position + 1:02x}" * 20


@pytest.fixture
def world(db, monkeypatch):
    """Sixteen revisions; a test fails in the last four."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    monkeypatch.setattr(shell, "_freshness", lambda period: Freshness(NOW, 0, None, 2, ()))
    tree = create_tree()
    for position in range(REVISIONS):
        _revision(tree, position)
    known = create_issue("maestro:known", comment="NULL pointer in futex")
    create_incident(known, test_id=f"maestro:futex-{REVISIONS - 1}-imx8mp-evk")
    count()
    judge_tree(tree.id)
    return {"commit": commit(REVISIONS - 1), "event": Event.objects.get().id}


def _revision(tree, position):
    at = NOW - timedelta(hours=10 * (REVISIONS - position))
    revision = create_revision(commit(position), tree=tree, started=at)
    checkout = create_checkout(
        f"maestro:c{position}", revision=revision, start_time=at, git_commit_name=f"v7.1-{position}"
    )
    build = create_build(f"maestro:b{position}", checkout=checkout, start_time=at)
    for board, lab in BOARDS.items():
        here = {"build": build, "platform": board, "lab": lab, "start_time": at, "duration": 2.5}
        create_test(f"maestro:boot-{position}-{board}", path="boot", **here)
        create_test(f"maestro:futex-{position}-{board}", path="ltp.futex_wait05",
                    status=Status.FAIL if position >= REVISIONS - 4 else Status.PASS,
                    excerpt=EXCERPT if position >= REVISIONS - 4 else None, **here)  # fmt: skip
        create_test(f"maestro:mmap-{position}-{board}", path="kselftest.net.tcp_mmap", **here)


def golden(name, text):
    """Compare a text with what is stored of it."""
    file = GOLDENS / f"{name}.txt"
    shown = NUMBERS.sub(r"\g<page>N", "\n".join(line.rstrip() for line in text.splitlines())) + "\n"
    if os.environ.get("UPDATE_GOLDENS"):
        file.write_text(shown)
    assert shown == file.read_text(), f"{file.name} differs: see the docstring of this module"


def in_a_text_browser(page):
    """Return a page as w3m prints it, without style and scripts."""
    command = ["w3m", "-dump", "-T", "text/html", "-cols", str(COLUMNS), "-O", "utf-8"]
    return subprocess.run(command, input=page, capture_output=True, check=True, timeout=20).stdout.decode()


@pytest.mark.parametrize("name", PAGES)
def test_page_in_a_text_browser(client, world, name):
    dump = in_a_text_browser(client.get(PAGES[name].format(**world)).content)
    assert not re.search(r"Loading|JavaScript", dump)
    golden(f"w3m-{name}", dump)


@pytest.mark.parametrize("name", PAGES)
def test_page_as_text(client, world, name):
    path = PAGES[name].format(**world)
    text = client.get(path, {"format": "text"} if "?" not in path else None, headers={"accept": "text/plain"})
    lines = text.content.decode().splitlines()
    assert max(len(line) for line in lines if "://" not in line) <= 110
    golden(f"text-{name}", text.content.decode())
