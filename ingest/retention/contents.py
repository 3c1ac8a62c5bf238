"""Documents and excerpts that nothing names any more.

They are looked for while loaders work, and looked at again, and deleted, while none does: a loader
that finds a document may name it a moment later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db import connection, transaction
from psycopg.sql import SQL, Composable, Identifier, Literal

from ingest.locks import stop_loading

WINDOW: Final = 50_000
"""Contents that are looked at together: tests are read once for so many."""

_NAMED_BY: Final = {
    "document": ("test", "build", "checkout", "issue", "incident"),
    "excerpt": ("test", "build", "checkout"),
}

_END: Final = SQL("""
    SELECT max(id) FROM (SELECT id FROM {table} WHERE id > {after} ORDER BY id LIMIT {size}) w
""")
_ORPHANS: Final = SQL("SELECT id FROM {table} c WHERE id > {after} AND id <= {end} AND {unnamed}")
_DELETE: Final = SQL("DELETE FROM {table} c WHERE id = ANY({ids}) AND {unnamed}")
_FORGET: Final = SQL("DELETE FROM results_excerptsignature WHERE excerpt_id = ANY({ids})")


def prune_contents(note: Callable[[int], object]) -> None:
    """Delete orphaned contents; ``note`` is called in each transaction with how many went.

    It must move ``Pruning.contents``: by that loaders know that ids they remember are gone.
    """
    for kind in _NAMED_BY:
        for orphans in _windows(kind):
            with transaction.atomic():
                stop_loading()
                note(_delete(kind, orphans))


def _windows(kind: str) -> Iterator[list[int]]:
    """Yield the ids of what seems to be orphaned, as far as there was anything when this began."""
    table = Identifier(f"results_{kind}")
    last = _column(SQL("SELECT max(id) FROM {}").format(table))[0] or 0
    after = 0
    while after < last:
        bounds = {"table": table, "after": Literal(after), "size": Literal(WINDOW)}
        end = _column(_END.format(**bounds))[0]
        if orphans := _column(_ORPHANS.format(**bounds, end=Literal(end), unnamed=_unnamed(kind))):
            yield orphans
        after = end


def _delete(kind: str, ids: list[int]) -> int:
    with connection.cursor() as cursor:
        if kind == "excerpt":
            cursor.execute(_FORGET.format(ids=Literal(ids)))
        cursor.execute(
            _DELETE.format(table=Identifier(f"results_{kind}"), ids=Literal(ids), unnamed=_unnamed(kind))
        )
        deleted: int = cursor.rowcount
        return deleted


def _unnamed(kind: str) -> Composable:
    """Return the condition that no object names a content."""
    column = Identifier(f"{kind}_id")
    return SQL(" AND ").join(
        SQL("NOT EXISTS (SELECT FROM {} o WHERE o.{} = c.id)").format(Identifier(f"results_{name}"), column)
        for name in _NAMED_BY[kind]
    )


def _column(query: Composable) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]
