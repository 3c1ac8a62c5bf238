"""What was measured at a revision: numbers of tests, durations of boots and builds, and ``misc``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from psycopg.sql import SQL, Composable, Literal

from results.compression import text_of
from results.db import fetch
from results.documents import LEAF, OWN_ID
from results.jsontext import loads
from results.judging.arrays import Columns, copied
from results.judging.miscellany import TELLING, measured_in, number_of
from results.models import Unit
from results.status import Status

TIMEOUT_MS: Final = 60_000
VALUE: Final = "measured"
BOOT_TIME: Final = "boot time"
BUILD_TIME: Final = "build time"
WARNINGS: Final = "warnings"
ERRORS: Final = "errors"
COUNTED: Final = {
    WARNINGS: ("warnings", "warning_count", "warnings_count", "n_warnings", "num_warnings", "build_warnings"),
    ERRORS: ("errors", "error_count", "errors_count", "n_errors", "num_errors", "build_errors"),
}
"""Under which names the ``misc`` of builds tells how many the compiler gave: a number or a list."""

IDENTITY: Final = ("series", "origin", "architecture", "config", "compiler")
"""Whose number it is: a series', or (0 for the series) that of the builds of a variant."""

NUMBERS: Final = np.dtype([*((name, "<i4") for name in IDENTITY), ("metric", "<i2"), ("value", "<f8")])


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was measured at one revision; ``metric`` is an index in ``metrics``, of names and units."""

    rows: Columns
    metrics: tuple[tuple[str, str], ...]


# Lean on build_revision, test_build and test_boots; only what passed measures anything.
_VALUES: Final = SQL("""
    SELECT b.revision_id, t.series, 0, 0, 0, 0, t.unit, t.value
    FROM results_build b
    CROSS JOIN LATERAL (
        SELECT array_agg(t.series_id) AS series, array_agg(coalesce(t.unit_id, 0)) AS unit,
               array_agg({value}) AS value
        FROM results_test t
        WHERE t.build_id = b.id AND {which} AND t.status = {passed}
    ) t
    WHERE b.revision_id = ANY({revisions}::int[])
""")
_BUILDS: Final = SQL("""
    SELECT array_agg(b.revision_id), 0, array_agg(coalesce(b.origin_id, 0)),
           array_agg(coalesce(b.architecture_id, 0)), array_agg(coalesce(b.config_id, 0)),
           array_agg(coalesce(b.compiler_id, 0)), 0, array_agg(b.duration)
    FROM results_build b
    WHERE b.revision_id = ANY({revisions}::int[]) AND b.known AND NOT b.is_dummy
          AND b.status = {passed} AND b.duration > 0
""")
_COLUMNS: Final = (("revision", "i4"), *((name, "i4") for name in IDENTITY), ("unit", "i4"), ("value", "f8"))

# Many tests share a document: each one is looked at once.
_DOCUMENTS: Final = SQL("""
    SELECT d.id, d.body FROM results_document d
    WHERE d.id = ANY(ARRAY(
        SELECT DISTINCT t.document_id
        FROM results_build b JOIN results_test t ON t.build_id = b.id AND t.status = {passed}
        WHERE b.revision_id = ANY({revisions}::int[])
    ))
""")
_TOLD: Final = SQL("""
    SELECT b.revision_id AS revision, t.series_id AS series, t.document_id AS document
    FROM results_build b JOIN results_test t ON t.build_id = b.id AND t.status = {passed}
    WHERE b.revision_id = ANY({revisions}::int[]) AND t.document_id = ANY({documents}::int[])
""")
_TOLD_OF_BUILDS: Final = SQL("""
    SELECT d.body, b.revision_id AS revision, coalesce(b.origin_id, 0) AS origin,
           coalesce(b.architecture_id, 0) AS architecture, coalesce(b.config_id, 0) AS config,
           coalesce(b.compiler_id, 0) AS compiler
    FROM results_build b JOIN results_document d ON d.id = b.document_id
    WHERE b.revision_id = ANY({revisions}::int[]) AND b.known AND NOT b.is_dummy
          AND b.status = {passed}
