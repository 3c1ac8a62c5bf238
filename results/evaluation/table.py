"""The figures of several worlds in one table, beside the targets and today's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from results.evaluation.scoring import Detection
from results.evaluation.trial import Figures

CLASSES: Final = ("none", "regression", "flake", "infra", "persistent")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; ``target`` is (limit, whether more is better), None for figures without one."""

    label: str
    value: float
    target: tuple[float, bool] | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None when there is none."""
        if self.target is None:
            return None
        limit, more = self.target
        return self.value >= limit if more else self.value <= limit


def summary(figures: Sequence[Figures], *, hard: bool) -> list[Row]:
    """Return the means over the worlds; delays are medians over all their regressions."""

    def mean(read: Callable[[Figures], float]) -> float:
        return float(np.nanmean([read(each) for each in figures]))

    rows = [
        Row("precision", mean(lambda f: f.detection.precision), (0.95, True)),
        Row("recall", mean(lambda f: f.detection.recall)),
        Row("F1", mean(lambda f: f.detection.f1), (0.90 if hard else 0.95, True)),
        Row("false alarms /1,000 series/100", mean(lambda f: f.detection.false_alarms), (5, False)),
        Row("true revision in the range", mean(lambda f: f.range_coverage), (0.97, True)),
        Row("event purity", mean(lambda f: f.purity), (0.95, True)),
        Row("event completeness", mean(lambda f: f.completeness), (0.90, True)),
        Row("four-class macro-F1", mean(lambda f: f.macro_f1), (0.95, True)),
        Row("flaky 95 % interval covers", mean(lambda f: f.flaky_coverage), (0.93, True)),
        Row("flaky rank correlation", mean(lambda f: f.flaky_rank), (0.90, True)),
        Row("missing: precision", mean(lambda f: f.missing_precision), (0.95, True)),
        Row("missing: recall", mean(lambda f: f.missing_recall), (0.95, True)),
        Row("seconds per world", mean(lambda f: f.seconds)),
    ]
    lived = [each.as_lived for each in figures if each.as_lived]
    if lived:
        rows += [
            Row("as lived: precision", float(np.mean([each.precision for each in lived]))),
            Row("as lived: recall", float(np.mean([each.recall for each in lived]))),
            Row("as lived: false alarms", float(np.mean([each.false_alarms for each in lived]))),
            Row("median delay, all devices", _median(f.delays_everywhere for f in figures), (1, False)),
            Row("median delay, one device", _median(f.delays_device for f in figures), (3, False)),
        ]
    return rows


def _median(parts: Iterator[tuple[int, ...]]) -> float:
    together = [delay for part in parts for delay in part]
    return float(np.median(together)) if together else float("nan")


def lines(figures: Sequence[Figures], *, hard: bool) -> Iterator[str]:
    """Yield the report, line by line."""
    yield f"{'figure':<34}{'measured':>10}{'target':>10}"
    for row in summary(figures, hard=hard):
        target = "" if row.target is None else f"{'≥' if row.target[1] else '≤'} {row.target[0]:g}"
        verdict = {None: "", True: "met", False: "NOT MET"}[row.met]
        yield f"{row.label:<34}{row.value:>10.3f}{target:>10}  {verdict}".rstrip()
    yield ""
    yield f"{'rule':<20}{'precision':>10}{'recall':>10}{'F1':>10}{'false alarms':>14}"
    for name, detections in _rules(figures):
        means = [
            float(np.mean([getattr(each, attribute) for each in detections]))
            for attribute in ("precision", "recall", "f1", "false_alarms")
        ]
        yield f"{name:<20}{means[0]:>10.3f}{means[1]:>10.3f}{means[2]:>10.3f}{means[3]:>14.1f}"
    yield ""
    yield f"{'true class (FAIL results)':<28}" + "".join(f"{name:>12}" for name in CLASSES[1:])
    table = np.sum([each.classes for each in figures], axis=0)
    for number, name in enumerate(CLASSES[1:], 1):
        yield f"{name:<28}" + "".join(f"{count:>12}" for count in table[number, 1:])


def _rules(figures: Sequence[Figures]) -> Iterator[tuple[str, list[Detection]]]:
    yield "treewatch", [each.detection for each in figures]
    for name in figures[0].baselines:
        yield name, [each.baselines[name] for each in figures]
