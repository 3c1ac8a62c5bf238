"""After an alias of a lab, a platform or an origin was changed: what is filed under its names.

Everything that stands under one of the names is looked at; what its document says, and the
aliases as they are now, tell where it belongs. Counts follow by the refresh of what is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from psycopg.sql import SQL, Composed, Identifier

from ingest.locks import stop_loading
from ingest.planning.dimensions import Dimensions
from ingest.planning.names import read_names
from ingest.planning.series import Variant
from results.documents import restore, test_id, unpack
from results.models import Due, NameAlias, Test
from results.models.dimensions import NAMED
from results.rollups import refile_pruned, stop_refreshing

BATCH: Final = 2_000

Kind = NameAlias.Kind

_WITH_ORIGIN: Final = ("results_checkout", "results_issue", "results_incident")

_TESTS: Final = """
    SELECT t.key, t.kcidb_id, d.body, p.name, b.key, t.series_id, s.path_id, s.suite_id,
           s.tree_id, s.config_id, s.architecture_id, s.compiler_id
    FROM unnest(%s::uuid[]) AS k (key)
    JOIN results_test t ON t.key = k.key
    JOIN results_build b ON b.id = t.build_id
    JOIN results_series s ON s.id = t.series_id
    JOIN results_testpath p ON p.id = s.path_id
    JOIN results_document d ON d.id = t.document_id
"""
_MOVE_TESTS: Final = """
    UPDATE results_test t SET series_id = moved.series_id
    FROM unnest(%s::uuid[], %s::int[]) AS moved (key, series_id) WHERE t.key = moved.key
"""

# Nothing is left of the old series, and nothing was said of the new one: what was said stays said.
# Of several old ones that became one, the first is heard.
_MOVE_VERDICTS: Final = """
    UPDATE results_seriesverdict v SET series_id = moved.new FROM (
        SELECT DISTINCT ON (m.new) said.id, m.new
        FROM unnest(%s::int[], %s::int[]) AS m (old, new)
        JOIN results_seriesverdict said ON said.series_id = m.old
        WHERE NOT EXISTS (SELECT FROM results_test t WHERE t.series_id = m.old)
              AND NOT EXISTS (SELECT FROM results_seriesverdict other WHERE other.series_id = m.new)
        ORDER BY m.new, said.id
    ) moved
    WHERE v.id = moved.id
"""


def move_named(kind: Kind, names: set[str]) -> int:
    """File anew what stands under one of the names; return how many builds, tests and others moved."""
    ids = list(NAMED[kind].objects.filter(name__in=names).values_list("id", flat=True))
    moved = 0
    if kind == Kind.ORIGIN:
        moved += sum(_move_origins(table, ids) for table in _WITH_ORIGIN)
    if kind != Kind.PLATFORM:
        moved += _move_builds(kind, ids)
    moved += _move_tests(kind, ids)
    _move_pruned(kind, names)
    return moved


def _move_origins(table: str, ids: list[int]) -> int:
    moved = 0
    for rows in _objects(table, Kind.ORIGIN, ids):
        with transaction.atomic():
            stop_refreshing()
            stop_loading()
            known = _dimensions()
            origins = known.origins.of([known.names.origin(item["origin"]) for _, _, item in rows])
            moved += _update(table, ("origin_id",), [id_ for id_, _, _ in rows], [origins])
    return moved


def _move_builds(kind: Kind, ids: list[int]) -> int:
    moved = 0
    for rows in _objects("results_build", kind, ids):
        with transaction.atomic():
            stop_refreshing()
            stop_loading()
            known = _dimensions()
            origins = known.origins.of([known.names.origin(item["origin"]) for _, _, item in rows])
            labs = known.lab_ids(known.names.lab(item.get("misc"), item["origin"]) for _, _, item in rows)
            builds = [id_ for id_, _, _ in rows]
            moved += _update("results_build", ("origin_id", "lab_id"), builds, [origins, labs])
            _note_due(key for _, key, _ in rows)
    return moved


def _objects(table: str, kind: Kind, ids: list[int]) -> Iterator[list[tuple[int, UUID, Any]]]:
    """Yield id, key and submitted form of the objects under these names, some at a time."""
    query = SQL("""
        SELECT o.id, o.key, d.body FROM {} o JOIN results_document d ON d.id = o.document_id
        WHERE o.id > %s AND {} = ANY(%s) ORDER BY o.id LIMIT %s
    """).format(Identifier(table), Identifier("o", f"{kind}_id"))
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [after, ids, BATCH])
            rows = cursor.fetchall()
        if not rows:
            return
        yield [(id_, key, restore(body, None)) for id_, key, body in rows]
        after = rows[-1][0]


def _update(table: str, columns: tuple[str, ...], ids: list[int], values: list[list[int | None]]) -> int:
    """Write references where they differ; return in how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(_update_statement(table, columns), [ids, *values])
        return int(cursor.rowcount)


