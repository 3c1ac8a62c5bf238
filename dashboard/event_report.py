"""An event as text for a mail: short lines, plain words, every number that it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import Final

from dashboard.commit_rows import commit_count
from dashboard.event_rows import places
from dashboard.first_error import first_error
from dashboard.parts import enumeration
from dashboard.paths import build_path, event_path, test_path
from dashboard.rows import tree_name
from results.models import Event
from results.queries.event_detail import EventDetail

WIDTH: Final = 72
LINES: Final = 12
"""Lines of the log that are quoted."""
NAMED: Final = 3


def report_subject(detail: EventDetail) -> str:
    """Return what the report is about: "[regression] … fails since … (mainline/master)"."""
    event = detail.event
    kind, verb = ("flake", "is flaky") if event.kind == Event.Kind.FLAKE else ("regression", "fails")
    return f"[{kind}] {event.title} {verb} since {event.bad.title} ({tree_name(event.tree)})"


def report_text(detail: EventDetail, site: str) -> str:
    """Return the report with its subject; ``site`` is the address of this site, with a slash at its end."""
    subject = f"Subject: {report_subject(detail)}"
    folded = "\n ".join(wrap(subject, WIDTH - 1, break_long_words=False, break_on_hyphens=False))
    return f"{folded}\n\n{report_body(detail, site)}"


def report_body(detail: EventDetail, site: str) -> str:
    """Return the report without its subject."""
    parts = [
        paragraph(_statement(detail)),
        _quoted(detail),
        table(_facts(detail, site.rstrip("/"))),
        "If you fix this, please add:\n  Closes: <address of this mail on lore.kernel.org>",
        f"#regzbot introduced: {_range(detail)}" if detail.event.good else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _statement(detail: EventDetail) -> str:
    event = detail.event
    before = sum(place.tries_before for place in detail.places)
    passed = before - sum(place.failures_before for place in detail.places)
    after = sum(place.tries_after for place in detail.places)
    well = after - sum(place.failures_after for place in detail.places)
    good = f"passes on {event.good.title} and " if event.good else ""
    between = f" ({commit_count(event.between)})" if event.between else ""
    return (
        f"{event.title} {good}fails on {event.bad.title}{between}, on {places(event)}. "
        f"Before: {passed:,} of {before:,} runs passed. After: {well:,} of {after:,}."
    )


def _quoted(detail: EventDetail) -> str:
    if detail.event.signature and not (detail.example and detail.example.excerpt):
        return f"  {detail.event.signature}"
    if not detail.example:
        return ""
    lines = [line.rstrip() for line in detail.example.excerpt.splitlines() if line.strip()]
    hit = first_error(lines, detail.event.signature)
    start = max(0, len(lines) - LINES) if hit is None else hit
    shown = lines[start : start + LINES]
    return "\n".join("  " + "".join(c for c in line if c.isprintable())[: WIDTH - 2] for line in shown)


def _facts(detail: EventDetail, site: str) -> Iterable[tuple[str, str]]:
    event, example = detail.event, detail.example
    yield "Affected", _names(place.platform or "" for place in detail.places)
    yield "Scope", event.scope.replace(" · ", ", ")
    if detail.members:
        member = detail.members[0]
        yield "Build", ", ".join(filter(None, (member.config, member.compiler, member.architecture)))
    if example:
        yield "Example", site + (build_path(example.id) if example.is_build else test_path(example.id))
        yield "Log", example.log_url
    yield "Details", site + event_path(event.id)
    if event.good:
        yield "Commits", f"git log --oneline {_range(detail)}"


def _range(detail: EventDetail) -> str:
    good, bad = detail.event.good, detail.event.bad
    return f"{good.commit[:12]}..{bad.commit[:12]}" if good else bad.commit[:12]


def _names(names: Iterable[str]) -> str:
    distinct = sorted({name for name in names if name})
    more = f" (+{len(distinct) - NAMED})" if len(distinct) > NAMED else ""
    return ", ".join(distinct[:NAMED]) + more if more else enumeration(distinct)


def paragraph(text: str) -> str:
    """Return a text in lines of a mail."""
    return "\n".join(wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False))


def table(facts: Iterable[tuple[str, str]]) -> str:
    """Return names and values in two columns, without those that have no value."""
    lines = []
    for name, value in facts:
        if value:
            # An address stays whole, however long it is.
            first, *rest = wrap(value, WIDTH - 11, break_long_words=False, break_on_hyphens=False)
            lines += [f"{name:<10} {first}", *(f"{'':<10} {line}" for line in rest)]
    return "\n".join(lines)
