"""Measurements of products: what was measured in a revision against what was measured before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import fetch
from results.products.gates import Measured
from results.queries.product_branches import Branch, Parts, Position
from results.queries.product_events import where_series
from results.selection import Selection, Term
from results.status import Status
from results.vocabulary import where

TIMEOUT_MS: Final = 10_000
LEAST: Final = 3
"""Earlier measurements below which nothing is compared."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A percentile of what a series measured in a revision, and in those before it."""

    series: int
    path: str
    platform: str | None
    unit: str
    now: float
    before: float

    @property
    def change(self) -> float:
        """By how many percent it moved; may be infinite."""
        if self.before == 0:
            return 0.0 if self.now == 0 else float("inf") if self.now > 0 else float("-inf")
        return 100 * (self.now - self.before) / abs(self.before)


@dataclass(frozen=True, slots=True)
class Question:
    """What gate ``number`` of a product asks of a branch: of a revision and of those before it."""

    number: int
    gate: Measured
    branch: Branch
    head: Position


# Leans on the names of paths, series_identity and test_history; only runs that passed measure anything.
_MEASURED: Final = SQL("""
    SELECT {product} AS product, {tree} AS tree, {number} AS number, s.id AS series, tp.name AS path,
           (SELECT name FROM results_platform WHERE id = s.platform_id) AS platform,
           coalesce({unit}, '') AS unit,
           {percentile} FILTER (WHERE ran.revision_id = {head}) AS now,
           {percentile} FILTER (WHERE ran.revision_id <> {head}) AS before
    FROM results_testpath tp
    JOIN results_series s ON s.path_id = tp.id AND s.tree_id = {tree}
    CROSS JOIN LATERAL (SELECT s.architecture_id, s.config_id, s.compiler_id) b
    JOIN results_test t ON t.series_id = s.id AND t.status = {passed} AND {value} IS NOT NULL
    JOIN results_build ran ON ran.id = t.build_id AND ran.revision_id = ANY({revisions}::int[])
    WHERE {path} AND ({wanted})
    GROUP BY s.id, tp.name, s.platform_id
    HAVING count(*) FILTER (WHERE ran.revision_id = {head}) > 0
           AND count(*) FILTER (WHERE ran.revision_id <> {head}) >= {least}
""")
_PERCENTILE: Final = SQL("percentile_cont({share}) WITHIN GROUP (ORDER BY {value})")
_BOOTS: Final = (Term("boot"), Term("boot.", prefix=True))
_UNIT: Final = SQL("(SELECT name FROM results_unit WHERE id = max(t.unit_id))")


def product_measurements(
    products: Sequence[Parts], questions: Sequence[Question]
) -> dict[tuple[int, int, int], tuple[Measurement, ...]]:
    """Return the answers by product, tree and number of the gate; may raise QueryTimeout."""
    if not questions:
        return {}
    found: dict[tuple[int, int, int], list[Measurement]] = {}

    def keep(*, product: int, tree: int, number: int, **columns: Any) -> None:
        found.setdefault((product, tree, number), []).append(Measurement(**columns))

    queries = [_asked(products[question.branch.product], question) for question in questions]
    fetch(SQL(" UNION ALL ").join(queries), keep, timeout_ms=TIMEOUT_MS)
    return {key: tuple(rows) for key, rows in found.items()}


def _asked(parts: Parts, question: Question) -> Composable:
    gate, branch = question.gate, question.branch
    window = branch.revisions[branch.revisions.index(question.head) :]
    value = SQL("t.duration") if gate.path is None else SQL("t.value")
    return _MEASURED.format(
        product=Literal(branch.product),
        tree=Literal(branch.tree),
        number=Literal(question.number),
        unit=SQL("'s'") if gate.path is None else _UNIT,
        value=value,
        percentile=_PERCENTILE.format(share=Literal(gate.percentile / 100), value=value),
        head=Literal(question.head.number),
        revisions=Literal([position.number for position in window]),
        passed=Literal(int(Status.PASS)),
        path=where(Selection.of({"path": _BOOTS if gate.path is None else [gate.path]}), "rows"),
        wanted=SQL(" OR ").join(SQL("({})").format(where_series(parts[part])) for part in branch.parts),
        least=Literal(LEAST),
    )
