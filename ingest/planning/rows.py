"""Checkouts and builds, issues and incidents: from merged objects to rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from ingest import normalise
from ingest.planning.batch import Merged
from ingest.planning.dimensions import Dimensions
from ingest.planning.stored import Key
from results.documents import Object
from results.jsontext import dumps
from results.keys import key_hex
from results.status import Status, by_name


@dataclass(frozen=True, slots=True)
class Row:
    """A row to write, and the object that it holds."""

    key: Key
    columns: dict[str, Any]
    merged: Merged


def checkout_rows(merged: dict[Key, Merged], dimensions: Dimensions) -> list[Row]:
    """Return the rows of checkouts; their revisions and trees are made when new."""
    items = [part.item for part in merged.values()]
    columns: dict[str, list[Any]] = {
        "known": [True] * len(items),
        "revision_id": revisions(items, [part.order[0] for part in merged.values()], dimensions),
        "origin_id": _origins(items, dimensions),
        "start_time": [_time(item) for item in items],
        "valid": [item.get("valid") for item in items],
        **_contents(items, dimensions, is_plain=True),  # the summaries read them by SQL
    }
    return _rows(merged, columns)


def revisions(items: list[Object], arrived: list[datetime], dimensions: Dimensions) -> list[int | None]:
    """Return the revision of each checkout, made when new; None without a commit.

    ``arrived`` is when each was submitted: the start of the revision of one that does not say its own.
    """
    aliases = _tree_aliases() if items else {}
    trees = dimensions.trees.of([tuple(normalise.tree(item, aliases)) for item in items])
    keys = [
        (tree, item["git_commit_hash"].strip(), item.get("patchset_hash", "").strip())
        if "git_commit_hash" in item
        else None
        for tree, item in zip(trees, items, strict=True)
    ]
    first_look = [
        (
            at,
            at,  # its place, until it is put in order
            normalise.clip(item.get("git_commit_name", "")),
            normalise.first_line(item.get("git_commit_message", "")),
        )
        for item, at in ((item, _time(item) or when) for item, when in zip(items, arrived, strict=True))
    ]
    return dimensions.revisions.of(keys, first_look)


def _tree_aliases() -> dict[str, tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT url, name, canonical_url FROM results_treealias")
        return {url: (name, canonical) for url, name, canonical in cursor.fetchall()}


def build_rows(merged: dict[Key, Merged], dimensions: Dimensions) -> list[Row]:
    """Return the rows of builds; rows for checkouts that are only names are made."""
    items = [part.item for part in merged.values()]
    dimensions.mention_checkouts(item["checkout_id"] for item in items)
    columns: dict[str, list[Any]] = {
        "known": [True] * len(items),
        "status": [_status(item) for item in items],
        "checkout_id": [dimensions.checkouts.ids[key_hex(item["checkout_id"])] for item in items],
        "origin_id": _origins(items, dimensions),
        "architecture_id": dimensions.architectures.of(
            [normalise.architecture(item.get("architecture")) for item in items]
        ),
        "config_id": dimensions.configs.of([normalise.config(item.get("config_name")) for item in items]),
        "compiler_id": dimensions.compilers.of([normalise.compiler(item.get("compiler")) for item in items]),
        "lab_id": dimensions.lab_ids(
            dimensions.names.lab(item.get("misc"), item["origin"]) for item in items
        ),
        "start_time": [_time(item) for item in items],
        "duration": [normalise.number(item.get("duration"))[0] for item in items],
        **_contents(items, dimensions),
    }
    return _rows(merged, columns)


def issue_rows(merged: dict[Key, Merged], dimensions: Dimensions) -> list[Row]:
    """Return the rows of issues."""
    items = [part.item for part in merged.values()]
    culprits = [item.get("culprit", {}) for item in items]
    columns = {
        "kcidb_id": [item["id"] for item in items],
        "origin_id": _origins(items, dimensions),
        "comment": [item.get("comment", "") for item in items],
        "culprit_code": [culprit.get("code") for culprit in culprits],
        "culprit_tool": [culprit.get("tool") for culprit in culprits],
        "culprit_harness": [culprit.get("harness") for culprit in culprits],
        "document_id": dimensions.documents.of_texts([dumps(item).decode() for item in items]),
    }
    return _rows(merged, columns)


def incident_rows(merged: dict[Key, Merged], dimensions: Dimensions) -> list[Row]:
    """Return the rows of incidents. What they point at need not exist."""
    items = [part.item for part in merged.values()]
    columns = {
        "kcidb_id": [item["id"] for item in items],
        "origin_id": _origins(items, dimensions),
        "issue_key": [key_hex(item["issue_id"]) for item in items],
        "issue_version": [int(item["issue_version"]) for item in items],
        "build_key": [_key(item.get("build_id")) for item in items],
        "test_key": [_key(item.get("test_id")) for item in items],
        "present": [item.get("present") for item in items],
        "seen_at": [None] * len(items),  # the summaries find out
        "document_id": dimensions.documents.of_texts([dumps(item).decode() for item in items]),
    }
    return _rows(merged, columns)


def _rows(merged: dict[Key, Merged], columns: dict[str, list[Any]]) -> list[Row]:
    columns |= {"submission_id": [part.submission for part in merged.values()]}
    values = zip(*columns.values(), strict=True)
    return [
        Row(key, dict(zip(columns, row, strict=True)), part)
        for (key, part), row in zip(merged.items(), values, strict=True)
    ]


def _origins(items: list[Object], dimensions: Dimensions) -> list[int | None]:
    """Return the origins of objects; the origins that their ids begin with are made known, too."""
    dimensions.origins.add({normalise.clip(item["id"].partition(":")[0]): () for item in items})
    return dimensions.origins.of([dimensions.names.origin(item["origin"]) for item in items])


def _contents(
    items: list[Object], dimensions: Dimensions, *, is_plain: bool = False
) -> dict[str, list[int | None]]:
    texts: list[str | None] = [
        dumps({name: value for name, value in item.items() if name != "log_excerpt"}).decode()
        for item in items
    ]
    return {
        "document_id": dimensions.documents.of_texts(texts, is_plain=is_plain),
        "excerpt_id": dimensions.excerpts.of_texts([item.get("log_excerpt") for item in items]),
    }


def _time(item: Object) -> Any:
    return normalise.instant(item["start_time"])[0] if "start_time" in item else None


def _status(item: Object) -> int:
    return int(by_name(item["status"]) if "status" in item else Status.NONE)


def _key(kcidb_id: str | None) -> str | None:
    return key_hex(kcidb_id) if kcidb_id is not None else None
