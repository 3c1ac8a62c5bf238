"""One world, judged by our rules and by those of today's tools."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from scipy.stats import spearmanr  # type: ignore[import-untyped]

from results.analysis.grouping import EventKind
from results.analysis.history import History, RunTable, SeriesTable
from results.analysis.judgement import DEFAULT_RULES, Judgement, Rules, judge
from results.analysis.missing import missing_series
from results.evaluation import scoring
from results.evaluation.baselines import RULES, alerts_of
from results.evaluation.scoring import Alert, Detection, Pair, Truth
from results.evaluation.worlds import Flags, World


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is measured in one world."""

    detection: Detection
    baselines: dict[str, Detection]
    range_coverage: float
    purity: float
    completeness: float
    macro_f1: float
    classes: np.ndarray
    flaky_coverage: float
    flaky_rank: float
    missing_precision: float
    missing_recall: float
    seconds: float
    as_lived: Detection | None = None
    """Counted as the alarms came, day by day, with the data of that day."""
    delays_everywhere: tuple[int, ...] = ()
    delays_device: tuple[int, ...] = ()


def history_of(world: World, day: int | None = None) -> History:
    """Return what the analysis may see of a world, on a day or at the end."""
    layout = world.layout
    none = np.zeros(len(layout), np.int64)
    series = SeriesTable(
        none, layout.path, layout.suite, none, layout.lab, layout.platform,
        layout.architecture, layout.config, layout.compiler,
    )  # fmt: skip
    here: Flags = world.day <= (day if day is not None else len(world.commits))
    positions = len(world.commits) if day is None else day + 1
    runs = RunTable(
        world.series[here], world.position[here], world.outcome[here], world.order[here],
        np.zeros(np.count_nonzero(here), bool),
    )  # fmt: skip
    return History(world.commits[:positions], series, runs)


def alerts_in(judgement: Judgement) -> list[Alert]:
    """Return the confirmed regressions of a judgement, series by series."""
    return [
        Alert(member.series, member.first_bad, number, event.range.good, event.range.bad)
        for number, event in enumerate(judgement.events)
        if event.kind is EventKind.REGRESSION
        for member in event.members
    ]


def try_world(world: World, rules: Rules = DEFAULT_RULES, *, replay: bool = True) -> Figures:
    """Return the figures of a world; the replay of every day takes most of the time."""
    truth = scoring.truth_of(world)
    started = perf_counter()
    judgement = judge(history_of(world), rules)
    seconds = perf_counter() - started
    alerts = alerts_in(judgement)
    matching = scoring.match(world, truth, alerts)
    flaky = judgement.flakiness
    judged = world.steady & (world.flake_rate > 0) & (flaky.tries >= 20)
    rate = world.flake_rate[judged]
    table = scoring.confusion(world, judgement.classes)
    gone = {
        each.series for each in missing_series(history_of(world).series, judgement.counts, world.layout.path)
    }
    missing = scoring.missing_scores(world, gone)
    figures = Figures(
        detection=scoring.detection(world, truth, matching),
        baselines={
            name: scoring.detection(
                world, truth, scoring.match(world, truth, [Alert(*found) for found in alerts_of(world, rule)])
            )
            for name, rule in RULES.items()
        },
        range_coverage=scoring.range_coverage(world, matching),
        purity=scoring.purity(matching, alerts),
        completeness=scoring.completeness(matching),
        macro_f1=scoring.macro_f1(table),
        classes=table,
        flaky_coverage=float(np.mean((flaky.low[judged] <= rate) & (rate <= flaky.high[judged]))),
        flaky_rank=float(spearmanr(flaky.score[judged], rate).statistic),
        missing_precision=missing[0],
        missing_recall=missing[1],
        seconds=seconds,
    )
    return _replayed(world, truth, figures, rules) if replay else figures


def _replayed(world: World, truth: Truth, figures: Figures, rules: Rules) -> Figures:
    """Return the figures with those of a life day by day, in which no alarm is ever taken back."""
    fired: dict[Pair, int] = {}
    false: dict[tuple[int, int], Alert] = {}
    for day in range(1, len(world.commits)):
        matching = scoring.match(world, truth, alerts_in(judge(history_of(world, day), rules)))
        for pair in matching.hits:
            fired.setdefault(pair, day)
        for alert in matching.false:
            # The same alarm may move a little when more is known.
            near = [key for key in false if key[0] == alert.series and abs(key[1] - alert.first_bad) <= 5]
            if not near:
                false[alert.series, alert.first_bad] = alert
    lived = replace(
        figures.detection, hits=len(fired), false=len(false), missed=len(truth.observable) - len(fired)
    )
    return replace(
        figures,
        as_lived=lived,
        delays_everywhere=tuple(scoring.delays(world, truth, fired, "all")),
        delays_device=tuple(scoring.delays(world, truth, fired, "device")),
    )
