"""A short soak: everything is killed, nothing acknowledged is lost and nothing counted twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_kills_of_everything_lose_and_double_nothing():
    command = [sys.executable, "-m", "tests.soak", "--tests", "6000", "--kills", "12", "--seed", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6,000 tests acknowledged, each there once; every count equals a recount" in done.stdout
