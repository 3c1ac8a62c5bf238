"""What ran of products: counts by device and suite in the newest revision of each branch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg.sql import SQL, Composed, Identifier, Literal

from results.db import fetch
from results.queries.picked import picked
from results.queries.product_branches import Branch, Parts
from results.queries.records import StatusCounts
from results.selection import Selection
from results.status import COUNT_COLUMNS

TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Cell:
    """Boots or tests of one suite on one device under one selection (``part``) of a product.

    ``counts`` are those of the revision that is looked at. ``day`` (UTC) is when anything of it ran
    last in the window of the branch, None when no run says when it was.
    """

    part: int
    platform: str | None
    suite: str
    is_boot: bool
    counts: StatusCounts
    day: date | None


@dataclass(frozen=True, slots=True)
class Ran:
    """What ran of a product on a branch; ``head``: which of its revisions is looked at."""

    head: int
    cells: tuple[Cell, ...]


# One row of ``windows`` for each revision of each branch. Leans on build_revision and resultcount_identity.
_CELLS: Final = SQL("""
    WITH windows AS (
        SELECT * FROM unnest({products}::int[], {trees}::int[], {revisions}::int[], {ages}::int[])
            AS w (product, tree, revision, age)
    ),
    ran AS MATERIALIZED (
        SELECT w.tree, w.age, part.*
        FROM ({parts}) part JOIN windows w ON w.product = part.product AND w.revision = part.revision
    ),
    heads AS (
        SELECT product, tree, CASE WHEN product = ANY({pinned}::int[]) THEN 0 ELSE min(age) END AS age
        FROM ran GROUP BY product, tree
    )
    SELECT ran.product, ran.tree, h.age, ran.part, ran.is_boot,
           (SELECT name FROM results_platform WHERE id = ran.platform_id) AS platform,
           (SELECT name FROM results_suite WHERE id = ran.suite_id) AS suite,
           ARRAY[{counts}] AS counts, max(ran.day) AS day
    FROM ran JOIN heads h ON h.product = ran.product AND h.tree = ran.tree
    GROUP BY ran.product, ran.tree, h.age, ran.part, ran.is_boot, ran.platform_id, ran.suite_id
""")

_COUNT: Final = SQL("coalesce(sum(ran.{}) FILTER (WHERE ran.age = h.age), 0)::int")

_PART: Final = SQL("""
    SELECT {product} AS product, {part} AS part, b.revision_id AS revision, rc.*
    FROM ({picked}) rc JOIN results_build b ON b.id = rc.build_id
""")


def product_cells(
    products: Sequence[Parts], branches: Iterable[Branch], *, pinned: Iterable[int] = ()
) -> dict[tuple[int, int], Ran]:
    """Return what ran on each branch, by product and tree; a branch where nothing ran is left out.

    Looked at is the newest revision on which anything ran; of ``pinned`` products the newest at all.
    May raise QueryTimeout.
    """
    shown = list(branches)
    revisions: dict[tuple[int, int], list[int]] = defaultdict(list)
    for branch in shown:
        for part in branch.parts:
            revisions[branch.product, part] += (position.number for position in branch.revisions)
    if not revisions:
        return {}
    windows = [(b.product, b.tree, r.number, age) for b in shown for age, r in enumerate(b.revisions)]
    query = _CELLS.format(
        parts=SQL(" UNION ALL ").join(
            _part(product, part, products[product][part], numbers)
            for (product, part), numbers in revisions.items()
        ),
        pinned=Literal(list(pinned)),
        counts=SQL(", ").join(_COUNT.format(Identifier(name)) for name in COUNT_COLUMNS.values()),
        **{
            name: Literal([row[column] for row in windows])
            for column, name in enumerate(("products", "trees", "revisions", "ages"))
        },
    )
    cells: dict[tuple[int, int, int], list[Cell]] = defaultdict(list)

    def keep(*, product: int, tree: int, age: int, counts: list[int], **columns: Any) -> None:
        cells[product, tree, age].append(Cell(counts=StatusCounts.of(counts), **columns))

    fetch(query, keep, timeout_ms=TIMEOUT_MS)
    return {
        (product, tree): Ran(age, tuple(sorted(rows, key=_order)))
        for (product, tree, age), rows in cells.items()
    }


def _part(product: int, part: int, selection: Selection, revisions: list[int]) -> Composed:
    within = SQL("b.revision_id = ANY({}::int[])").format(Literal(revisions))
    return _PART.format(
        product=Literal(product),
        part=Literal(part),
        picked=picked(selection.without("tree", "branch", "url"), within=within),
    )


def _order(cell: Cell) -> tuple[bool, str, str, int, bool]:
    return (cell.platform is None, cell.platform or "", cell.suite, cell.part, not cell.is_boot)
