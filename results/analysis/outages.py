"""Which failures are the lab's or the device's fault. Decided before anything else is judged.

At every position the analysis looks at the series that used to pass. When many of them fail at
once in one lab (or on one device), across suites, and the same tests of the same revision do not
fail elsewhere, then the lab was ill, not the kernel. If nobody else has that platform there is
nothing to compare with: a short illness is then *suspected* infrastructure, a lasting one is a
regression of the platform.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.stats import binom  # type: ignore[import-untyped]

from results.analysis.history import BoolArray, Counts, FloatArray, IntArray, SeriesTable, combined

UNKNOWN, GOOD, BAD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class OutageRules:
    """What it takes to speak of an outage."""

    significance: float = 1e-6
    lab_results: int = 10
    device_results: int = 5
    lab_share: float = 0.25
    device_share: float = 0.3
    suites: int = 2
    """Failures of fewer suites may be one regression."""
    suite_share: float = 0.5
    """The share of the running suites that must be hit."""
    patience: int = 3
    """Positions after which an illness nobody can compare is a regression."""
    window: int = 20


@dataclass(frozen=True, slots=True)
class Outage:
    """A lab, or one platform in it, was ill at positions ``start`` to ``end`` (excluded)."""

    lab: int
    platform: int
    """-1: the whole lab."""
    start: int
    end: int
    results: int
    failures: int
    p_value: float
    """Of the worst position: the probability of as many failures at the usual rate."""
    confirmed: bool
    """Whether other labs ran the same platform and were well."""
    released: bool = False
    """It lasted too long to be called infrastructure: its failures count as evidence."""


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """The outages, and the cells (series × position) whose failures they explain."""

    outages: tuple[Outage, ...]
    masked: BoolArray


@dataclass(slots=True)
class _Unit:
    """The labs, or the devices: what may be ill."""

    code: IntArray
    lab: IntArray
    platform: IntArray
    least: int
    share: float
    usual: FloatArray
    """Recent shares of unexplained failures, a ring of columns."""


def infrastructure(series: SeriesTable, counts: Counts, rules: OutageRules = OutageRules()) -> Infrastructure:
    """Return the outages of a history."""
    return _Search(series, counts, rules).run()


class _Search:
    """Walks through the positions, remembering how every series fared last."""

    def __init__(self, series: SeriesTable, counts: Counts, rules: OutageRules) -> None:
        self.series, self.rules = series, rules
        runs = counts.tries + counts.retries + counts.broken
        bad = counts.failures + counts.retry_failures + counts.broken
        self.present, self.bad = runs > 0, bad * 2 > runs
        self.masked = np.zeros_like(self.bad)
        self.last = np.full(len(series), UNKNOWN, np.int8)
        device = series.device()
        self.units = (
            self._unit(combined(series.lab), whole=True),
            self._unit(device, whole=False),
        )
        self.keys = [
            combined(series.path, axis)
            for axis in (series.origin * 0, series.platform, series.architecture, series.variant())
        ]
        self.suite, self.platform = combined(series.suite), combined(series.platform)
        self.open: dict[tuple[int, int], Outage] = {}
        self.closed: list[Outage] = []

    def _unit(self, code: IntArray, *, whole: bool) -> _Unit:
        first = np.unique(code, return_index=True)[1]
        platform = np.full(len(first), -1) if whole else self.series.platform[first]
        least, share = (
            (self.rules.lab_results, self.rules.lab_share)
            if whole
            else (self.rules.device_results, self.rules.device_share)
        )
        usual = np.full((len(first), self.rules.window), np.nan)
        return _Unit(code, self.series.lab[first], platform, least, share, usual)

    def run(self) -> Infrastructure:
        for position in range(self.present.shape[1]):
            self._look_at(position)
        outages = sorted([*self.closed, *self.open.values()], key=lambda o: (o.start, o.lab, o.platform))
        return Infrastructure(tuple(outages), self.masked)

    def _look_at(self, position: int) -> None:
        present, bad = self.present[:, position], self.bad[:, position]
        usable = present & (self.last == GOOD)
        fresh = usable & bad
        unexplained = fresh & ~self._shown_elsewhere(usable, fresh) if fresh.any() else fresh
        for unit in self.units:
            for index, outage in list(self._ill(unit, usable, unexplained, position)):
                self._record(unit, index, outage, present & bad, position)
        seen = present & ~self.masked[:, position]
        self.last[seen] = np.where(bad[seen], BAD, GOOD)

    def _shown_elsewhere(self, usable: BoolArray, fresh: BoolArray) -> BoolArray:
        """Return which failures the other labs show too, for the test on any fitting machine."""
        shown = np.zeros(len(fresh), bool)
        for key in self.keys:
            here = combined(key, self.series.lab)
            others = np.bincount(key, usable)[key] - np.bincount(here, usable)[here]
            failing = np.bincount(key, fresh)[key] - np.bincount(here, fresh)[here]
            shown |= (failing > 0) & (failing >= 0.5 * others)
        return shown

    def _ill(
        self, unit: _Unit, usable: BoolArray, unexplained: BoolArray, position: int
    ) -> Iterator[tuple[int, Outage]]:
        """Yield the units with an outage at a position, and remember the usual share of the others."""
        total = np.bincount(unit.code, usable)
        failing = np.bincount(unit.code, unexplained)
        with np.errstate(invalid="ignore"):
            share = failing / total
        for index in np.flatnonzero((failing >= unit.least * unit.share) & (share >= unit.share)):
            usual = self._usual(unit, index)
            chance = float(binom.sf(failing[index] - 1, total[index], max(usual, 0.05)))
            rows = unit.code == index
            if total[index] < unit.least or chance >= self.rules.significance or share[index] < usual + 0.15:
                continue
            if not self._widespread(rows & usable, rows & unexplained):
                continue
            confirmed = self._comparable(unit, rows, usable, unexplained, float(share[index]))
            share[index] = np.nan
            yield int(index), Outage(
                int(unit.lab[index]), int(unit.platform[index]), position, position + 1,
                int(total[index]), int(failing[index]), chance, confirmed,
            )
        unit.usual[:, position % self.rules.window] = share

    def _usual(self, unit: _Unit, index: int) -> float:
        """Return the usual share of failures of a unit, 0.1 while it is hardly known."""
        known = unit.usual[index][~np.isnan(unit.usual[index])]
        return float(np.median(known)) if len(known) >= 3 else 0.1

    def _widespread(self, usable: BoolArray, failing: BoolArray) -> bool:
        """Return whether enough suites are hit: a regression stays in one."""
        hit = len(np.unique(self.suite[failing]))
        return hit >= max(self.rules.suites, self.rules.suite_share * len(np.unique(self.suite[usable])))

    def _comparable(
        self, unit: _Unit, rows: BoolArray, usable: BoolArray, unexplained: BoolArray, share: float
    ) -> bool:
        """Return whether others were well with these platforms, or several platforms fell ill here at once."""
        total = np.bincount(self.platform[rows & usable], minlength=1)
        failing = np.bincount(self.platform[rows & unexplained], minlength=len(total))
        ill = np.flatnonzero(failing >= np.maximum(unit.share * total, 2))
        if len(ill) > 1:
            return True
        elsewhere = ~rows & usable & np.isin(self.platform, ill) & (self.series.lab != self.series.lab[rows][0])
        count = int(elsewhere.sum())
        return count >= self.rules.device_results and int((elsewhere & unexplained).sum()) < 0.5 * share * count

    def _record(self, unit: _Unit, index: int, outage: Outage, bad: BoolArray, position: int) -> None:
        """Mask the failures of an outage; join it with the one before; release what lasts too long."""
        rows = (unit.code == index) & bad & (self.last != BAD)
        key = (outage.lab, outage.platform)
        before = self.open.get(key)
        if before and before.released:
            return
        self.masked[rows, position] = True
        if before and self._still(before, unit, index, position):
            outage = replace(
                outage,
                start=before.start,
                results=before.results + outage.results,
                failures=before.failures + outage.failures,
                p_value=min(before.p_value, outage.p_value),
                confirmed=before.confirmed or outage.confirmed,
            )
        elif before:
            self.closed.append(before)
        if not outage.confirmed and outage.end - outage.start > self.rules.patience:
            outage = replace(outage, released=True)
            span = slice(outage.start, outage.end)
            member = unit.code == index
            self.masked[member, span] = False
            failing = member & (self.bad[:, span] & self.present[:, span]).any(axis=1) & (self.last == GOOD)
            self.last[failing] = BAD
        self.open[key] = outage

    def _still(self, before: Outage, unit: _Unit, index: int, position: int) -> bool:
        """Return whether the unit has run nothing since the outage: then it is the same one."""
        rows = unit.code == index
        return not self.present[rows, before.end : position].any()
