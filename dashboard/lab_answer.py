"""Is my lab the problem? Answered in a sentence, from what other labs say of the same builds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

from dashboard.parts import enumeration, plural
from results.queries.events import EventRow
from results.queries.labs import LAB_DAYS, DayRow, LabDetail
from results.queries.outages import OutageRow
from results.queries.records import StatusCounts

BEYOND_CHANCE: Final = 4.0
"""Standard deviations by which the shares of failures must differ."""
RATIO: Final = 1.25
"""And how many times as often tests must fail here."""
USUAL: Final = 0.6
"""The share of its days on which a lab usually reports, from which a silence is news."""
QUIET: Final = 2
"""Whole days without a result that are a silence."""


def lab_answer(
    detail: LabDetail, outages: Sequence[OutageRow], events: Sequence[EventRow], *, now: datetime
) -> str:
    """Return the answer, and what it rests on."""
    here = sum((device.shared for device in detail.devices), StatusCounts())
    there = sum((device.elsewhere for device in detail.devices), StatusCounts())
    parts = [_silence(detail.lab.days), _comparison(here, there), _illness(outages, now), _own(events)]
    return " ".join(part for part in parts if part)


def fail_share(counts: StatusCounts) -> float | None:
    """Return FAIL among PASS and FAIL in percent; None when there is neither."""
    decided = counts.failed + counts.passed
    return 100 * counts.failed / decided if decided else None


def _silence(days: Sequence[DayRow]) -> str:
    """Tell of a lab that usually reports and does not any more; today is not over."""
    active = [number for number, day in enumerate(days[:-1]) if day.counts]
    if not active or days[-1].counts:
        return ""
    quiet = len(days) - 2 - active[-1]
    before = active[-1] - active[0] + 1
    if quiet < QUIET or len(active) < USUAL * before:
        return ""
    return f"The lab is silent: no result in the last {quiet} days, after {len(active)} days with results."


def _comparison(here: StatusCounts, there: StatusCounts) -> str:
    """Compare this lab with others on the builds and suites that both ran on the same devices."""
    mine, others = fail_share(here), fail_share(there)
    if mine is None or others is None:
        return "No other lab runs the same builds on the same devices: there is nothing to compare with."
    said = (
        f"of the builds and suites that other labs run too, {mine:.1f} % fail here and {others:.1f} % there."
    )
    if _is_worse(here, there):
        return f"Probably the lab: {said}"
    return f"Not the lab: {said}" if mine or others else said.capitalize()


def _is_worse(here: StatusCounts, there: StatusCounts) -> bool:
    """Return whether more fails here than elsewhere, beyond chance and by enough to matter."""
    mine, others = here.failed + here.passed, there.failed + there.passed
    p, q = here.failed / mine, there.failed / others
    both = (here.failed + there.failed) / (mine + others)
    spread = sqrt(both * (1 - both) * (1 / mine + 1 / others))
    return p > RATIO * q and p - q > BEYOND_CHANCE * spread


def _illness(outages: Sequence[OutageRow], now: datetime) -> str:
    """Return how often the lab or a device in it was ill lately, as other labs show."""
    confirmed = sum(outage.confirmed for outage in outages)
    suspected = sum(not outage.confirmed and not outage.released for outage in outages)
    if not confirmed and not suspected:
        return f"No outage in the last {LAB_DAYS} days."
    found = [plural(confirmed, "outage")] if confirmed else []
    if suspected:
        found.append(f"{suspected} more suspected" if confirmed else plural(suspected, "suspected outage"))
    yesterday = now - timedelta(days=1)
    recent = sum(each.confirmed and not each.released and each.ended >= yesterday for each in outages)
    since = f", {recent:,} of them since yesterday: what failed there is the lab's" if recent else ""
    return f"{enumeration(found)} in the last {LAB_DAYS} days{since}."


def _own(events: Sequence[EventRow]) -> str:
    """Return how many of the regressions seen here other labs could show, and do not."""
    own = sum(event.lab_specific for event in events)
    return f"{plural(own, 'regression')} only here, though others run the same." if own else ""
