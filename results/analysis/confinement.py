"""Where an event shows and where it does not, axis by axis, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from results.analysis.history import AXES, BoolArray, IntArray, SeriesTable


@dataclass(frozen=True, slots=True)
class Confinement:
    """How an event lies along one axis: the values it shows on, and those that ran and are well."""

    affected: tuple[int, ...]
    spared: tuple[int, ...]


def confinements(
    series: SeriesTable, tested: BoolArray, rows: IntArray, first: int, last: int
) -> dict[str, Confinement]:
    """Return how the affected ``rows`` lie along every axis, next to the sisters that ran meanwhile.

    Sisters are the series of the same tests that were ``tested`` between the positions ``first``
    and ``last``.
    """
    sisters = np.isin(series.path, series.path[rows]) & tested[:, first : last + 1].any(axis=1)
    axes = {}
    for axis in AXES:
        column = getattr(series, axis)
        affected = set(column[rows].tolist())
        spared = set(column[sisters].tolist()) - affected
        axes[axis] = Confinement(tuple(sorted(affected)), tuple(sorted(spared)))
    return axes


def is_lab_specific(series: SeriesTable, tested: BoolArray, rows: IntArray, first: int, last: int) -> bool:
    """Return whether only one lab is affected although another ran the same tests on such a platform."""
    labs = set(series.lab[rows].tolist())
    elsewhere = np.isin(series.path, series.path[rows]) & np.isin(series.platform, series.platform[rows])
    elsewhere &= ~np.isin(series.lab, series.lab[rows]) & tested[:, first : last + 1].any(axis=1)
    return len(labs) == 1 and bool(elsewhere.any())


def in_words(axis: str, confinement: Confinement, names: Mapping[int, str]) -> str:
    """Return "all labs", "only lab-x", "3 of 5 labs"; "" when only one value ever ran."""
    affected, spared = confinement.affected, confinement.spared
    if not spared:
        return f"all {_plural(axis)}" if len(affected) > 1 else ""
    if len(affected) == 1:
        return f"only {names[affected[0]]}"
    return f"{len(affected)} of {len(affected) + len(spared)} {_plural(axis)}"


def _plural(axis: str) -> str:
    return f"{axis}s"
