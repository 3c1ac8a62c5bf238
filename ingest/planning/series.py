"""Series by what makes them: a variant (everything but the path) and a path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.db import connection
from psycopg.sql import SQL, Composed, Identifier

from ingest.planning.tables import CACHE_SIZE, add_rows, array, next_ids


class Variant(NamedTuple):
    """Ids of everything but the path that makes a series; None where it is not known."""

    platform_id: int | None
    tree_id: int | None
    lab_id: int
    config_id: int | None
    architecture_id: int | None
    compiler_id: int | None
    origin_id: int


Missing = dict[tuple[Variant, int], int]
"""Variant and path id -> suite id, of series that are not known."""

COLUMNS: Final = ("path_id", *Variant._fields, "suite_id")


class SeriesTable:
    """Ids of series, of each variant by path."""

    def __init__(self) -> None:
        self._of: dict[Variant, dict[int, int]] = {}
        self._size = 0

    def forget_if_full(self) -> None:
        """Empty the cache when it has grown too large; to be called between batches."""
        if self._size > CACHE_SIZE:
            self._of.clear()
            self._size = 0

    def of(self, variant: Variant) -> dict[int, int]:
        """Return path id -> series id as far as known; ``add`` fills it."""
        return self._of.setdefault(variant, {})

    def add(self, missing: Missing) -> None:
        """Make known, or make, the series of variants and paths."""
        left = missing
        while left:
            self._look_up(left)
            left = {key: suite for key, suite in left.items() if key[1] not in self.of(key[0])}
            if left:
                left = {} if self._insert(sorted(left, key=_place), left) else left

    def _insert(self, keys: list[tuple[Variant, int]], suites: Missing) -> bool:
        ids = next_ids("results_series", len(keys))
        rows = [
            (number, path, *variant, suites[variant, path])
            for number, (variant, path) in zip(ids, keys, strict=True)
        ]
        is_done = add_rows("results_series", ("id", *COLUMNS), rows)
        if is_done:
            for number, (variant, path) in zip(ids, keys, strict=True):
                self.of(variant)[path] = number
            self._size += len(keys)
        return is_done

    def _look_up(self, keys: Iterable[tuple[Variant, int]]) -> None:
        alike: dict[tuple[bool, ...], list[tuple[Variant, int]]] = {}
        for key in sorted(keys, key=_place):
            alike.setdefault(tuple([part is None for part in key[0]]), []).append(key)
        for nulls, group in alike.items():
            columns = [[path for _, path in group], *zip(*[variant for variant, _ in group], strict=True)]
            arrays = [array([part or 0 for part in column]) for column in columns]
            with connection.cursor() as cursor:
                cursor.execute(_select(nulls), arrays)
                for number, found in cursor.fetchall():
                    variant, path = group[number - 1]
                    self.of(variant)[path] = found
                    self._size += 1


def _place(key: tuple[Variant, int]) -> list[int]:
    """Return where a series stands in its index: neighbours are found and added together."""
    return [key[1], *[part or 0 for part in key[0]]]


def _select(nulls: tuple[bool, ...]) -> Composed:
    """Return the look-up of series with NULL in these columns: so said, it can use the index.

    OFFSET 0 keeps it there: of a young table PostgreSQL knows too little to choose well.
    """
    names = COLUMNS[:-1]
    return SQL("""
        SELECT k.n, t.id FROM unnest({}) WITH ORDINALITY AS k ({}, n)
        CROSS JOIN LATERAL (SELECT t.id FROM results_series t WHERE {} OFFSET 0) t
    """).format(
        SQL(", ").join([SQL("%s::int[]")] * len(names)),
        SQL(", ").join(map(Identifier, names)),
        SQL(" AND ").join(
            (SQL("t.{0} IS NULL") if is_null else SQL("t.{0} = k.{0}")).format(Identifier(name))
            for name, is_null in zip(names, (False, *nulls), strict=True)
        ),
    )
