"""The events of a judgement in the terms of the database: ids, titles and words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from results.analysis.confinement import in_words
from results.analysis.grouping import Event as Found
from results.analysis.grouping import EventKind, Member
from results.analysis.history import AXES, Counts, Kind
from results.judging.loading import Loaded, Mark
from results.judging.readings import Sightings
from results.models import Event

AXIS_WORDS: Final = {"platform": "device"}
BUILD_IMPACT: Final = 20
"""How many tests a build that fails is taken to keep from running."""
_CLIPPED: Final = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """An event that the data show now: the columns of its row, and those of each subject by row."""

    columns: dict[str, Any]
    subjects: dict[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Describer:
    """Puts events into the words of one tree. ``counts`` are without infrastructure failures."""

    loaded: Loaded
    counts: Counts
    signatures: dict[int, str]
    seen: Sightings

    def finding(self, event: Found, *, suspected: bool) -> Finding:
        """Return an event as it is to be stored."""
        rows = [member.series for member in event.members]
        table = self.loaded.table
        subject = self._subject(rows)
        n_platforms = len({code for code in table.platform[rows].tolist() if code >= 0})
        impact = len(rows) * (BUILD_IMPACT if subject == Event.Subject.BUILD else 1)
        first_bad = self._mark(event.first_bad)
        columns = {
            "kind": Event.Kind.REGRESSION if event.kind is EventKind.REGRESSION else Event.Kind.FLAKE,
            "subject": subject,
            "state": _state(event, suspected=suspected),
            "title": self._title(subject, rows)[:_CLIPPED],
            "scope": self._scope(event)[:_CLIPPED],
            "signature": _most_common([self.signatures[row] for row in rows if row in self.signatures]),
            "last_good_id": self._id(event.last_good),
            "first_bad_id": first_bad.id,
            "low_id": self._id(event.range.good),
            "high_id": self._mark(event.range.bad).id,
            "fix_bad_id": self._id(event.fixed.good) if event.fixed else None,
            "fix_good_id": self._id(event.fixed.bad) if event.fixed else None,
            "commits": event.range.commits,
            "rate": round(event.rate, 6),
            "confidence": round(event.confidence, 6),
            "lab_specific": event.lab_specific,
            "n_series": len(rows),
            "n_platforms": n_platforms,
            "n_labs": len({code for code in table.lab[rows].tolist() if code >= 0}),
            "impact": max(1, impact // 10) if event.lab_specific else impact,
            "issues": self._issues(event),
            "began": first_bad.started,
        }
        return Finding(columns, {member.series: self._member(member) for member in event.members})

    def _member(self, member: Member) -> dict[str, Any]:
        before = slice(0, member.first_bad)
        return {
            "last_good_id": self._id(member.last_good),
            "first_bad_id": self._mark(member.first_bad).id,
            "last_bad_id": self._mark(member.last_bad).id,
            "fixed_id": self._id(member.fixed) if member.fixed is not None else None,
            "tries_before": int(self.counts.tries[member.series, before].sum()),
            "failures_before": int(self.counts.failures[member.series, before].sum()),
            "tries_after": member.tries,
            "failures_after": member.failures,
        }

    def _subject(self, rows: list[int]) -> int:
        kinds = set(self.loaded.table.kind[rows].tolist())
        if kinds == {Kind.BUILD}:
            return Event.Subject.BUILD
        return Event.Subject.BOOT if kinds == {Kind.BOOT} else Event.Subject.TEST

    def _title(self, subject: int, rows: list[int]) -> str:
        if subject == Event.Subject.BUILD:
            return "build " + _and_more(sorted({self._variant(row) for row in rows}))
        table, names = self.loaded.table, self.loaded.names
        paths = sorted({names["path"].get(code, "") or "(no path)" for code in table.path[rows].tolist()})
        suites = {names["suite"].get(code, "") for code in table.suite[rows].tolist()}
        if len(paths) == 1:
            return paths[0]
        if len(suites) == 1:
            return f"{suites.pop()} ({len(paths)} tests)"
        return f"{len(paths)} tests of {len(suites)} suites: {_and_more(sorted(suites))}"

    def _variant(self, row: int) -> str:
        axes = ("architecture", "config", "compiler")
        codes = [(axis, int(getattr(self.loaded.table, axis)[row])) for axis in axes]
        return " ".join(self.loaded.names[axis][code] for axis, code in codes if code >= 0)

    def _scope(self, event: Found) -> str:
        said = []
        for axis in AXES:
            names = {**self.loaded.names[axis], -1: f"no {axis}"}
            words = in_words(axis, event.axes[axis], names)
            word = AXIS_WORDS.get(axis, axis)
            said.append(words.replace(f"{axis}s", f"{word}s") if words.endswith(f"{axis}s") else words)
        return " · ".join(words for words in said if words)

    def _issues(self, event: Found) -> list[UUID]:
        found = set()
        for member in event.members:
            end = len(self.loaded.revisions) if member.fixed is None else member.fixed
            seen = self.seen.get(member.series, ())
            found |= {issue for position, issue in seen if member.first_bad <= position < end}
        return sorted(found)

    def _mark(self, position: int) -> Mark:
        return self.loaded.revisions[position]

    def _id(self, position: int) -> int | None:
        return self.loaded.revisions[position].id if position >= 0 else None


def _state(event: Found, *, suspected: bool) -> int:
    if suspected:
        return Event.State.SUSPECTED
    if event.fixed is not None:
        return Event.State.FIXED
    return Event.State.CONFIRMED if event.kind is EventKind.REGRESSION else Event.State.FLAKY


def _most_common(texts: list[str]) -> str:
    if not texts:
        return ""
    counted = Counter(texts)
    return min(counted, key=lambda text: (-counted[text], text))


def _and_more(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