def _update_statement(table: str, columns: tuple[str, ...]) -> Composed:
    names = SQL(", ").join(map(Identifier, columns))
    news = SQL(", ").join(Identifier("moved", column) for column in columns)
    return SQL("""
        UPDATE {} o SET ({}) = ROW({}) FROM unnest(%s::int[], {}) AS moved (id, {})
        WHERE o.id = moved.id AND ({}) IS DISTINCT FROM ({})
    """).format(
        Identifier(table),
        names,
        news,
        SQL(", ").join([SQL("%s::int[]")] * len(columns)),
        names,
        SQL(", ").join(Identifier("o", column) for column in columns),
        news,
    )


def _move_tests(kind: Kind, ids: list[int]) -> int:
    """Give the tests of series with these names the series where they belong."""
    found = Test.objects.filter(**{f"series__{kind}__in": ids}).values_list("key", flat=True)
    keys = found.iterator(chunk_size=BATCH)
    moved = 0
    while batch := list(islice(keys, BATCH)):
        moved += _move(batch)
    return moved


@transaction.atomic
def _move(keys: list[UUID]) -> int:
    stop_refreshing()
    stop_loading()
    known = _dimensions()
    with connection.cursor() as cursor:
        cursor.execute(_TESTS, [keys])
        rows = cursor.fetchall()
    variants = _variants(rows, known)
    known.series.add({(variant, row[6]): row[7] for row, variant in zip(rows, variants, strict=True)})
    moves = [
        (row[0], row[4], row[5], new)
        for row, variant in zip(rows, variants, strict=True)
        if (new := known.series.of(variant)[row[6]]) != row[5]
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_TESTS, [[move[0] for move in moves], [move[3] for move in moves]])
        pairs = {old: new for _, _, old, new in moves}
        cursor.execute(_MOVE_VERDICTS, [list(pairs), list(pairs.values())])
    _note_due({build for _, build, _, _ in moves})
    return len(moves)


def _variants(rows: list[tuple[Any, ...]], known: Dimensions) -> list[Variant]:
    """Return what makes the series of tests, with the names that they go under now."""
    named = []
    for key, kcidb_id, body, path, *_ in rows:
        fields = unpack(body, test_id(key, kcidb_id), path)
        named.append(
            (
                known.names.platform(fields.get("environment", {})),
                known.names.lab(fields.get("misc"), fields["origin"]),
                known.names.origin(fields["origin"]),
            )
        )
    platforms = known.platforms.of([part[0] for part in named], [([],)] * len(named))
    labs = known.lab_ids(part[1] for part in named)
    origins = known.origins.of([part[2] for part in named])
    return [
        Variant(platform, tree, lab or 0, config, architecture, compiler, origin or 0)
        for platform, lab, origin, (tree, config, architecture, compiler) in zip(
            platforms, labs, origins, (row[8:] for row in rows), strict=True
        )
    ]


def _move_pruned(kind: Kind, names: set[str]) -> None:
    """Counts of pruned builds have no documents: those of an alias go where it leads, and stay there."""
    ids = dict(NAMED[kind].objects.values_list("name", "id"))
    for alias in NameAlias.objects.filter(kind=kind, alias__in=names):
        if alias.alias in ids:
            refile_pruned(f"{kind}_id", ids[alias.alias], ids[alias.name])


def _dimensions() -> Dimensions:
    known = Dimensions()
    known.names = read_names()
    return known


def _note_due(builds: Iterable[UUID]) -> None:
    Due.objects.bulk_create(Due(kind=Due.Kind.BUILD, ref=key) for key in builds)
