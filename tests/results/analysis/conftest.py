"""Histories written as text: one character per position, ``.`` for none, ``(FP)`` for several runs."""

import re

import numpy as np
import pytest

from results.analysis.history import History, Kind, Outcome, RunTable, SeriesTable

LETTERS = {"P": Outcome.PASSED, "F": Outcome.FAILED, "E": Outcome.BROKEN, "S": Outcome.SKIPPED}
AXES = ("path", "suite", "origin", "lab", "platform", "architecture", "config", "compiler")


def _written(rows, commits=None):
    """Return the history of rows: dicts of axis codes and "runs"."""
    columns = {axis: np.array([row.get(axis, 0) for row in rows]) for axis in AXES}
    kind = np.array([row.get("kind", Kind.TEST) for row in rows])
    runs = []
    width = 0
    for number, row in enumerate(rows):
        cells = re.findall(r"\(\w+\)|\S", row["runs"])
        width = max(width, len(cells))
        for position, cell in enumerate(cells):
            runs += [
                (number, position, LETTERS[letter], order)
                for order, letter in enumerate(cell.strip("()"))
                if letter != "."
            ]
    series, position, outcome, order = np.array(runs, int).reshape(-1, 4).T
    table = RunTable(series, position, outcome, order, np.zeros(len(series), bool))
    commits = np.arange(width) if commits is None else np.asarray(commits)
    return History(commits, SeriesTable(kind=kind, **columns), table)


@pytest.fixture
def written():
    return _written


@pytest.fixture
def farm():
    """4 labs with 3 platforms each (0 to 3; lab 3 has a platform 9 of its own), 3 suites of 3 tests."""

    def build(runs_of, positions):
        rows = []
        for lab, platforms in enumerate(((0, 1, 2), (1, 2, 3), (0, 2, 3), (0, 1, 9))):
            for platform in platforms:
                for path in range(9):
                    row = {"lab": lab, "platform": platform, "path": path, "suite": path // 3}
                    row["runs"] = "".join(runs_of(position, **row) for position in range(positions))
                    rows.append(row)
        return _written(rows)

    return build
