"""Events fire once and are kept: what a judgement opens, continues, joins, or does not show any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from results.analysis.grouping import Event as Found
from results.analysis.judgement import Judgement
from results.analysis.ledger import Comparison, Recorded, compare
from results.judging.findings import Finding
from results.judging.loading import Loaded
from results.judging.verdicts import Subjects
from results.models import Event, EventChange, EventSeries

EDGE: Final = 10
"""Positions at the beginning of a full window in which changes cannot be told from what was before."""

_TOLD: Final = ("state", "kind", "first_bad_id", "low_id", "high_id", "n_series")
"""Columns whose changes people are told about."""
_OPEN: Final = (Event.State.SUSPECTED, Event.State.CONFIRMED, Event.State.FLAKY)
_SERIES: Final = (
    "last_good_id", "first_bad_id", "last_bad_id", "fixed_id", "tries_before", "failures_before",
    "tries_after", "failures_after",
)  # fmt: skip


@dataclass(slots=True)
class Ledger:
    """The stored events of a tree that may change, compared with those that the data show now.

    ``event_of``: row of the history -> id of its newest event. ``kept``: row -> event and first bad
    revision, of those that began before what was looked at and go on.
    """

    loaded: Loaded
    subjects: Subjects
    now: datetime
    stored: dict[int, Event] = field(default_factory=dict)
    members: dict[int, dict[int, EventSeries]] = field(default_factory=dict)
    event_of: dict[int, int] = field(default_factory=dict)
    kept: dict[int, tuple[int, int]] = field(default_factory=dict)
    _position: dict[int, int] = field(init=False)
    _news: list[EventChange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._position = {mark.id: number for number, mark in enumerate(self.loaded.revisions)}
        # What ended before the oldest revision that is looked at stays as it is.
        matters = Q(first_bad__in=list(self._position)) | Q(state__in=_OPEN)
        self.stored = {event.id: event for event in Event.objects.filter(matters, tree=self.loaded.tree)}
        self.members = {id_: {} for id_ in self.stored}
        for member in EventSeries.objects.filter(event__in=self.stored):
            self.members[member.event_id][member.subject_id] = member

    def record(self, judgement: Judgement, findings: Sequence[Finding]) -> None:
        """Store the findings, which are those of the judgement's events and suspicions in this order."""
        found = [*judgement.events, *judgement.suspicions]
        compared = compare([self._recorded(event) for event in self._comparable()], found)
        for key, index in compared.continued.items():
            self._continue(self.stored[key], findings[index])
        self._open([findings[index] for index in compared.opened])
        for key, other in compared.joined.items():
            if self.stored[key].state not in Event.TAKEN_BACK:
                self._change(self.stored[key], Event.State.CLOSED, f"is part of event {other}")
        for key in compared.unsupported:
            self._drop(self.stored[key], judgement)
        for event in self.stored.values():
            if event.first_bad_id not in self._position:
                self._keep(event, judgement)
        EventChange.objects.bulk_create(self._news)
        self._find_newest(compared, found)

    def _comparable(self) -> Iterable[Event]:
        return (event for event in self.stored.values() if event.first_bad_id in self._position)

    def _recorded(self, event: Event) -> Recorded:
        rows = (self.subjects.row_of[id_] for id_ in self.members[event.id])
        fixed = self._position.get(event.fix_good_id) if event.fix_good_id else None
        return Recorded(
            key=event.id,
            series=frozenset(row for row in rows if row is not None),
            first_bad=self._position[event.first_bad_id],
            good=self._position.get(event.low_id, -1) if event.low_id else -1,
            bad=self._position.get(event.high_id, self._position[event.first_bad_id]),
            fixed=fixed,
        )

    def _open(self, findings: Sequence[Finding]) -> None:
        events = [
            Event(tree_id=self.loaded.tree, opened=self.now, changed=self.now, **finding.columns)
            for finding in findings
        ]
        Event.objects.bulk_create(events)
        added = []
        for event, finding in zip(events, findings, strict=True):
            self.stored[event.id], self.members[event.id] = event, {}
            added += [self._member(event, row, columns) for row, columns in finding.subjects.items()]
            self._tell(event, f"opened as {Event.State(event.state).label}")
        EventSeries.objects.bulk_create(added, batch_size=2000)

    def _member(self, event: Event, row: int, columns: dict[str, Any]) -> EventSeries:
        subject = self.subjects.id_of[row]
        member = EventSeries(event_id=event.id, subject_id=subject, **columns)
        self.members[event.id][subject] = member
        return member

    def _continue(self, event: Event, finding: Finding) -> None:
        """Amend an event; whatever a reader may have relied on is told in its history."""
        changed = {name: new for name, new in finding.columns.items() if getattr(event, name) != new}
        told = [self._said(name, getattr(event, name), changed[name]) for name in _TOLD if name in changed]
        for name, value in changed.items():
            setattr(event, name, value)
        if told:
            event.changed = self.now
            self._tell(event, "; ".join(told))
        if changed:
            event.save(update_fields=[*(name.removesuffix("_id") for name in changed), "changed"])
        self._amend(event, finding)

    def _amend(self, event: Event, finding: Finding) -> None:
        old = self.members[event.id]
        fresh = [row for row in finding.subjects if self.subjects.id_of[row] not in old]
        current = {self.subjects.id_of[row]: columns for row, columns in finding.subjects.items()}
        changed = []
        for subject, member in old.items():
            columns = current.get(subject)
            if columns and any(getattr(member, name) != value for name, value in columns.items()):
                for name, value in columns.items():
                    setattr(member, name, value)
                changed.append(member)
        gone = [subject for subject in old if subject not in current]
        EventSeries.objects.filter(event=event, subject__in=gone).delete()
        for subject in gone:
            del old[subject]
        EventSeries.objects.bulk_update(
            changed, [name.removesuffix("_id") for name in _SERIES], batch_size=500
        )
        EventSeries.objects.bulk_create([self._member(event, row, finding.subjects[row]) for row in fresh])

    def _said(self, name: str, old: Any, new: Any) -> str:
        if name == "state":
            return f"{Event.State(old).label} → {Event.State(new).label}"
        if name == "kind":
            return f"{Event.Kind(old).label} → {Event.Kind(new).label}"
        if name == "n_series":
            return f"{new} series, were {old}"
        word = {"first_bad_id": "first bad", "low_id": "range after", "high_id": "range until"}[name]
        titles = {mark.id: mark.title for mark in self.loaded.revisions}
        return f"{word} {titles.get(new, 'unknown')}, was {titles.get(old, 'unknown')}"

    def _drop(self, event: Event, judgement: Judgement) -> None:
        """Say that the data do not show an event (any more), and why."""
        first = self._position[event.first_bad_id]
        if self.loaded.is_cut and first < EDGE:
            self._keep(event, judgement)
            return
        cells = [
            (row, self._position[member.first_bad_id])
            for subject, member in self.members[event.id].items()
            if (row := self.subjects.row_of[subject]) is not None and member.first_bad_id in self._position
        ]
        if cells and all(judgement.infrastructure.masked[cell] for cell in cells):
            self._change(event, Event.State.INFRA, "an outage explains the failures")
        elif event.state in _OPEN or event.state == Event.State.FIXED:
            suspected = event.state == Event.State.SUSPECTED
            if suspected:
                self._change(event, Event.State.DISMISSED, "it did not go on")
            else:
                self._change(event, Event.State.CLOSED, "the results do not show it any more")

    def _keep(self, event: Event, judgement: Judgement) -> None:
        """Follow an open event that began before what was looked at: it goes on, or it is fixed."""
        if event.state not in _OPEN:
            return
        rows = [self.subjects.row_of[subject] for subject in self.members[event.id]]
        newest = [_newest(judgement, row) for row in rows if row is not None]
        if newest and not any(newest):
            self._change(event, Event.State.FIXED, "passes again")
        for row in rows:
            if row is not None:
                self.kept[row] = event.id, event.first_bad_id

    def _change(self, event: Event, state: int, why: str) -> None:
        if event.state == state:
            return
        self._tell(event, self._said("state", event.state, state), why)
        event.state, event.changed = state, self.now
        event.save(update_fields=["state", "changed"])

    def _tell(self, event: Event, what: str, why: str = "") -> None:
        self._news.append(EventChange(event_id=event.id, what=what, why=why, at=self.now))

    def _find_newest(self, compared: Comparison, found: Sequence[Found]) -> None:
        """Note the newest event of every row, of those that the data show."""
        key_of = {index: key for key, index in compared.continued.items()}
        opened = sorted(self.stored)[len(self.stored) - len(compared.opened) :]
        key_of |= dict(zip(compared.opened, opened, strict=True))
        for index in sorted(range(len(found)), key=lambda index: found[index].first_bad):
            for member in found[index].members:
                self.event_of[member.series] = key_of[index]


def _newest(judgement: Judgement, row: int) -> bool:
    """Return whether the newest valid result of a row is a failure."""
    tested, failed = judgement.counts.tested[row], judgement.counts.failed[row]
    places = tested.nonzero()[0]
    return bool(len(places) and failed[places[-1]])
