"""What the analysis says, in the words of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.paths import event_path
from results.models import Event, SeriesVerdict
from results.queries.build_verdicts import BuildVerdict
from results.queries.verdicts import RunVerdict

Series = SeriesVerdict.Verdict


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict in a few words. ``css``: how it looks, a status class; ``url``: its event, "" for none."""

    text: str
    css: str
    url: str = ""


_PLAIN: Final[Mapping[Series, Said]] = {
    Series.PERSISTENT: Said("always failing", "fail"),
    Series.INFRASTRUCTURE: Said("isolated failure", "skip"),
    Series.PASSING: Said("isolated failure", "skip"),
    Series.FIXED: Said("isolated failure", "skip"),
    Series.REGRESSION: Said("isolated failure", "skip"),
    Series.UNKNOWN: Said("too few results to tell", "none"),
}
"""Of a failure that no event and no outage explains: what its series is like otherwise."""


def run_words(verdict: RunVerdict) -> Said:
    """Return why a run failed: "new here", "failing since X", "flaky 12 % …", "infrastructure"."""
    if verdict.event is not None:
        return _of_event(verdict, event_path(verdict.event))
    if verdict.is_infrastructure:
        return Said("infrastructure", "error")
    if verdict.series is None:
        return Said("not judged yet", "none")
    if verdict.series in (Series.FLAKY, Series.FLAKY_SUSPECTED, Series.NEW_FLAKE):
        perhaps = "perhaps " if verdict.series == Series.FLAKY_SUSPECTED else ""
        return Said(f"{perhaps}flaky {interval(verdict.score, verdict.low, verdict.high)}", "flaky")
    return _PLAIN.get(verdict.series, Said("suspected", "skip"))


def build_words(verdict: BuildVerdict) -> Said:
    """Return why a build failed, or what it has more of: "4 warnings, were 1"."""
    if verdict.failure:
        return run_words(verdict.failure)
    texts = [f"{each.after:,.0f} {each.metric}, were {each.before:,.0f}" for each in verdict.more]
    doubt = "" if all(each.confirmed for each in verdict.more) else ", suspected"
    return Said(f"new here: {'; '.join(texts)}{doubt}", "flaky")


def _of_event(verdict: RunVerdict, url: str) -> Said:
    text = "new here" if verdict.is_new else f"failing since {verdict.since}"
    if verdict.state == Event.State.SUSPECTED:
        return Said(f"{text}, suspected", "fail", url)
    if verdict.kind == Event.Kind.FLAKE:
        return Said(f"flaky since {verdict.since}", "flaky", url)
    return Said(text, "new" if verdict.is_new else "fail", url)


def interval(score: float, low: float, high: float) -> str:
    """Return a share with its interval: 12 % [8 to 17 %], with a dash for "to"."""
    return f"{_percent(score)} % [{_percent(low)}\N{EN DASH}{_percent(high)} %]"


def certainty(probability: float) -> str:
    """Return a probability that is never rounded to certainty: 98 %, > 99 %, < 1 %."""
    if probability > 0.99:
        return "> 99 %"
    return "< 1 %" if probability < 0.01 else f"{100 * probability:.0f} %"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}" if share < 0.1 else f"{100 * share:.0f}"
