"""How series fail, from the log excerpts of their newest failures; and which known issues they show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from psycopg.sql import SQL, Literal

from results.analysis.signatures import signature_of
from results.compression import text_of
from results.db import fetch
from results.judging.loading import TIMEOUT_MS, Loaded
from results.models import ExcerptSignature
from results.status import Status

READ: Final = 1000
"""Excerpts that are read for the first time in one judgement, those of the newest failures first."""

Sightings = Mapping[int, list[tuple[int, UUID]]]
"""Row -> positions, and the key of the issue that was seen there."""

# Leans on test_unhappy.
_EXCERPTS: Final = SQL("""
    SELECT series, (array_agg(excerpt ORDER BY place DESC, key))[1] AS excerpt FROM (
        SELECT t.series_id AS series, t.excerpt_id AS excerpt, r.place, t.key
        FROM results_revision r
        JOIN results_build b ON b.revision_id = r.id
        JOIN results_test t ON t.build_id = b.id AND t.status = {fail} AND t.excerpt_id IS NOT NULL
        WHERE r.id = ANY({revisions}::int[])
    ) failures
    GROUP BY series ORDER BY max(place) DESC, excerpt
""")

_BUILD_EXCERPTS: Final = SQL("""
    SELECT DISTINCT ON (b.origin_id, b.architecture_id, b.config_id, b.compiler_id)
           b.origin_id, b.architecture_id, b.config_id, b.compiler_id, b.excerpt_id AS excerpt
    FROM results_build b JOIN results_revision r ON r.id = b.revision_id
    WHERE r.id = ANY({revisions}::int[]) AND b.status = {fail} AND b.excerpt_id IS NOT NULL
    ORDER BY b.origin_id, b.architecture_id, b.config_id, b.compiler_id, r.place DESC, b.key
""")

_UNREAD: Final = SQL("""
    SELECT e.id, e.body FROM unnest({excerpts}::int[]) WITH ORDINALITY AS wanted (id, place)
    JOIN results_excerpt e ON e.id = wanted.id
    WHERE NOT EXISTS (SELECT FROM results_excerptsignature s WHERE s.excerpt_id = e.id)
    ORDER BY wanted.place LIMIT {limit}
""")

# Leans on test_unhappy and incident_test.
_ISSUES: Final = SQL("""
    SELECT DISTINCT t.series_id AS series, b.revision_id AS revision, c.issue_key AS issue
    FROM results_build b
    JOIN results_test t ON t.build_id = b.id AND t.status = {fail}
    JOIN results_incident c ON c.test_key = t.key AND c.present
    WHERE b.revision_id = ANY({revisions}::int[])
""")

# Leans on incident_build.
_BUILD_ISSUES: Final = SQL("""
    SELECT DISTINCT b.origin_id, b.architecture_id, b.config_id, b.compiler_id, b.revision_id AS revision,
           c.issue_key AS issue
    FROM results_build b JOIN results_incident c ON c.build_key = b.key AND c.present
    WHERE b.revision_id = ANY({revisions}::int[]) AND b.status = {fail}
""")


class Rows:
    """Finds the row of a series, or of the builds of a variant."""

    def __init__(self, loaded: Loaded) -> None:
        builds = (loaded.series == 0).nonzero()[0].tolist()
        self._series = {number: row for row, number in enumerate(loaded.series.tolist()) if number}
        self._variants = {loaded.variant(row): row for row in builds}

    def take(self, columns: dict[str, Any]) -> int | None:
        """Take what names a subject out of a result row; None when it is not in the history."""
        variant = tuple(
            columns.pop(f"{axis}_id", None) for axis in ("origin", "architecture", "config", "compiler")
        )
        series = columns.pop("series", None)
        return self._series.get(series) if series else self._variants.get(variant)


def read_signatures(loaded: Loaded, rows: Rows) -> dict[int, str]:
    """Return how rows fail, where an excerpt tells; what was never read before is read now."""
    about = _about(loaded)
    excerpts: dict[int, int] = {}
    for query in (_EXCERPTS, _BUILD_EXCERPTS):
        found: list[dict[str, Any]] = fetch(query.format(**about), dict, timeout_ms=TIMEOUT_MS)
        for columns in found:
            row = rows.take(columns)
            if row is not None:
                excerpts[row] = columns["excerpt"]
    _read(list(dict.fromkeys(excerpts.values())))
    texts = dict(
        ExcerptSignature.objects.filter(excerpt__in=set(excerpts.values()))
        .exclude(text="")
        .values_list("excerpt_id", "text")
    )
    return {row: texts[excerpt] for row, excerpt in excerpts.items() if excerpt in texts}


def _read(excerpts: list[int]) -> None:
    query = _UNREAD.format(excerpts=Literal(excerpts), limit=Literal(READ))
    unread: list[dict[str, Any]] = fetch(query, dict, timeout_ms=TIMEOUT_MS)
    made = [
        ExcerptSignature(excerpt_id=each["id"], text=str(signature_of(text_of(each["body"])) or ""))
        for each in unread
    ]
    # Excerpts are shared by trees: another worker may have read them meanwhile.
    ExcerptSignature.objects.bulk_create(made, ignore_conflicts=True)


def codes(signatures: Mapping[int, str]) -> dict[int, int]:
    """Return a code for the signature of each row; equal signatures have equal codes."""
    code = {text: number for number, text in enumerate(sorted(set(signatures.values())))}
    return {row: code[text] for row, text in signatures.items()}


def issues_seen(loaded: Loaded, rows: Rows) -> Sightings:
    """Return where known issues were seen in failures."""
    position = {mark.id: number for number, mark in enumerate(loaded.revisions)}
    seen: dict[int, list[tuple[int, UUID]]] = defaultdict(list)
    for query in (_ISSUES, _BUILD_ISSUES):
        found: list[dict[str, Any]] = fetch(query.format(**_about(loaded)), dict, timeout_ms=TIMEOUT_MS)
        for columns in found:
            row = rows.take(columns)
            if row is not None:
                seen[row].append((position[columns["revision"]], columns["issue"]))
    return seen


def _about(loaded: Loaded) -> dict[str, Literal]:
    return {
        "revisions": Literal([mark.id for mark in loaded.revisions]),
        "fail": Literal(int(Status.FAIL)),
    }
