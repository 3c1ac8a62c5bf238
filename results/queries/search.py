"""Finding things by a piece of their name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

from psycopg.sql import SQL, Literal

from results.db import fetch
from results.keys import key_of
from results.queries.revision_counts import HAS_CHECKOUT
from results.vocabulary import escape_like

Kind = OneOf["tree", "suite", "test", "device", "lab", "config", "product", "issue", "regression"]
IdKind = OneOf["test", "build", "issue"]

TIMEOUT_MS: Final = 1500
LIMIT: Final = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """Something whose name (or note) contains the text. Of a tree the note is its branch.

    Of a device it is the compatible that matched, of an issue the comment. A product is named by its
    short name; its note is the long one. A regression is named by its number; its note is what it is
    and what its log says.
    """

    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of a kind, exact names first; ``more``: there are others."""

    kind: Kind
    hits: tuple[Hit, ...]
    more: bool


_SOURCES: Final[dict[Kind, SQL]] = {
    "tree": SQL("""
        SELECT DISTINCT tr.name, tr.branch AS note FROM results_tree tr
        WHERE (tr.name || '/' || tr.branch) ILIKE {pattern}
              AND EXISTS (SELECT FROM results_revision r WHERE r.tree_id = tr.id AND {has_checkout})
    """),
    "suite": SQL("SELECT name, '' AS note FROM results_suite WHERE name ILIKE {pattern}"),
    "test": SQL("SELECT name, '' AS note FROM results_testpath WHERE name ILIKE {pattern}"),
    "device": SQL("""
        SELECT name, coalesce(
            (SELECT c FROM unnest(compatibles) c WHERE c ILIKE {pattern} ORDER BY length(c) LIMIT 1), ''
        ) AS note
        FROM results_platform
        WHERE name ILIKE {pattern} OR EXISTS (SELECT FROM unnest(compatibles) c WHERE c ILIKE {pattern})
    """),
    "lab": SQL("SELECT name, '' AS note FROM results_lab WHERE name ILIKE {pattern}"),
    "config": SQL("SELECT name, '' AS note FROM results_config WHERE name ILIKE {pattern}"),
    "product": SQL("""
        SELECT slug AS name, name AS note FROM results_product
        WHERE deleted IS NULL AND (name ILIKE {pattern} OR slug ILIKE {pattern})
    """),
    "issue": SQL("""
        SELECT kcidb_id AS name, comment AS note FROM results_issue
        WHERE is_newest AND (comment ILIKE {pattern} OR kcidb_id ILIKE {pattern})
    """),
    # Events are few enough to be looked through.
    "regression": SQL("""
        SELECT e.id::text AS name,
               concat(title, CASE WHEN signature <> '' THEN ': ' END, signature,
                      ' (', tr.name, CASE WHEN tr.branch <> '' THEN '/' END, tr.branch, ')') AS note
        FROM results_event e JOIN results_tree tr ON tr.id = e.tree_id
        WHERE title ILIKE {pattern} OR signature ILIKE {pattern}
    """),
}

_GROUP: Final = SQL("""
    (SELECT {kind} AS kind, name, note FROM ({source}) found
     ORDER BY lower(name) = lower({text}) DESC, length(name), name, note LIMIT {limit})
""")

_WITH_ID: Final = SQL("""
    SELECT 'test' AS kind WHERE EXISTS (SELECT FROM results_test WHERE key = {key})
    UNION ALL SELECT 'build' WHERE EXISTS (SELECT FROM results_build WHERE key = {key} AND known)
    UNION ALL SELECT 'issue' WHERE EXISTS (SELECT FROM results_issue WHERE key = {key})
""")


def search(text: str) -> tuple[Hits, ...]:
    """Return what has a text in its name, by kind; kinds without any are left out.

    Case makes no difference, and nothing in the text has a special meaning. May raise QueryTimeout.
    """
    groups = [
        _GROUP.format(
            kind=Literal(kind),
            source=source.format(
                pattern=Literal(f"%{escape_like(text)}%"),
                **({"has_checkout": HAS_CHECKOUT} if kind == "tree" else {}),
            ),
            text=Literal(text),
            limit=Literal(LIMIT + 1),
        )
        for kind, source in _SOURCES.items()
    ]
    found: dict[Kind, list[Hit]] = defaultdict(list)
    for kind, hit in fetch(SQL(" UNION ALL ").join(groups), _hit, timeout_ms=TIMEOUT_MS):
        found[kind].append(hit)
    return tuple(
        Hits(kind, tuple(found[kind][:LIMIT]), len(found[kind]) > LIMIT) for kind in _SOURCES if found[kind]
    )


def kinds_with_id(kcidb_id: str) -> tuple[IdKind, ...]:
    """Return what has this id, exactly: usually one thing, or nothing."""
    return tuple(fetch(_WITH_ID.format(key=Literal(key_of(kcidb_id))), lambda kind: kind))


def _hit(*, kind: Kind, name: str, note: str) -> tuple[Kind, Hit]:
    return kind, Hit(name, note)
