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
from scipy.special import bdtrc  # type: ignore[import-untyped]

from results.analysis.history import BoolArray, Counts, FloatArray, IntArray, SeriesTable, combined

FORGETTING: Final = 0.3
"""Weight of the newest result in a series' recent failure rate."""
GOOD: Final = 0.5
"""Recent failure rate under which a failure is a surprise."""


@dataclass(frozen=True, slots=True)
class OutageRules:
    """What it takes to speak of an outage."""

    significance: float = 1e-6
    continues: float = 1e-3
    """The significance for one that was ill at the last position too."""
    lab_results: int = 10
    device_results: int = 5
    lab_share: float = 0.25
    device_share: float = 0.3
    suites: int = 2
    """Failures of fewer suites may be one regression."""
    suite_share: float = 0.5
    """The share of the running suites that must be hit."""
    evenness: float = 0.4
    """The share of failures in a suite that is hit, relative to the whole device's or lab's."""
    patience: int = 6
    """Positions after which an illness nobody can compare is a regression."""
    window: int = 40
    """Positions that tell what is usual."""
    recent: int = 4
    """Positions that are looked at together for a device that fails more and more often."""
    recent_share: float = 0.15
    repeat: float = 1e-4
    """Probability of a partial outage hitting one test every time, under which it is not the outage."""
    total_share: float = 0.8
    """The share from which an outage explains also the failures of tests that failed before."""