""")

_ROW: Final = np.dtype([*((name, "<i4") for name in IDENTITY), ("value", "<f8")])
_Part = tuple[str, str, Columns]
"""A metric, its unit, and whose values they are."""
_Told = dict[tuple[int, str, str], list[tuple[Any, ...]]]
"""Revision, metric and unit -> identities and values."""


def read_numbers(revisions: Sequence[int]) -> dict[int, Numbers]:
    """Return what was measured at each revision."""
    about = {
        "revisions": Literal(list(revisions)),
        "passed": Literal(int(Status.PASS)),
    }
    names = dict(Unit.objects.values_list("id", "name"))
    parts: dict[int, list[_Part]] = {revision: [] for revision in revisions}
    for metric, query in _queries(about):
        rows = copied(query, _COLUMNS)
        rows = rows[np.isfinite(rows["value"])]
        for revision, unit in np.unique(rows[["revision", "unit"]]).tolist():
            chosen = rows[(rows["revision"] == revision) & (rows["unit"] == unit)]
            parts[revision].append((metric, names.get(unit, "") if metric == VALUE else "s", chosen))
    for (revision, metric, unit), told in _told(about).items():
        parts[revision].append((metric, unit, np.array(told, _ROW)))
    return {revision: _numbers(parts[revision]) for revision in revisions}


def _queries(about: Mapping[str, Literal]) -> Iterator[tuple[str, Composable]]:
    yield VALUE, _VALUES.format(value=SQL("t.value"), which=SQL("t.value IS NOT NULL"), **about)
    boots = SQL("t.is_boot AND t.duration > 0")
    yield BOOT_TIME, _VALUES.format(value=SQL("t.duration"), which=boots, **about)
    yield BUILD_TIME, _BUILDS.format(**about)


def _told(about: Mapping[str, Literal]) -> _Told:
    """Return what ``misc`` tells, of tests and of builds."""
    told: _Told = defaultdict(list)
    documents: list[dict[str, Any]] = fetch(_DOCUMENTS.format(**about), dict, timeout_ms=TIMEOUT_MS)
    texts = {row["id"]: text_of(row["body"]) for row in documents}
    measured = {id_: measured_in(_parsed(text)) for id_, text in texts.items() if TELLING.search(text)}
    if named := sorted(id_ for id_, found in measured.items() if found):
        query = _TOLD.format(documents=Literal(named), **about)
        tests: list[dict[str, Any]] = fetch(query, dict, timeout_ms=TIMEOUT_MS)
        for row in tests:
            for metric, unit, value in measured[row["document"]]:
                told[row["revision"], metric, unit].append((row["series"], 0, 0, 0, 0, value))
    builds: list[dict[str, Any]] = fetch(_TOLD_OF_BUILDS.format(**about), dict, timeout_ms=TIMEOUT_MS)
    for row in builds:
        document = _parsed(text_of(row["body"]))
        identity = (0, *(row[name] for name in IDENTITY[1:]))
        for metric, count in counts_in(document).items():
            told[row["revision"], metric, metric].append((*identity, float(count)))
        for metric, unit, value in measured_in(document):
            told[row["revision"], metric, unit].append((*identity, value))
    return told


def counts_in(document: Mapping[str, Any]) -> dict[str, int]:
    """Return how many warnings and errors a build says that its compiler gave, where it does."""
    misc = document.get("misc")
    found: dict[str, int] = {}
    if isinstance(misc, Mapping):
        for metric, names in COUNTED.items():
            for value in (misc[name] for name in names if name in misc):
                count = float(len(value)) if isinstance(value, list) else number_of(value)
                if count is not None and count >= 0:
                    found.setdefault(metric, int(count))
    return found


def _parsed(body: str) -> dict[str, Any]:
    # Placeholders of tests' own ids are control characters, which JSON has no place for.
    document = loads(body.replace(OWN_ID, "").replace(LEAF, "").encode())
    return document if isinstance(document, dict) else {}


def _numbers(parts: Sequence[_Part]) -> Numbers:
    """Return the numbers of one revision, in an order that depends on nothing but them."""
    metrics = sorted({(metric, unit) for metric, unit, _ in parts})
    made = []
    for metric, unit, rows in parts:
        columns = np.empty(len(rows), NUMBERS)
        columns["metric"] = metrics.index((metric, unit))
        for name in (*IDENTITY, "value"):
            columns[name] = rows[name]
        made.append(columns)
    together = np.concatenate([np.empty(0, NUMBERS), *made])
    return Numbers(np.sort(together, order=NUMBERS.names), tuple(metrics))
