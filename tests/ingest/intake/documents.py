"""Small documents of an origin that does not exist."""

from __future__ import annotations

import json

VERSION = {"major": 5, "minor": 3}


def document(*, origin="acme", number=1, tests=2):
    """Return a document of a checkout, a build and some tests of it, as JSON bytes."""
    build = f"{origin}:build-{number}"
    return json.dumps(
        {
            "version": VERSION,
            "checkouts": [
                {
                    "id": f"{origin}:checkout-{number}",
                    "origin": origin,
                    "tree_name": "demo",
                    "git_repository_url": "https://git.example/demo.git",
                    "git_repository_branch": "main",
                    "git_commit_hash": f"{number:040x}",
                    "start_time": "2026-01-02T03:04:05Z",
                }
            ],
            "builds": [
                {
                    "id": build,
                    "origin": origin,
                    "checkout_id": f"{origin}:checkout-{number}",
                    "architecture": "arm64",
                    "compiler": "gcc-14",
                    "config_name": "defconfig",
                    "status": "PASS",
                    "start_time": "2026-01-02T03:05:00Z",
                }
            ],
            "tests": [
                {
                    "id": f"{origin}:test-{number}-{index}",
                    "origin": origin,
                    "build_id": build,
                    "path": f"suite.case_{index}",
                    "status": "FAIL" if index % 7 == 0 else "PASS",
                    "start_time": "2026-01-02T04:00:00Z",
                    "environment": {"misc": {"platform": "board-one"}},
                    "misc": {"runtime": "lab-one"},
                }
                for index in range(tests)
            ],
        }
    ).encode()