DEFAULT_RULES: Final = OutageRules()


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
    """The outages, and the cells (series and position) whose failures they explain."""

    outages: tuple[Outage, ...]
    masked: BoolArray
    spoiled: BoolArray
    """The cells where an outage spoiled most results: any failure there is likely its work, even
    of tests that are broken anyhow."""


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
    total: FloatArray
    failing: FloatArray
    """Usable results and unexplained failures of the recent positions, rings of columns."""
    open: dict[int, Outage]
    all_fail_since: dict[int, int]
    """Since when everything fails in a unit, as it would by a regression of the platform."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """What one position shows, a flag per series."""

    position: int
    usable: BoolArray
    """It ran, and used to pass."""
    fresh: BoolArray
    """Usable and failing."""
    unexplained: BoolArray
    """Failing, while other labs pass the same test."""
    general: BoolArray
    """Failing in other labs beyond doubt."""


def infrastructure(series: SeriesTable, counts: Counts, rules: OutageRules = DEFAULT_RULES) -> Infrastructure:
    """Return the outages of a history."""
    return _Search(series, counts, rules).run()


class _Search:
    """Walks through the positions, remembering how often every series failed lately."""

    def __init__(self, series: SeriesTable, counts: Counts, rules: OutageRules) -> None:
        self.series, self.rules = series, rules
        runs = counts.tries + counts.retries + counts.broken
        bad = counts.failures + counts.retry_failures + counts.broken
        self.present, self.bad = runs > 0, bad > 0
        self.masked = np.zeros_like(self.bad)
        self.spoiled = np.zeros_like(self.bad)
        self.unexplained = np.zeros_like(self.bad)
        self.lately: FloatArray = np.full(len(series), np.nan)
        self.luck: FloatArray = np.zeros(len(series))
        """ln P that a partial outage hit the series each time since it last passed."""
        self.units = (
            self._unit(combined(series.lab), whole=True),
            self._unit(series.device(), whole=False),
        )
        fitting = (series.origin * 0, series.platform, series.architecture, series.variant())
        self.keys = [combined(series.path, axis) for axis in fitting]
        self.keys_here = [combined(key, series.lab) for key in self.keys]
        self.suite, self.platform = combined(series.suite), combined(series.platform)
        self.closed: list[Outage] = []

    def _unit(self, code: IntArray, *, whole: bool) -> _Unit:
        rules = self.rules
        first = np.unique(code, return_index=True)[1]
        platform = np.full(len(first), -1) if whole else self.series.platform[first]
        least = rules.lab_results if whole else rules.device_results
        share = rules.lab_share if whole else rules.device_share
        usual = np.full((len(first), rules.window), np.nan)
        recent = np.zeros((len(first), rules.recent))
        lab = self.series.lab[first]
        return _Unit(code, lab, platform, least, share, usual, recent, recent.copy(), {}, {})

    def run(self) -> Infrastructure:
        for position in range(self.present.shape[1]):
            self._look_at(position)
        found = [*self.closed, *(outage for unit in self.units for outage in unit.open.values())]
        found.sort(key=lambda outage: (outage.start, outage.lab, outage.platform))
        return Infrastructure(tuple(found), self.masked, self.spoiled)

    def _look_at(self, position: int) -> None:
        present, bad = self.present[:, position], self.bad[:, position]
        moment = self._moment(position)
        self.unexplained[:, position] = moment.unexplained
        for unit in self.units:
            ill = dict(self._ill(unit, moment))
            for index in [index for index in unit.open if index not in ill]:
                if np.count_nonzero(present[unit.code == index]) >= unit.least:
                    self.closed.append(unit.open.pop(index))
                    unit.all_fail_since.pop(index, None)
            for index, outage in ill.items():
                self._record(unit, index, outage, moment)
        self.luck[present & ~bad] = 0
        seen = present & ~self.masked[:, position]
        before = np.where(np.isnan(self.lately), bad, self.lately)
        self.lately[seen] = (before + FORGETTING * (bad - before))[seen]

    def _moment(self, position: int) -> _Moment:
        usable = self.present[:, position] & (self.lately < GOOD)
        fresh = usable & self.bad[:, position]
        trusted = ~self._doubtful(usable, fresh)
        shown, general = self._shown_elsewhere(usable & trusted, fresh & trusted)
        return _Moment(position, usable, fresh, fresh & ~shown, general)

    def _doubtful(self, usable: BoolArray, fresh: BoolArray) -> BoolArray:
        """Return the series of labs where so much fails that they prove nothing about the others.

        When most labs are like that, and the others do not pass the same tests, it is the kernel.
        """
        lab, path = self.units[0].code, self.keys[0]
        total, failing = np.bincount(lab, usable), np.bincount(lab, fresh)
        ill = (failing >= self.rules.lab_results) & (failing >= 0.4 * total)
        answer: BoolArray = ill[lab]
        if 2 * np.count_nonzero(ill) > np.count_nonzero(total):
            asked = usable & ~answer & (np.bincount(path, fresh & answer)[path] > 0)
            passing = int((asked & ~fresh).sum())
            if passing < max(self.rules.lab_results, 0.5 * int(asked.sum())):
                answer[:] = False
        return answer

    def _shown_elsewhere(self, usable: BoolArray, fresh: BoolArray) -> tuple[BoolArray, BoolArray]:
        """Return which failures the other labs show too, on any fitting machine; and which beyond doubt."""
        shown, general = np.zeros((2, len(fresh)), bool)
        if not fresh.any():
            return shown, general
        for key, here in zip(self.keys, self.keys_here, strict=True):
            size = int(max(key.max(), here.max())) + 1
            others = np.bincount(key, usable, size)[key] - np.bincount(here, usable, size)[here]
            failing = np.bincount(key, fresh, size)[key] - np.bincount(here, fresh, size)[here]
            shown |= (failing > 0) & (failing >= 0.5 * others)
            general |= (failing > 1) & (failing >= 0.75 * others)
        return shown, general

    def _ill(self, unit: _Unit, moment: _Moment) -> Iterator[tuple[int, Outage]]:
        """Yield the units with an outage at a position, and remember the usual share of the others."""
        rules, column = self.rules, moment.position % self.rules.recent
        total = unit.total[:, column] = np.bincount(unit.code, moment.usable)
        failing = unit.failing[:, column] = np.bincount(unit.code, moment.unexplained)
        with np.errstate(invalid="ignore"):
            share = failing / total
            lately = unit.failing.sum(axis=1) / unit.total.sum(axis=1)
        now = (failing >= unit.least * unit.share) & (share >= unit.share)
        slow = (unit.failing.sum(axis=1) >= unit.least) & (lately >= rules.recent_share)
        slow &= (unit.platform >= 0) & (failing > 0)
        for index in np.flatnonzero(now | slow).tolist():
            usual = self._usual(unit, index)
            sudden = self._chance(failing[index], total[index], usual) if now[index] else 1.0
            longer = self._chance(unit.failing[index].sum(), unit.total[index].sum(), usual)
            limit = rules.continues if index in unit.open else rules.significance
            if min(sudden, longer) >= limit or unit.total[index].sum() < unit.least:
                continue
            first = moment.position if sudden < limit else moment.position - rules.recent + 1
            outage = Outage(
                int(unit.lab[index]), int(unit.platform[index]), max(0, first), moment.position + 1,
                int(total[index]), int(failing[index]), min(sudden, longer), confirmed=False,
            )  # fmt: skip
            if (diagnosed := self._diagnosed(unit, index, outage, moment)) is not None:
                share[index] = np.nan
                yield index, diagnosed
        unit.usual[:, moment.position % rules.window] = share

    def _diagnosed(self, unit: _Unit, index: int, outage: Outage, moment: _Moment) -> Outage | None:
        """Return the outage and whether it is confirmed, or None when a regression looks like this too."""
        rows = unit.code == index
        hit = self.unexplained[:, outage.start : outage.end].any(axis=1)
        if not self._widespread(rows & moment.usable, rows & hit):
            return None
        ill = self._ill_platforms(unit, rows, moment)
        if unit.platform[index] < 0 and len(ill) < 2:
            return None
        if outage.start == moment.position:
            # A clear case: it must not make the next positions look like a slow one.
            unit.total[index] = unit.failing[index] = 0
        if np.count_nonzero(rows & moment.fresh) < self.rules.total_share * outage.results:
            # It spoils some runs of everything: no commit does that.
            unit.all_fail_since.pop(index, None)
        else:
            unit.all_fail_since.setdefault(index, moment.position)
        confirmed = unit.platform[index] < 0 or self._well_elsewhere(ill, outage, moment)
        return replace(outage, confirmed=confirmed)

    @staticmethod
    def _chance(failing: float, total: float, usual: float) -> float:
        """Return the probability of so many failures at the usual rate."""
        return float(bdtrc(failing - 1, int(total), max(usual, 0.05))) if failing > 0 else 1.0

    def _usual(self, unit: _Unit, index: int) -> float:
        """Return the usual share of failures of a unit, 0.1 while it is hardly known."""
        known = unit.usual[index][~np.isnan(unit.usual[index])]
        return float(np.median(known)) if len(known) >= 3 else 0.1

    def _widespread(self, usable: BoolArray, failing: BoolArray) -> bool:
        """Return whether most suites are hit about as hard: a regression stays in one."""
        total = np.bincount(self.suite[usable | failing])
        hit = np.bincount(self.suite[failing], minlength=len(total))
        running = total > 0
        evenly = hit[running] >= self.rules.evenness * hit.sum() / total.sum() * total[running]
        suites = np.count_nonzero(evenly & (hit[running] > 0))
        return bool(suites >= max(self.rules.suites, self.rules.suite_share * np.count_nonzero(running)))

    def _ill_platforms(self, unit: _Unit, rows: BoolArray, moment: _Moment) -> IntArray:
        """Return the platforms that fail in a unit."""
        total = np.bincount(self.platform[rows & moment.usable], minlength=1)
        failing = np.bincount(self.platform[rows & moment.unexplained], minlength=len(total))
        return np.flatnonzero((failing >= unit.share * total) & (failing > 1))

    def _well_elsewhere(self, ill: IntArray, outage: Outage, moment: _Moment) -> bool:
        """Return whether other labs ran the same platforms and were well."""
        elsewhere = moment.usable & np.isin(self.platform, ill) & (self.series.lab != outage.lab)
        count, failing = int(elsewhere.sum()), int((elsewhere & moment.unexplained).sum())
        return count >= self.rules.device_results and failing * outage.results < 0.5 * outage.failures * count

    def _record(self, unit: _Unit, index: int, outage: Outage, moment: _Moment) -> None:
        """Join an outage with the one it continues; mask its failures, or release what lasts too long."""
        before, position = unit.open.get(index), moment.position
        rows = unit.code == index
        now = outage.failures / outage.results
        if before:
            outage = replace(
                outage,
                start=min(before.start, outage.start),
                results=before.results + outage.results,
                failures=before.failures + outage.failures,
                p_value=min(before.p_value, outage.p_value),
                confirmed=before.confirmed or outage.confirmed,
            )
        since = unit.all_fail_since.get(index, position)
        if not outage.confirmed and position - since >= self.rules.patience:
            unit.open[index] = replace(outage, released=True)
            self.masked[rows, since : position + 1] = self.spoiled[rows, since : position + 1] = False
            self.lately[rows & self.bad[:, since : position + 1].any(axis=1)] = 1.0
            return
        unit.open[index] = outage
        self.spoiled[rows, position] |= now >= 0.5
        failing = self.bad[:, position] & rows
        if now < 0.5:
            failing &= ~moment.general
        if outage.failures < self.rules.total_share * outage.results:
            failing &= ~(self.lately >= GOOD)
        self.masked[failing, position] = True
        span = slice(outage.start, position)
        self.masked[rows, span] |= self.unexplained[rows, span]
        share = min(max(now, outage.failures / outage.results), 0.95)
        self._not_by_chance(failing, share, position)

    def _not_by_chance(self, failing: BoolArray, share: float, position: int) -> None:
        """Take the mask from series that fail every time although the outage spoils only some runs."""
        self.luck[failing] += np.log(share)
        for row in np.flatnonzero(failing & (self.luck < np.log(self.rules.repeat))):
            passed = np.flatnonzero(self.present[row, :position] & ~self.bad[row, :position])
            self.masked[row, (passed[-1] + 1 if len(passed) else 0) : position + 1] = False
            self.lately[row] = 1.0
