"""Issues as their origins report them: when, in which words, and in which checkouts they were seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from typing import Literal as OneOf
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier, Literal

from results.db import fetch
from results.documents import restore
from results.keys import key_of
from results.queries.checkouts import Checkout, checkouts_numbered
from results.queries.records import TreeRef
from results.queries.refs import TREE_COLUMNS, as_tree
from results.vocabulary import all_of

TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class IssueReport:
    """One version of an issue, as submitted; ``reported_at`` is the time of its newest submission."""

    id: str
    version: int
    origin: str
    reported_at: datetime | None
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sightings:
    """Where incidents say that one version of an issue is present.

    ``first`` and ``last`` are the checkouts of the first and the last test or build that shows it and
    whose checkout is known, None when there is none. ``trees``: by name and branch.
    """

    version: int
    first: Checkout | None
    first_seen: datetime | None
    last: Checkout | None
    last_seen: datetime | None
    trees: tuple[TreeRef, ...]


@dataclass(frozen=True, slots=True)
class BuildIncident:
    """An issue version that is present in a build."""

    build_id: str
    report: IssueReport


_REPORT: Final = SQL("""
    i.kcidb_id AS id, i.version, o.name AS origin,
    (SELECT submitted_at FROM results_submission WHERE id = i.submission_id) AS reported_at,
    d.body AS document
""")

_REPORTS: Final = SQL("""
    SELECT {report} FROM results_issue i
    JOIN results_origin o ON o.id = i.origin_id
    JOIN results_document d ON d.id = i.document_id
    LEFT JOIN results_submission su ON su.id = i.submission_id
    WHERE {where} ORDER BY su.submitted_at DESC NULLS LAST, i.id DESC
""")

# Leans on incident_issue.
_SIGHTINGS: Final = SQL("""
    WITH seen AS MATERIALIZED (
        SELECT c.issue_key, c.issue_version, coalesce(t.start_time, b.start_time) AS at, b.checkout_id,
               b.revision_id
        FROM results_incident c
        LEFT JOIN results_test t ON t.key = c.test_key
        LEFT JOIN results_build named ON named.key = c.build_key
        JOIN results_build b ON b.id = coalesce(named.id, t.build_id)
        WHERE c.present AND c.issue_key = ANY({keys}::uuid[])
    )
    SELECT issue_key, issue_version AS version, min(at) AS first_seen, max(at) AS last_seen,
           (array_agg(checkout_id ORDER BY at, checkout_id)
             FILTER (WHERE revision_id IS NOT NULL))[1] AS first,
           (array_agg(checkout_id ORDER BY at DESC NULLS LAST, checkout_id DESC)
             FILTER (WHERE revision_id IS NOT NULL))[1] AS last,
           array_agg(DISTINCT revision_id) AS revisions
    FROM seen GROUP BY issue_key, issue_version ORDER BY issue_key, issue_version
""")

_TREES: Final = SQL("""
    SELECT DISTINCT r.id, {tree} FROM results_revision r JOIN results_tree tr ON tr.id = r.tree_id
    WHERE r.id = ANY({revisions}::int[])
""")

# Leans on incident_build or incident_test.
_PRESENT: Final = SQL("""
    SELECT DISTINCT ON (i.kcidb_id, i.version) {report}
    FROM results_incident c
    JOIN results_issue i ON i.key = c.issue_key AND i.version = c.issue_version
    JOIN results_origin o ON o.id = i.origin_id
    JOIN results_document d ON d.id = i.document_id
    WHERE c.present AND c.{reference} = {key}
    ORDER BY i.kcidb_id, i.version
""")

# Leans on incident_issue.
_KEYS: Final = SQL("""
    SELECT coalesce(test_key, build_key) AS key FROM results_incident
    WHERE present AND issue_key = {key} AND issue_version = {version}
          AND coalesce(test_key, build_key) IS NOT NULL
""")

# Leans on incident_build.
_OF_BUILDS: Final = SQL("""
    SELECT b.kcidb_id AS build_id, {report}
    FROM results_build b
    JOIN results_incident c ON c.build_key = b.key AND c.present
    JOIN results_issue i ON i.key = c.issue_key AND i.version = c.issue_version
    JOIN results_origin o ON o.id = i.origin_id
    JOIN results_document d ON d.id = i.document_id
    WHERE b.checkout_id = ANY({checkouts}::int[])
    ORDER BY i.kcidb_id, b.kcidb_id
