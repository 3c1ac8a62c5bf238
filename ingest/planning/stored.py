"""What is stored already of the objects of a batch, in the form in which it is merged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from ingest.planning.merge import Order, Sourced, sourced
from results.documents import Object, StoredTest, restore, restore_test, test_id

Key = tuple[str, int]
"""The key of an object in hex, and the version of an issue (else 0)."""

FORGOTTEN: Final = datetime.min.replace(tzinfo=UTC)
"""The time of a submission that was pruned: older than all others."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A row: ``version`` changes with every change of it; ``item`` is None while only its name is known."""

    version: str
    item: Object | None = None
    submission: int = 0
    sources: tuple[tuple[str, int], ...] = ()
    build: UUID | None = None


class _Row(NamedTuple):
    """What the statements below select."""

    key: UUID
    issue_version: int
    row_version: str
    submission: int | None
    body: str | None
    excerpt: str | None
    test: tuple[Any, ...]


_WHOLE: Final = """
    SELECT o.key, {version}, o.xmin::text, o.submission_id, d.body, {excerpt}
    FROM unnest(%s::uuid[], %s::bigint[]) AS k (key, version)
    JOIN {table} o ON o.key = k.key {same_version}
    LEFT JOIN results_document d ON d.id = o.document_id {join}
"""
_EXCERPT: Final = {"excerpt": "e.body", "join": "LEFT JOIN results_excerpt e ON e.id = o.excerpt_id"}
_NO_EXCERPT: Final = {"excerpt": "NULL", "join": ""}
_TEST: Final = """
    SELECT t.key, 0, t.xmin::text, t.submission_id, d.body, e.body,
           t.kcidb_id, b.kcidb_id, p.name, t.status, t.start_time, t.duration, t.value, b.key
    FROM unnest(%s::uuid[], %s::bigint[]) AS k (key, version)
    JOIN results_test t ON t.key = k.key
    JOIN results_build b ON b.id = t.build_id
    JOIN results_series s ON s.id = t.series_id
    JOIN results_testpath p ON p.id = s.path_id
    JOIN results_document d ON d.id = t.document_id
    LEFT JOIN results_excerpt e ON e.id = t.excerpt_id
"""


def _whole(table: str, parts: dict[str, str], *, version: str = "0", same_version: str = "") -> str:
    return _WHOLE.format(table=table, version=version, same_version=same_version, **parts)


_SELECTS: Final = {
    "checkout": _whole("results_checkout", _EXCERPT),
    "build": _whole("results_build", _EXCERPT),
    "test": _TEST,
    "issue": _whole(
        "results_issue", _NO_EXCERPT, version="o.version", same_version="AND o.version = k.version"
    ),
    "incident": _whole("results_incident", _NO_EXCERPT),
}


def existing_tests(keys: Iterable[Key]) -> set[Key]:
    """Return which tests have a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM results_test WHERE key = ANY(%s::uuid[])",
            ["{" + ",".join([key for key, _ in keys]) + "}"],
        )
        return {(key.hex, 0) for (key,) in cursor.fetchall()}


def read(kind: str, keys: list[Key]) -> dict[Key, Stored]:
    """Return the stored objects of a kind by key."""
    if not keys:
        return {}
    arrays: list[list[Any]] = [[key for key, _ in keys], [version for _, version in keys]]
    with connection.cursor() as cursor:
        cursor.execute(_SELECTS[kind], arrays)
        rows = [_Row._make((*row[:6], row[6:])) for row in cursor.fetchall()]
        cursor.execute(
            """
            SELECT f.key, f.version, f.fields::text FROM unnest(%s::uuid[], %s::bigint[]) AS k (key, version)
            JOIN results_fieldsource f ON f.kind = %s AND f.key = k.key AND f.version = k.version
            """,
            [*arrays, kind],
        )
        sources = {(key.hex, version): json.loads(fields) for key, version, fields in cursor.fetchall()}
    make = _stored_test if kind == "test" else _stored_whole
    return {(key := (row.key.hex, row.issue_version)): make(row, sources.get(key, {})) for row in rows}


def _stored_whole(row: _Row, sources: dict[str, int]) -> Stored:
    if row.body is None or row.submission is None:
        return Stored(row.row_version)
    item = restore(row.body, row.excerpt)
    return Stored(row.row_version, item, row.submission, tuple(sorted(sources.items())))


def _stored_test(row: _Row, sources: dict[str, int]) -> Stored:
    kcidb_id, build_id, path, status, start_time, duration, value, build = row.test
    stored = StoredTest(
        kcidb_id=test_id(row.key, kcidb_id),
        build_id=build_id,
        path_name=path,
        status=status,
        start_time=start_time,
        duration=duration,
        value=value,
        body=row.body or "{}",
        excerpt=row.excerpt,
    )
    item = restore_test(stored)
    return Stored(row.row_version, item, row.submission or 0, tuple(sorted(sources.items())), build)


def orders(submissions: Iterable[int]) -> Callable[[int], Order]:
    """Return a function that gives the order of each of these submissions."""
    wanted = sorted(set(submissions))
    times: dict[int, datetime] = {}
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, submitted_at FROM results_submission WHERE id = ANY(%s)", [wanted])
            times = dict(cursor.fetchall())
    return lambda submission: (times.get(submission, FORGOTTEN), submission)


def as_sourced(stored: Stored, order_of: Callable[[int], Order]) -> Sourced:
    """Return a stored object with where each of its fields came from."""
    sources = {name: order_of(submission) for name, submission in stored.sources}
    return sourced(stored.item or {}, order_of(stored.submission), sources)
