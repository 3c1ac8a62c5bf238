"""KCIDB documents for tests, and what merging them should give, worked out the slow and plain way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from kcidb_io.schema import LATEST

from ingest.document import Document
from ingest.schema import KINDS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
V5_3 = {"major": 5, "minor": 3}
MERGED_WITHIN = ("environment", "number", "culprit")


def document(name="a.json", *, at=0, version=V5_3, **lists):
    """Return a document submitted so many seconds after NOW."""
    raw = json.dumps({"version": version, **lists}).encode()
    return Document(name, NOW + timedelta(seconds=at), raw)


def checkout(number=1, /, **fields):
    return {"id": f"o:c{number}", "origin": "o"} | fields


def build(number=1, /, **fields):
    return {"id": f"o:b{number}", "checkout_id": "o:c1", "origin": "o"} | fields


def run(number=1, /, **fields):
    """Return a test."""
    return {"id": f"o:t{number}", "build_id": "o:b1", "origin": "o"} | fields


def issue(number=1, /, version=0, **fields):
    return {"id": f"o:i{number}", "version": version, "origin": "o"} | fields


def incident(number=1, /, **fields):
    return {"id": f"o:n{number}", "issue_id": "o:i1", "issue_version": 0, "origin": "o"} | fields


def merged(documents):
    """Return (kind, id, version) -> object, of documents in the order of their submission."""
    known = {}
    for one in sorted(documents, key=lambda one: one.submitted_at):
        data = LATEST.upgrade(json.loads(one.raw))
        for name, kind in KINDS.items():
            for item in data.get(name, []):
                key = (kind, item["id"], item.get("version", 0))
                known[key] = _over(known.get(key, {}), item)
    return known


def _over(old, new):
    result = old | {name: value for name, value in new.items() if name != "_timestamp"}
    for name in MERGED_WITHIN:
        if name in old and name in new:
            result[name] = old[name] | new[name]
    return result


def comparable(kind, item):
    """Return an object with its start as an instant where that is how it is stored."""
    if kind != "test" or "start_time" not in item or ":60" in item["start_time"]:
        return item
    moment = datetime.fromisoformat(item["start_time"].upper())
    return item | {"start_time": moment.astimezone(UTC).isoformat()}
