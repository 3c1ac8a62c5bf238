"""What was submitted: from the rows of an object back to its KCIDB v5.3 form, and the packing of tests.

Checkouts, builds, issues and incidents keep all their fields in one document. A test's document
holds the fields that are no columns, with what differs between the tests of one job taken out of
the JSON text: ``OWN_ID`` stands for the local part of the test's id, ``LEAF`` for the last part
of its path. Raw control characters cannot occur in JSON text, so this can be undone.

A column that cannot hold a submitted value exactly (a leap second, a path of 4,000 characters)
is accompanied by that value in the document, which then has the last word.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from results.compression import text_of
from results.jsontext import dumps, loads
from results.keys import origin_hex
from results.models import Build, Checkout, Incident, Issue, Origin, Test
from results.status import Status

Object = dict[str, Any]
"""One object in its KCIDB v5.3 form."""

OWN_ID: Final = "\x01"
LEAF: Final = "\x02"
SHORTEST: Final = 6
"""Shorter strings are not replaced: they would match by chance and save nothing."""

_STATUS_NAMES: Final = {status.value: status.name for status in Status if status is not Status.NONE}
_origins: dict[str, str] = {}


class StoredTest(NamedTuple):
    """The columns of a test and the texts they point to."""

    kcidb_id: str
    build_id: str
    path_name: str
    status: int
    start_time: datetime | None
    duration: float | None
    value: float | None
    body: str | bytes
    excerpt: str | bytes | None


def pack(fields: Object, kcidb_id: str, path_name: str) -> str:
    """Return the document of a test: the JSON text of ``fields``, its own id and leaf taken out."""
    text = dumps(fields).decode()
    local, leaf = _replaced(kcidb_id, path_name)
    if local:
        text = text.replace(local, OWN_ID)
    if leaf:
        text = text.replace(leaf, LEAF)
    return text


def unpack(body: str | bytes, kcidb_id: str, path_name: str) -> Object:
    """Return the fields that ``pack`` was given, from its text as it is or as it is stored."""
    local, leaf = _replaced(kcidb_id, path_name)
    text = text_of(body)
    if leaf:
        text = text.replace(LEAF, leaf)
    if local:
        text = text.replace(OWN_ID, local)
    fields: Object = loads(text.encode())
    return fields


def _replaced(kcidb_id: str, path_name: str) -> tuple[str, str]:
    """Return the two strings as they are written in JSON; "" for one that is too short."""
    local = kcidb_id.partition(":")[2]
    if not local.isprintable() or '"' in local or "\\" in local:
        local = dumps(local)[1:-1].decode()
    leaf = path_name.rpartition(".")[2]
    return local if len(local) >= SHORTEST else "", leaf if len(leaf) >= SHORTEST else ""


def restore_test(stored: StoredTest) -> Object:
    """Return a test as it was submitted; times are instants in UTC."""
    fields = unpack(stored.body, stored.kcidb_id, stored.path_name)
    test: Object = {"id": stored.kcidb_id, "build_id": stored.build_id}
    if stored.path_name:
        test["path"] = stored.path_name
    if stored.status in _STATUS_NAMES:
        test["status"] = _STATUS_NAMES[stored.status]
    if stored.start_time is not None:
        test["start_time"] = stored.start_time.astimezone(UTC).isoformat()
    if stored.duration is not None:
        test["duration"] = _number(stored.duration)
    if stored.excerpt is not None:
        test["log_excerpt"] = text_of(stored.excerpt)
    if stored.value is not None:
        fields["number"] = {"value": _number(stored.value)} | fields.get("number", {})
    return test | fields


def restore(kcidb_document: str | bytes, excerpt: str | bytes | None) -> Object:
    """Return a checkout, build, issue or incident as it was submitted; from texts, or as they are stored."""
    fields: Object = loads(text_of(kcidb_document).encode())
    if excerpt is not None:
        fields["log_excerpt"] = text_of(excerpt)
    return fields


def test_id(key: UUID, kcidb_id: str | None) -> str:
    """Return the KCIDB id of a test from its columns; asks the database when an origin is new."""
    return node_id(key.hex) if kcidb_id is None else kcidb_id


def node_id(key_hex: str) -> str:
    """Return the KCIDB id that a key keeps, from its 32 hex digits."""
    if (prefix := key_hex[:8]) not in _origins:
        _origins.update({origin_hex(name): name for name in Origin.objects.values_list("name", flat=True)})
    return f"{_origins[prefix]}:{key_hex[8:]}"


def test_object(test: Test) -> Object:
    """Return a test as it was submitted (select_related: build, series__path, document, excerpt)."""
    return restore_test(
        StoredTest(
            kcidb_id=test_id(test.key, test.kcidb_id),
            build_id=test.build.kcidb_id,
            path_name=test.series.path.name,
            status=test.status,
            start_time=test.start_time,
            duration=test.duration,
            value=test.value,
            body=test.document.body,
            excerpt=test.excerpt.body if test.excerpt else None,
        )
    )


def whole_object(row: Checkout | Build | Issue | Incident) -> Object:
    """Return an object as it was submitted; {} when only its name is known.

    Wants select_related: document and, of checkouts and builds, excerpt.
    """
    if row.document is None:
        return {}
    excerpt = getattr(row, "excerpt", None)
    return restore(row.document.body, excerpt.body if excerpt else None)


def _number(value: float) -> float:
    """Return 5 for 5.0: JSON knows one kind of number, people write the shorter."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
