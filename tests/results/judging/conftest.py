"""A small farm of three labs and a tree that one commit breaks, as submitted documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from ingest.document import Document

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LABS = {"lab-one": ("kevin", "rpi-4"), "lab-two": ("kevin", "imx8"), "lab-three": ("rpi-4", "imx8")}
PATHS = ("kselftest.net.tcp_mmap", "kselftest.net.udp", "ltp.futex_wait05", "boot")
EXCERPT = "[ 12.5] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"


class Farm:
    """What ran on ``length`` revisions; ``bad`` says of (path, platform, lab, position) what failed."""

    def __init__(self, length=20, broken=12, fixed=None):
        self.length, self.broken, self.fixed = length, broken, fixed

    def status(self, path, platform, lab, position):
        is_broken = position >= self.broken and (self.fixed is None or position < self.fixed)
        return "FAIL" if path == PATHS[0] and is_broken else "PASS"

    def started(self, position):
        return NOW - timedelta(hours=12 * (self.length - position))

    def objects(self, position):
        """Return the checkout, build and tests of a revision."""
        at = self.started(position).isoformat()
        checkout = {
            "id": f"o:c{position}", "origin": "o", "git_repository_url": "https://x.org/linux.git",
            "git_repository_branch": "master", "tree_name": "farm", "git_commit_hash": f"{position:040x}",
            "git_commit_name": f"v1-{position}", "start_time": at,
        }  # fmt: skip
        build = {
            "id": f"o:b{position}", "origin": "o", "checkout_id": checkout["id"], "status": "PASS",
            "architecture": "arm64", "config_name": "defconfig", "compiler": "gcc-14", "start_time": at,
        }  # fmt: skip
        tests = [
            self._test(position, path, platform, lab)
            for lab, platforms in LABS.items()
            for platform in platforms
            for path in PATHS
        ]
        return {"checkouts": [checkout], "builds": [build], "tests": tests}

    def _test(self, position, path, platform, lab):
        status = self.status(path, platform, lab, position)
        test = {
            "id": f"o:t{position}-{path}-{platform}-{lab}", "origin": "o", "build_id": f"o:b{position}",
            "path": path, "status": status, "start_time": self.started(position).isoformat(),
            "environment": {"misc": {"platform": platform}}, "misc": {"lab": lab},
        }  # fmt: skip
        return test | ({"log_excerpt": EXCERPT} if status == "FAIL" else {})

    def documents(self, positions=None):
        """Return a document for each revision."""
        for position in range(self.length) if positions is None else positions:
            yield document(f"{position}.json", **self.objects(position))

    def pieces(self):
        """Return documents of one object each."""
        for position in range(self.length):
            for kind, objects in self.objects(position).items():
                for one in objects:
                    yield document(f"{one['id']}.json", **{kind: [one]})


def document(name, **lists):
    raw = json.dumps({"version": {"major": 5, "minor": 3}, **lists}).encode()
    return Document(name, NOW, raw)


@pytest.fixture
def farm():
    return Farm
