"""The one transaction that makes a batch of documents part of what is true.

Everything was planned before from rows that were read without locks. Here the rows are locked in
the agreed order (checkouts, builds, tests, issues, incidents; by key) and compared with what the
plan saw; whatever changed in between is a ``Conflict``, and the batch is planned again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection
from psycopg.sql import SQL, Identifier

from ingest.normalise import clip
from ingest.planning.batch import Arrival, Merged
from ingest.planning.plan import Plan
from ingest.planning.rows import Row
from ingest.planning.stored import Key
from ingest.planning.tables import array, copy_rows
from ingest.planning.testruns import COLUMNS
from results.jsontext import dumps
from results.models import Due, Submission

TABLES: Final = {
    "checkout": "results_checkout",
    "build": "results_build",
    "test": "results_test",
    "issue": "results_issue",
    "incident": "results_incident",
}
_ISSUE_LOCK: Final = 7_309_453_002
"""Number of the advisory lock under which the newest version of an issue is found."""


class Conflict(Exception):
    """Another loader changed what the plan was made from."""


def write(plan: Plan) -> None:
    """Write a planned batch; to be called in a transaction. Raises Conflict or IntegrityError."""
    _write_submissions(plan.arrivals)
    copy_rows("results_excerpt", ("id", "body"), plan.excerpts)
    _write_rows("checkout", plan.checkouts)
    _write_rows("build", plan.builds)
    _write_tests(plan)
    if plan.issues:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ISSUE_LOCK])
    _write_rows("issue", plan.issues)
    _mark_newest(plan.issues)
    _write_rows("incident", plan.incidents)
    _write_sources(plan)
    _write_due(plan.due)


def _write_submissions(arrivals: list[Arrival]) -> None:
    columns = (
        "id", "source", "name", "sha256", "size", "version", "origins", "state", "submitted_at", *_COUNTED,
        "rejections", "cleaned",
    )  # fmt: skip
    # In the order of their identity: of two loaders with the same documents, one waits for the other.
    ordered = sorted(arrivals, key=lambda arrival: (arrival.digest, arrival.document.submitted_at))
    copy_rows("results_submission", columns, map(_submission, ordered))
    copy_rows(
        "results_rejection",
        ("submission_id", "kind", "object_id", "pointer", "reason", "raw", "bound_to"),
        (
            (
                arrival.id,
                part.kind,
                _text(part.object_id),
                _text(part.pointer),
                _text(part.reason),
                zlib.compress(part.raw),
                None if arrival.document.origins is None else sorted(arrival.document.origins),
            )
            for arrival in arrivals
            for part in arrival.accepted.refusals
        ),
    )


_COUNTED: Final = ("checkouts", "builds", "tests", "issues", "incidents")


def _submission(arrival: Arrival) -> tuple[Any, ...]:
    objects = arrival.accepted.objects
    origins = {clip(item["origin"]) for items in objects.values() for item in items}
    return (
        arrival.id,
        arrival.source,
        _text(arrival.document.name),
        arrival.digest,
        len(arrival.document.raw),
        arrival.accepted.version,
        sorted(origins),
        _state(arrival),
        arrival.document.submitted_at,
        *(len(objects.get(kind.removesuffix("s"), ())) for kind in _COUNTED),
        len(arrival.accepted.refusals),
        arrival.accepted.cleaned,
    )


def _state(arrival: Arrival) -> str:
    if not arrival.accepted.refusals:
        return Submission.State.ACCEPTED
    return Submission.State.PARTIAL if arrival.size() else Submission.State.REJECTED


def _text(text: str) -> str:
    """Return text without what a column refuses (file names and values may hold anything)."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\\0")


