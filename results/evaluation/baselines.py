"""The rules of today's tools, to compare with: each yields (series, first bad position)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from results.evaluation.worlds import FAIL, PASS, World

Rule = Callable[[list[tuple[int, int]]], Iterator[int]]
"""Takes one series' (position, outcome) in order of time, yields first bad positions."""


def pairwise(runs: list[tuple[int, int]]) -> Iterator[int]:
    """A pass and then a failure is a regression."""
    known = [run for run in runs if run[1] in (PASS, FAIL)]
    for (_, before), (position, now) in itertools.pairwise(known):
        if before == PASS and now == FAIL:
            yield position


def last_ten(runs: list[tuple[int, int]]) -> Iterator[int]:
    """The newest ten results are failures and before them passes, without anything else between."""
    reported = set()
    for end in range(1, len(runs) + 1):
        newest_first = runs[max(0, end - 10) : end][::-1]
        outcomes = [outcome for _, outcome in newest_first]
        if outcomes[0] != FAIL or PASS not in outcomes:
            continue
        edge = outcomes.index(PASS)
        if any(outcome != FAIL for outcome in outcomes[:edge]) or any(o != PASS for o in outcomes[edge:]):
            continue
        first = newest_first[edge - 1][0]
        if first not in reported:
            reported.add(first)
            yield first


def three_in_a_row(runs: list[tuple[int, int]]) -> Iterator[int]:
    """Three failures in a row after a pass are a regression."""
    known = [run for run in runs if run[1] in (PASS, FAIL)]
    passed, streak = False, 0
    for index, (_, outcome) in enumerate(known):
        streak = streak + 1 if outcome == FAIL else 0
        passed |= outcome == PASS
        if streak == 3 and passed:
            yield known[index - 2][0]


RULES: Final[dict[str, Rule]] = {
    "pairwise": pairwise,
    "last ten": last_ten,
    "three in a row": three_in_a_row,
}


def alerts_of(world: World, rule: Rule) -> list[tuple[int, int]]:
    """Return (series, first bad position) of every alarm that a rule raises in a world."""
    order = np.lexsort((world.order, world.position, world.series))
    runs: dict[int, list[tuple[int, int]]] = {}
    columns = (world.series[order].tolist(), world.position[order].tolist(), world.outcome[order].tolist())
    for series, position, outcome in zip(*columns, strict=True):
        runs.setdefault(series, []).append((position, outcome))
    return [(series, first) for series, results in runs.items() for first in rule(results)]
