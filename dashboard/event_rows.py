"""Events as they are printed: lines of lists, and the statement that begins a page."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.commit_rows import commit_count
from dashboard.parts import enumeration, plural
from dashboard.paths import event_path, tree_path
from dashboard.rows import revision_url, tree_name
from dashboard.verdict_words import certainty
from results.models import Event
from results.queries.events import EventRow

LOOKS = {
    Event.State.SUSPECTED: ("?", "none"),
    Event.State.CONFIRMED: ("R", "new"),
    Event.State.FLAKY: ("~", "flaky"),
    Event.State.FIXED: ("+", "fixed"),
    Event.State.INFRA: ("!", "error"),
    Event.State.CLOSED: ("-", "skip"),
    Event.State.DISMISSED: ("-", "skip"),
}
"""Glyph and status class of each state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An event in a list. ``places``: on how much it shows; ``within``: among what the cause lies."""

    row: EventRow
    url: str
    glyph: str
    look: str
    tree: str
    tree_url: str
    good_url: str
    bad_url: str
    fixed_url: str
    places: str
    within: str
    certainty: str

    @classmethod
    def of(cls, row: EventRow) -> EventLine:
        """Make the line of an event."""
        glyph, look = LOOKS[row.state]
        return cls(
            row=row,
            url=event_path(row.id),
            glyph=glyph,
            look=look,
            tree=tree_name(row.tree),
            tree_url=tree_path(row.tree),
            good_url=revision_url(row.good) if row.good else "",
            bad_url=revision_url(row.bad),
            fixed_url=revision_url(row.fixed) if row.fixed else "",
            places=places(row),
            within=_within(row),
            certainty=certainty(row.confidence),
        )


def _within(row: EventRow) -> str:
    """Return among how many commits the cause lies, or how many revisions while git does not tell."""
    if row.between:
        return commit_count(row.between)
    return "" if row.commits == 1 else f"one of {row.commits:,} revisions"


def places(row: EventRow) -> str:
    """Return on how much an event shows: "14 devices in 3 labs, 28 series"."""
    if row.subject == Event.Subject.BUILD:
        return plural(row.n_series, "variant")
    where = f"{plural(row.n_platforms, 'device')} in {plural(row.n_labs, 'lab')}"
    series = plural(row.n_series, "series", "series")
    return where if row.n_series == row.n_platforms else f"{where}, {series}"


def statement(row: EventRow) -> str:
    """Return an event in a sentence or two: what, since when, where, how sure."""
    verb = {
        Event.State.SUSPECTED: "May fail",
        Event.State.FLAKY: "Became flaky",
        Event.State.FIXED: "Failed",
    }.get(row.state, "Fails")
    since = f"after {row.good.title}, first in" if row.good else "since"
    until = f", until it was fixed in {row.fixed.title}" if row.fixed else ""
    rate = f" {100 * row.rate:.0f} % of the runs fail." if row.rate < 0.95 else ""
    specific = " Other labs run the same on such devices and pass." if row.lab_specific else ""
    known = enumeration(issue.comment or issue.id for issue in row.issues)
    return (
        f"{verb} on {places(row)}, {since} {row.bad.title}{until}.{rate}{specific} "
        f"Confidence {certainty(row.confidence)}.{f' Known: {known}.' if known else ''}"
    )
