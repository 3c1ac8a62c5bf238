"""The recipes of docs/recipes.md do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from results.models import Build
from tests.kci_dev import installed

TEXT = (settings.BASE_DIR / "docs" / "recipes.md").read_text()
RECIPES = re.findall(r"^## (\d+)\. .*?^```(\w+)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def run(demo_server, tmp_path):
    """Return what runs a recipe: exit status and output."""
    newest = Build.objects.filter(revision__tree__name="mainline", tests__isnull=False).latest(
        "revision__started"
    )
    tools = installed(settings.BASE_DIR) / "bin"
    environment = {
        **os.environ,
        "SITE": demo_server,
        "COMMIT": newest.revision.commit,
        "PATH": f"{os.environ['PATH']}:{tools}",
        "no_proxy": "127.0.0.1",
    }

    def running(language, code):
        command = [sys.executable, "-c", code] if language == "python" else ["sh", "-euc", code]
        done = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        return done.returncode, done.stdout + done.stderr

    return running


def test_there_are_ten():
    assert [number for number, _, _ in RECIPES] == [str(number) for number in range(1, 11)]


EXPECTED = {
    "1": r'"items":\[',
    "2": r'"items":\[',
    "5": r"\d+ boots fail",
    "6": r"\('pass', \d+\)",
    "7": r"(pass|fail|unknown)",
    "8": r"304",
    "9": r"\d+ fail in both",
    "10": r"Summary: \(pass/fail/inconclusive\)",
}
FILES = {
    "results.csv": "id,path,suite,status",
    "history.csv": "start_time,value,unit,revision.tree.name",
    "measurements.csv": "metric,unit,value,revision.tree.name",
}


@pytest.mark.parametrize(("number", "language", "code"), RECIPES, ids=[recipe[0] for recipe in RECIPES])
def test_a_recipe(run, tmp_path, number, language, code):
    status, output = run(language, code)
    assert status in ((0, 1) if number == "5" else (0,)), output
    if number in EXPECTED:
        assert re.search(EXPECTED[number], output), output
    else:
        for table in tmp_path.glob("*.csv"):
            head, *rows = table.read_text().splitlines()
            assert head.startswith(FILES[table.name])
            assert rows or table.name == "measurements.csv"  # not every test measures
