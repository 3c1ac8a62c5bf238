"""The tables of a KCIDB database in PostgreSQL: which rows changed, and rows as objects of v5.3.

KCIDB sets ``_timestamp`` to the start of the transaction that writes a row, so rows appear later
than their time says, and in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from psycopg import Connection, connect
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier

from results.documents import Object

PAGE: Final = 5_000
_COMMON: Final = ("id", "origin", "comment", "misc")
_RUN: Final = ("start_time", "duration", "log_url", "log_excerpt", "input_files", "output_files", "status")
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "checkouts": (
        *_COMMON, "tree_name", "git_repository_url", "git_commit_hash", "git_commit_name", "git_commit_tags",
        "git_commit_message", "git_repository_branch", "git_repository_branch_tip", "patchset_files",
        "patchset_hash", "message_id", "start_time", "origin_builds_finish_time", "origin_tests_finish_time",
        "log_url", "log_excerpt", "valid",
    ),
    "builds": (
        *_COMMON, *_RUN, "checkout_id", "architecture", "command", "compiler", "config_name", "config_url",
    ),
    "tests": (
        *_COMMON, *_RUN, "build_id", "path", "environment_comment", "environment_compatible",
        "environment_misc", "number_value", "number_unit", "number_prefix",
    ),
    "issues": (
        *_COMMON, "version", "report_url", "report_subject", "categories", "culprit_code", "culprit_tool",
        "culprit_harness",
    ),
    "incidents": (*_COMMON, "issue_id", "issue_version", "build_id", "test_id", "present"),
}  # fmt: skip
"""Table -> columns that are fields, parents first. Other columns are somebody's own."""

_NESTED: Final = ("environment", "number", "culprit")


class Place(NamedTuple):
    """Where a row stands in the order of a table."""

    time: datetime
    key: str


class KcidbTables:
    """A connection to a KCIDB database, in a ``with`` block. Raises psycopg.Error when it fails."""

    def __init__(self, dsn: str) -> None:
        self._connection: Connection[DictRow] = connect(
            dsn, autocommit=True, row_factory=dict_row, connect_timeout=10, application_name="treewatch"
        )
        self._connection.execute("SET TIME ZONE 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def clock(self) -> datetime:
        """Return the time of the database's own clock."""
        row = self._connection.execute("SELECT clock_timestamp() AS now").fetchone()
        moment: datetime = (row or {})["now"]
        return moment

    def places_after(self, table: str, place: Place) -> list[Place]:
        """Return the next rows of a table after a place, at most ``PAGE``."""
        # The first condition is for KCIDB's index on _timestamp.
        query = SQL("""
            SELECT _timestamp AS time, {key} AS key FROM {table}
            WHERE _timestamp >= %(time)s AND (_timestamp, {key}) > (%(time)s, %(key)s)
            ORDER BY _timestamp, {key} LIMIT %(limit)s
        """).format(key=_key(table), table=Identifier(table))
        rows = self._connection.execute(query, {**place._asdict(), "limit": PAGE}).fetchall()
        return [Place(**row) for row in rows]

    def objects(self, table: str, keys: list[str]) -> list[Object]:
        """Return the rows of these keys as objects, in the order of their keys."""
        query = SQL(
            "SELECT * FROM {table} WHERE id = ANY(%(ids)s) AND {key} = ANY(%(keys)s) ORDER BY {key}"
        ).format(key=_key(table), table=Identifier(table))
        ids = [key.rpartition(" ")[0] for key in keys] if table == "issues" else keys
        return [as_object(table, row) for row in self._connection.execute(query, {"ids": ids, "keys": keys})]


def database_name(dsn: str) -> str:
    """Return host and name of a database, without what opens it. Raises psycopg.Error for a bad DSN."""
    parts = conninfo_to_dict(dsn)
    return f"{parts.get('host', 'localhost')}/{parts.get('dbname', '')}"


def as_object(table: str, row: Mapping[str, Any]) -> Object:
    """Return a row as the object that it was submitted as: NULL is absent, times are in UTC."""
    item: Object = {}
    for field in FIELDS[table]:
        if (value := row.get(field)) is None:
            continue
        head, _, rest = field.partition("_")
        if head in _NESTED and rest:
            item.setdefault(head, {})[rest] = value
        else:
            item[field] = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
    return item


def unseen(places: Iterable[Place], seen: Mapping[str, str]) -> list[Place]:
    """Return the places of rows that were not read before, or have changed since."""
    return [place for place in places if seen.get(place.key) != place.time.isoformat()]


def _key(table: str) -> SQL:
    """Return what is unique in a table, as text."""
    return SQL("(id || ' ' || version)") if table == "issues" else SQL("id")
