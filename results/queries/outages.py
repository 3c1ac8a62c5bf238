"""Outages: when a lab or a device was ill, as other labs that ran the same show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Literal

from results.db import fetch
from results.queries.records import RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision


@dataclass(frozen=True, slots=True)
class OutageRow:
    """An outage of a lab, or of one platform in it (None: the whole lab), in one tree.

    It lasted from the revision ``first`` to the one first tested at ``ended``. ``failures`` of
    ``results`` were bad. ``released``: it lasted so long that its failures count as the kernel's.
    """

    lab: str
    platform: str | None
    first: RevisionRef
    began: datetime
    ended: datetime
    results: int
    failures: int
    confirmed: bool
    released: bool


# Leans on outage_lab.
_OUTAGES: Final = SQL("""
    SELECT la.name AS lab, p.name AS platform, {revision}, o.began, o.ended, o.results, o.failures,
           o.confirmed, o.released
    FROM results_outage o
    JOIN results_lab la ON la.id = o.lab_id
    LEFT JOIN results_platform p ON p.id = o.platform_id
    JOIN results_revision r ON r.id = o.first_id
    JOIN results_tree tr ON tr.id = r.tree_id
    WHERE {where} ORDER BY o.ended DESC, o.id DESC LIMIT {limit}
""")


def outage_listing(lab: str = "", *, since: datetime | None = None, limit: int = 20) -> tuple[OutageRow, ...]:
    """Return the newest outages of a lab, or of all ("")."""
    conditions: list[Composable] = [SQL("true")]
    if lab:
        conditions.append(SQL("la.name = {}").format(Literal(lab)))
    if since:
        conditions.append(SQL("o.ended >= {}").format(Literal(since)))
    query = _OUTAGES.format(
        revision=REVISION_COLUMNS, where=SQL(" AND ").join(conditions), limit=Literal(limit)
    )
    return tuple(fetch(query, _outage))


def _outage(**columns: Any) -> OutageRow:
    return OutageRow(first=as_revision(columns), **columns)
