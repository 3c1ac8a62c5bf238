"""Events: what broke, listed by impact, age or confidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from typing import Literal as OneOf

from psycopg.sql import SQL, Composable, Identifier, Literal

from results.db import TIMEOUT_MS, Columns, fetch
from results.models import Event
from results.queries import paging
from results.queries.commits import CommitCount
from results.queries.records import IssueRef, Listing, RevisionRef, TreeRef
from results.queries.refs import TREE_COLUMNS, as_tree
from results.selection import EVERYTHING, Selection
from results.vocabulary import all_of, escape_like, of_tree, where

EVENT_SORTS: Final = ("impact", "newest", "confidence")
EventSort = OneOf["impact", "newest", "confidence"]

OPEN: Final = (Event.State.CONFIRMED, Event.State.FLAKY)
"""What is shown as broken: suspicions are no alarms."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event with its tree, and the revisions around its cause.

    ``good`` is None when the cause may be older than what was looked at; ``fixed`` is the first
    good revision after the fix, None while it goes on. ``issues``: known issues seen in it.
    ``commits`` are the tested revisions that may hold the cause, ``between`` the commits from good to
    bad (None: git was not asked).
    """

    id: int
    kind: Event.Kind
    subject: Event.Subject
    state: Event.State
    triage: Event.Triage
    title: str
    scope: str
    signature: str
    tree: TreeRef
    good: RevisionRef | None
    bad: RevisionRef
    fixed: RevisionRef | None
    commits: int
    rate: float
    confidence: float
    lab_specific: bool
    n_series: int
    n_platforms: int
    n_labs: int
    impact: int
    began: datetime
    opened: datetime
    changed: datetime
    issues: tuple[IssueRef, ...]
    between: CommitCount | None = None


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events; "" and empty ones restrict nothing. ``platform`` and ``lab``: where they show.

    ``about``: their tree, the days (UTC) between which they began, and what one of their series has to
    be together. ``parts``: one of their series is under one of these selections, those of a product.
    ``unclassified``: without a known issue, nobody decided yet. ``live``: not dismissed as a
    duplicate or as invalid.
    """

    states: tuple[Event.State, ...] = ()
    triage: Event.Triage | None = None
    subject: Event.Subject | None = None
    about: Selection = EVERYTHING
    parts: tuple[Selection, ...] = ()
    platform: str = ""
    lab: str = ""
    search: str = ""
    unclassified: bool = False
    live: bool = False


_ORDER: Final[dict[EventSort, tuple[SQL, Callable[[Any], Any]]]] = {
    "impact": (SQL("e.impact"), int),
    "newest": (SQL("e.began"), datetime.fromisoformat),
    "confidence": (SQL("e.confidence"), float),
}


def _revision(alias: str, prefix: str) -> Composable:
    columns = ("commit", "patchset", "describe")
    return SQL(", ").join(
        SQL("{}.{} AS {}").format(Identifier(alias), Identifier(name), Identifier(f"{prefix}_{name}"))
        for name in columns
    )


EVENT_COLUMNS: Final = SQL("""
    e.id, e.kind, e.subject, e.state, e.triage, e.title, e.scope, e.signature, e.commits, e.rate,
    e.confidence, e.lab_specific, e.n_series, e.n_platforms, e.n_labs, e.impact, e.began, e.opened, e.changed,
    {tree}, {good}, {bad}, {fixed},
    ARRAY(
        SELECT ARRAY[i.kcidb_id, i.comment] FROM results_issue i
        WHERE i.key = ANY(e.issues) AND i.is_newest ORDER BY i.id LIMIT 5
    ) AS issues,
    (SELECT ARRAY[k.commits, k.is_exact::int] FROM results_commitrange k
     WHERE k.old = good."commit" AND k.new = bad."commit") AS between
""").format(
    tree=TREE_COLUMNS,
    good=_revision("good", "good"),
    bad=_revision("bad", "bad"),
    fixed=_revision("fixed", "fixed"),
)

EVENT_JOINS: Final = SQL("""
    JOIN results_tree tr ON tr.id = e.tree_id
    LEFT JOIN results_revision good ON good.id = e.low_id
    JOIN results_revision bad ON bad.id = e.first_bad_id
    LEFT JOIN results_revision fixed ON fixed.id = e.fix_good_id
""")

# Leans on event_impact, event_newest or event_confidence.
_EVENTS: Final = SQL("""
    SELECT {columns} FROM results_event e {joins}
    WHERE {where} ORDER BY {order} DESC, e.id DESC LIMIT {limit}
""")

_COUNTS: Final = SQL("SELECT e.state, count(*) FROM results_event e {joins} WHERE {where} GROUP BY e.state")

_SHOWS_ON: Final = SQL("""
    EXISTS (
        SELECT FROM results_eventseries m
        JOIN results_seriesverdict v ON v.id = m.subject_id
        JOIN results_series s ON s.id = v.series_id
        JOIN {table} named ON named.id = s.{column}
        WHERE m.event_id = e.id AND named.name = {name}
    )
""")


_AFFECTS: Final = SQL("""
    EXISTS (
        SELECT FROM results_eventseries m
        JOIN results_seriesverdict v ON v.id = m.subject_id
        LEFT JOIN results_series s ON s.id = v.series_id
        WHERE m.event_id = e.id AND {}
    )
""")