def _verify(kind: str, merged: Iterable[tuple[Key, Merged]]) -> None:
    """Lock the rows that the plan saw. Raises Conflict when one is not as it was."""
    seen = {key: part.stored.version for key, part in merged if part.stored}
    if not seen:
        return
    version = SQL("o.version" if kind == "issue" else "0")
    with connection.cursor() as cursor:
        cursor.execute(
            SQL("""
                SELECT o.key, {version}, o.xmin::text FROM {table} o
                JOIN unnest(%s::uuid[], %s::bigint[]) AS k (key, version)
                    ON o.key = k.key AND {version} = k.version
                ORDER BY k.key, k.version FOR NO KEY UPDATE OF o
            """).format(table=Identifier(TABLES[kind]), version=version),
            [[key for key, _ in seen], [number for _, number in seen]],
        )
        if {(key.hex, number): row_version for key, number, row_version in cursor.fetchall()} != seen:
            raise Conflict(f"a {kind} changed while it was merged")


def _write_rows(kind: str, rows: Sequence[Row]) -> None:
    """Insert or update rows of one kind, sorted by key."""
    _verify(kind, ((row.key, row.merged) for row in rows))
    identity = ("key", "version") if kind == "issue" else ("key",)
    old = [row for row in rows if row.merged.stored]
    new = [row for row in rows if not row.merged.stored]
    if old:
        values = [(*row.columns.values(), *row.key[: len(identity)]) for row in old]
        _update(TABLES[kind], identity, values, old[0].columns)
    if new:
        copy_rows(
            TABLES[kind],
            (*identity, *new[0].columns),
            [(*row.key[: len(identity)], *row.columns.values()) for row in new],
        )


def _update(table: str, identity: Sequence[str], rows: list[tuple[Any, ...]], columns: Iterable[str]) -> None:
    statement = SQL("UPDATE {} SET {} WHERE {}").format(
        Identifier(table),
        SQL(", ").join(SQL("{} = %s").format(Identifier(column)) for column in columns),
        SQL(" AND ").join(SQL("{} = %s").format(Identifier(column)) for column in identity),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _write_tests(plan: Plan) -> None:
    _verify("test", plan.merged["test"].items())
    if plan.confirmed:
        keys, submissions = zip(*plan.confirmed, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE results_test t SET submission_id = k.submission
                FROM unnest(%s::uuid[], %s::int[]) AS k (key, submission) WHERE t.key = k.key
                """,
                [array(keys), array(submissions)],
            )
    old_keys = {key for (key, _), part in plan.merged["test"].items() if part.stored}
    old = [row for row in plan.tests if row[0] in old_keys] if old_keys else []
    if old:
        _update("results_test", ("key",), [(*row[1:], row[0]) for row in old], COLUMNS[1:])
        copy_rows("results_test", COLUMNS, (row for row in plan.tests if row[0] not in old_keys))
    else:
        copy_rows("results_test", COLUMNS, plan.tests)


def _mark_newest(rows: list[Row]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE results_issue i SET is_newest = newest.version = i.version
            FROM (
                SELECT key, max(version) AS version FROM results_issue
                WHERE key = ANY(%s::uuid[]) GROUP BY key
            ) newest
            WHERE i.key = newest.key AND i.is_newest <> (newest.version = i.version)
            """,
            [sorted({row.key[0] for row in rows})],
        )


def _write_sources(plan: Plan) -> None:
    """Note which submissions won single fields of objects, and forget it where one won all."""
    for kind, merged in plan.merged.items():
        mixed = [(kind, *key, dumps(part.sources).decode()) for key, part in merged.items() if part.sources]
        whole = [
            (kind, *key)
            for key, part in merged.items()
            if not part.sources and part.stored and part.stored.sources
        ]
        with connection.cursor() as cursor:
            if mixed:
                cursor.executemany(
                    """
                    INSERT INTO results_fieldsource (kind, key, version, fields) VALUES (%s, %s, %s, %s)
                    ON CONFLICT (kind, key, version) DO UPDATE SET fields = excluded.fields
                    """,
                    mixed,
                )
            if whole:
                cursor.executemany(
                    "DELETE FROM results_fieldsource WHERE kind = %s AND key = %s AND version = %s", whole
                )


def _write_due(due: set[tuple[Due.Kind, str]]) -> None:
    copy_rows("results_due", ("kind", "ref"), sorted((int(kind), ref) for kind, ref in due))
