"""One event, whole: where it shows, how it fails, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Identifier, Literal

from results.compression import text_of
from results.db import fetch
from results.documents import restore, test_id, unpack
from results.errors import NotFound
from results.queries.events import EVENT_COLUMNS, EVENT_JOINS, EventRow, event_row
from results.status import Status

MEMBERS: Final = 100
"""Series that are listed one by one."""
PLACES: Final = 100
LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen on one platform in one lab (both None for builds), over ``series`` series.

    ``last_good``, ``first_bad`` and ``fixed`` are names of revisions ("" for none).
    """

    platform: str | None
    lab: str | None
    series: int
    last_good: str
    first_bad: str
    fixed: str
    tries_before: int
    failures_before: int
    tries_after: int
    failures_after: int


@dataclass(frozen=True, slots=True)
class Affected:
    """A series that an event affects; ``series`` and ``path`` are None for the builds of a variant."""

    series: int | None
    path: str | None
    platform: str | None
    lab: str | None
    origin: str | None
    architecture: str | None
    config: str | None
    compiler: str | None
    last_good: str
    first_bad: str
    fixed: str
    tries_after: int
    failures_after: int


@dataclass(frozen=True, slots=True)
class Example:
    """One of the first failing runs (or builds) of an event, its excerpt and the address of its log."""

    id: str
    is_build: bool
    excerpt: str
    log_url: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """An entry of an event's history; ``who`` is "" for the analysis. ``number`` counts from 1 and stays."""

    number: int
    at: datetime
    who: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class EventDetail:
    """An event with its evidence, the worst places first. ``example`` is None when none is stored.

    ``cover`` is the Message-ID of the patches that the first bad revision was made of, "" for none.
    """

    event: EventRow
    places: tuple[Evidence, ...]
    members: tuple[Affected, ...]
    example: Example | None
    changes: tuple[ChangeRow, ...]
    cover: str


_EVENT: Final = SQL("SELECT {columns} FROM results_event e {joins} WHERE e.id = {event}")

_GOOD, _BAD, _FIXED = (
    SQL("coalesce(nullif({0}.describe, ''), left({0}.\"commit\", 12), '')").format(Identifier(alias))
    for alias in ("good", "bad", "fixed")
)

_MEMBERSHIP: Final = SQL("""
    FROM results_eventseries m
    JOIN results_seriesverdict v ON v.id = m.subject_id
    LEFT JOIN results_series s ON s.id = v.series_id
    LEFT JOIN results_revision good ON good.id = m.last_good_id
    JOIN results_revision bad ON bad.id = m.first_bad_id
    LEFT JOIN results_revision fixed ON fixed.id = m.fixed_id
    LEFT JOIN results_platform p ON p.id = s.platform_id
    LEFT JOIN results_lab la ON la.id = s.lab_id
    WHERE m.event_id = {event}
""")

# Leans on eventseries_identity.
_PLACES: Final = SQL("""
    SELECT p.name AS platform, la.name AS lab, count(*) AS series,
           (array_agg({good} ORDER BY good.place DESC NULLS LAST))[1] AS last_good,
           (array_agg({bad} ORDER BY bad.place))[1] AS first_bad,
           CASE WHEN bool_and(fixed.id IS NOT NULL)
                THEN (array_agg({fixed} ORDER BY fixed.place DESC))[1] ELSE '' END AS fixed,
           sum(m.tries_before)::int AS tries_before, sum(m.failures_before)::int AS failures_before,
           sum(m.tries_after)::int AS tries_after, sum(m.failures_after)::int AS failures_after
    {membership}
    GROUP BY p.name, la.name ORDER BY count(*) DESC, p.name, la.name LIMIT {limit}
""")

_MEMBERS: Final = SQL("""
    SELECT v.series_id AS series, (SELECT name FROM results_testpath WHERE id = s.path_id) AS path,
           p.name AS platform, la.name AS lab,
           (SELECT name FROM results_origin WHERE id = coalesce(s.origin_id, v.origin_id)) AS origin,
           (SELECT name FROM results_architecture
            WHERE id = coalesce(s.architecture_id, v.architecture_id)) AS architecture,
           (SELECT name FROM results_config WHERE id = coalesce(s.config_id, v.config_id)) AS config,
           (SELECT name FROM results_compiler WHERE id = coalesce(s.compiler_id, v.compiler_id)) AS compiler,
           {good} AS last_good, {bad} AS first_bad, {fixed} AS fixed, m.tries_after, m.failures_after
    {membership}
    ORDER BY path, platform, lab, m.id LIMIT {limit}
""")