_BEGAN: Final = {
    "since": SQL("e.began >= {}::date::timestamp AT TIME ZONE 'UTC'"),
    "until": SQL("e.began < ({}::date + 1)::timestamp AT TIME ZONE 'UTC'"),
}

_MATCHING: Final = SQL("SELECT e.id FROM results_event e {joins} WHERE e.id = ANY({events}) AND {where}")


def event_page(
    which: EventFilter, *, sort: EventSort = "impact", after: str | None = None, limit: int = 100
) -> Listing[EventRow]:
    """Return a page of events. Raises BadCursor."""
    order, read = _ORDER[sort]
    conditions = [_where(which)]
    if after:
        value, number = paging.decode(after, (read, int))
        place = SQL("({}, e.id) < ({}, {})").format(order, Literal(value), Literal(number))
        conditions.append(place)
    query = _EVENTS.format(
        columns=EVENT_COLUMNS,
        joins=EVENT_JOINS,
        where=all_of(conditions),
        order=order,
        limit=Literal(limit + 1),
    )
    rows = fetch(query, event_row)
    key = {"impact": "impact", "newest": "began", "confidence": "confidence"}[sort]
    return paging.listing(rows, limit, lambda row: (getattr(row, key), row.id))


def matching_events(
    which: EventFilter, events: Sequence[int], *, timeout_ms: int = TIMEOUT_MS
) -> frozenset[int]:
    """Return those of some events that are among the ones asked for. Raises QueryTimeout."""
    query = _MATCHING.format(joins=EVENT_JOINS, events=Literal(list(events)), where=_where(which))
    return frozenset(fetch(query, lambda id: int(id), timeout_ms=timeout_ms))


def event_counts(which: EventFilter) -> dict[Event.State, int]:
    """Return how many events there are in each state, whatever states are asked for."""
    query = _COUNTS.format(joins=EVENT_JOINS, where=_where(replace(which, states=())))
    found = {row["state"]: row["count"] for row in fetch(query, Columns)}
    return {state: found.get(state, 0) for state in Event.State}


def event_row(**columns: Any) -> EventRow:
    """Make an event of a row with ``EVENT_COLUMNS``."""
    tree = as_tree(columns)
    good, bad, fixed = (_as_revision(columns, prefix, tree) for prefix in ("good", "bad", "fixed"))
    assert bad is not None
    issues = tuple(IssueRef(*pair) for pair in columns.pop("issues"))
    counted = columns.pop("between")
    between = CommitCount(counted[0], bool(counted[1])) if counted else None
    for name, words in (
        ("kind", Event.Kind),
        ("subject", Event.Subject),
        ("state", Event.State),
        ("triage", Event.Triage),
    ):
        columns[name] = words(columns[name])
    return EventRow(tree=tree, good=good, bad=bad, fixed=fixed, issues=issues, between=between, **columns)


def _as_revision(columns: dict[str, Any], prefix: str, tree: TreeRef) -> RevisionRef | None:
    commit, patchset, describe = (columns.pop(f"{prefix}_{n}") for n in ("commit", "patchset", "describe"))
    return RevisionRef(tree, commit, patchset, describe) if commit else None


def _where(which: EventFilter) -> Composable:
    conditions: list[Composable] = [SQL("true")]
    if which.states:
        conditions.append(SQL("e.state = ANY({})").format(Literal([int(state) for state in which.states])))
    for column, value in (("triage", which.triage), ("subject", which.subject)):
        if value is not None:
            conditions.append(SQL("{} = {}").format(Identifier("e", column), Literal(int(value))))
    conditions.append(of_tree(which.about))
    conditions += [
        form.format(Literal(date.fromisoformat(term.value or "")))
        for name, form in _BEGAN.items()
        for term in which.about[name]
    ]
    if affected := which.about.without("tree", "branch", "url", *_BEGAN):
        conditions.append(_AFFECTS.format(where(affected, "subjects")))
    if which.parts:
        conditions.append(SQL("({})").format(SQL(" OR ").join(map(_affects_part, which.parts))))
    for table, name in (("platform", which.platform), ("lab", which.lab)):
        if name:
            conditions.append(
                _SHOWS_ON.format(
                    table=Identifier(f"results_{table}"),
                    column=Identifier(f"{table}_id"),
                    name=Literal(name),
                )
            )
    if which.search:
        text = Literal(f"%{escape_like(which.search)}%")
        conditions.append(SQL("(e.title ILIKE {0} OR e.signature ILIKE {0})").format(text))
    if which.unclassified:
        conditions.append(SQL("e.issues = '{{}}' AND e.triage = {}").format(Literal(int(Event.Triage.NEW))))
    if which.live:
        dismissed = [int(Event.Triage.DUPLICATE), int(Event.Triage.INVALID)]
        conditions.append(SQL("e.triage <> ALL({})").format(Literal(dismissed)))
    return all_of(conditions)


def _affects_part(part: Selection) -> Composable:
    tests = SQL("v.series_id IS NOT NULL AND {}").format(
        where(part.without("tree", "branch", "url"), "subjects")
    )
    return SQL("({} AND {})").format(of_tree(part), _AFFECTS.format(tests))