""")


def issue_reports(
    *, since: datetime | None = None, until: datetime | None = None, origin: str | None = None
) -> tuple[IssueReport, ...]:
    """Return the newest version of each issue that was reported in a time, the newest first."""
    conditions: list[Composable] = [SQL("i.is_newest")]
    if since:
        conditions.append(SQL("su.submitted_at >= {}").format(Literal(since)))
    if until:
        conditions.append(SQL("su.submitted_at <= {}").format(Literal(until)))
    if origin is not None:
        conditions.append(SQL("o.name = {}").format(Literal(origin)))
    return tuple(fetch(_REPORTS.format(report=_REPORT, where=all_of(conditions)), _report))


def issue_report(kcidb_id: str, version: int | None = None) -> IssueReport | None:
    """Return a version of an issue, the newest by default; None when it is not known."""
    which = SQL("i.is_newest") if version is None else SQL("i.version = {}").format(Literal(version))
    where = all_of([SQL("i.key = {}").format(Literal(key_of(kcidb_id))), which])
    found = fetch(_REPORTS.format(report=_REPORT, where=where), _report)
    return found[0] if found else None


def sightings(kcidb_ids: Sequence[str]) -> dict[str, tuple[Sightings, ...]]:
    """Return where each of these issues was seen, by version; issues that were not seen have nothing."""
    ids = {key_of(kcidb_id): kcidb_id for kcidb_id in kcidb_ids}
    rows: list[dict[str, Any]] = fetch(
        _SIGHTINGS.format(keys=Literal(list(ids))), dict, timeout_ms=TIMEOUT_MS
    )
    checkouts = checkouts_numbered([row[end] for row in rows for end in ("first", "last") if row[end]])
    trees = _trees([number for row in rows for number in row["revisions"] if number])
    found: dict[str, list[Sightings]] = {}
    for row in rows:
        named = {trees[number] for number in row.pop("revisions") if number}
        key: UUID = row.pop("issue_key")
        first, last = (checkouts.get(row.pop(end)) for end in ("first", "last"))
        found.setdefault(ids[key], []).append(
            Sightings(first=first, last=last, trees=tuple(sorted(named, key=_name)), **row)
        )
    return {kcidb_id: tuple(versions) for kcidb_id, versions in found.items()}


def build_incidents(checkouts: Sequence[int]) -> tuple[BuildIncident, ...]:
    """Return the issues in the builds of some checkouts."""
    query = _OF_BUILDS.format(report=_REPORT, checkouts=Literal(list(checkouts)))
    return tuple(
        fetch(query, lambda build_id, **report: BuildIncident(build_id, _report(**report)), as_written=True)
    )


def present_in(kind: OneOf["build", "test"], kcidb_id: str) -> tuple[IssueReport, ...]:
    """Return the issue versions that incidents say to be present in a build or a test."""
    query = _PRESENT.format(
        report=_REPORT, reference=Identifier(f"{kind}_key"), key=Literal(key_of(kcidb_id))
    )
    return tuple(fetch(query, _report))


def keys_of_version(kcidb_id: str, version: int) -> frozenset[UUID]:
    """Return the keys of the tests and builds in which one version of an issue is present."""
    query = _KEYS.format(key=Literal(key_of(kcidb_id)), version=Literal(version))
    return frozenset(fetch(query, lambda key: key))


def _report(*, document: bytes, **columns: Any) -> IssueReport:
    return IssueReport(fields=restore(document, None), **columns)


def _trees(revisions: Sequence[int]) -> dict[int, TreeRef]:
    query = _TREES.format(tree=TREE_COLUMNS, revisions=Literal(list(set(revisions))))
    rows: list[dict[str, Any]] = fetch(query, dict)
    return {row.pop("id"): as_tree(row) for row in rows}


def _name(tree: TreeRef) -> tuple[str, str, str]:
    return tree.name, tree.branch, tree.url