# Leans on test_history. The texts are fetched of the one that is chosen only.
_TEST: Final = SQL("""
    SELECT t.key, t.kcidb_id, tp.name AS path, d.body, x.body AS excerpt
    FROM (
        SELECT t.key
        FROM (
            SELECT v.series_id, r.place FROM results_eventseries m
            JOIN results_seriesverdict v ON v.id = m.subject_id
            JOIN results_revision r ON r.id = m.first_bad_id
            WHERE m.event_id = {event} AND v.series_id IS NOT NULL ORDER BY m.id LIMIT {limit}
        ) member
        JOIN results_test t ON t.series_id = member.series_id AND t.status = {fail}
        JOIN results_build b ON b.id = t.build_id
        JOIN results_revision r ON r.id = b.revision_id AND r.place >= member.place
        LEFT JOIN results_excerptsignature known ON known.excerpt_id = t.excerpt_id
        ORDER BY known.text IS NOT DISTINCT FROM {signature} DESC, t.excerpt_id IS NULL, r.place, t.key
        LIMIT 1
    ) chosen
    JOIN results_test t ON t.key = chosen.key
    JOIN results_series s ON s.id = t.series_id
    JOIN results_testpath tp ON tp.id = s.path_id
    JOIN results_document d ON d.id = t.document_id
    LEFT JOIN results_excerpt x ON x.id = t.excerpt_id
""")

_BUILD: Final = SQL("""
    SELECT b.kcidb_id AS id, d.body, x.body AS excerpt
    FROM results_eventseries m
    JOIN results_seriesverdict v ON v.id = m.subject_id AND v.series_id IS NULL
    JOIN results_build b ON b.revision_id = m.first_bad_id AND b.status = {fail}
         AND b.origin_id IS NOT DISTINCT FROM v.origin_id
         AND b.architecture_id IS NOT DISTINCT FROM v.architecture_id
         AND b.config_id IS NOT DISTINCT FROM v.config_id
         AND b.compiler_id IS NOT DISTINCT FROM v.compiler_id
    JOIN results_document d ON d.id = b.document_id
    LEFT JOIN results_excerpt x ON x.id = b.excerpt_id
    WHERE m.event_id = {event} ORDER BY x.id IS NULL, b.key LIMIT 1
""")

_CHANGES: Final = SQL("""
    SELECT row_number() OVER (ORDER BY c.id) AS number, c.at, coalesce(u.username, '') AS who, c.what, c.why
    FROM results_eventchange c LEFT JOIN auth_user u ON u.id = c.who_id
    WHERE c.event_id = {event} ORDER BY c.id DESC LIMIT 200
""")

_COVERS: Final = SQL("""
    SELECT d.body FROM results_event e
    JOIN results_checkout c ON c.revision_id = e.first_bad_id AND c.known
    JOIN results_document d ON d.id = c.document_id
    WHERE e.id = {event} ORDER BY c.key LIMIT 10
""")


def event_detail(number: int) -> EventDetail:
    """Return an event; NotFound when there is none of this number."""
    about = {"event": Literal(number)}
    query = _EVENT.format(columns=EVENT_COLUMNS, joins=EVENT_JOINS, **about)
    found = fetch(query, event_row) if number <= LARGEST else []
    if not found:
        raise NotFound(f"event {number}")
    names = {"good": _GOOD, "bad": _BAD, "fixed": _FIXED, "membership": _MEMBERSHIP.format(**about)}
    return EventDetail(
        event=found[0],
        places=tuple(fetch(_PLACES.format(limit=Literal(PLACES), **names), Evidence)),
        members=tuple(fetch(_MEMBERS.format(limit=Literal(MEMBERS), **names), Affected)),
        example=_example(found[0]),
        changes=tuple(fetch(_CHANGES.format(**about), ChangeRow)),
        cover=_cover(found[0]),
    )


def _cover(event: EventRow) -> str:
    if not event.bad.patchset:
        return ""
    found = fetch(_COVERS.format(event=Literal(event.id)), _fields)
    names = (fields.get("message_id") for fields in found)
    return next((name for name in names if isinstance(name, str) and name), "")


def _fields(*, body: bytes) -> dict[str, Any]:
    return restore(body, None)


def _example(event: EventRow) -> Example | None:
    about = {
        "event": Literal(event.id),
        "fail": Literal(int(Status.FAIL)),
        "limit": Literal(MEMBERS),
        "signature": Literal(event.signature),
    }
    found = fetch(_TEST.format(**about), _test_example) or fetch(_BUILD.format(**about), _build_example)
    return found[0] if found else None


def _test_example(
    *, key: UUID, kcidb_id: str | None, path: str, body: bytes, excerpt: bytes | None
) -> Example:
    name = test_id(key, kcidb_id)
    return Example(name, False, text_of(excerpt), _log_url(unpack(body, name, path)))


def _build_example(*, id: str, body: bytes, excerpt: bytes | None) -> Example:
    return Example(id, True, text_of(excerpt), _log_url(restore(body, None)))


def _log_url(fields: dict[str, Any]) -> str:
    url = fields.get("log_url", "")
    return url if isinstance(url, str) and url.startswith(("http://", "https://")) else ""
