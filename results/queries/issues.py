"""Issues: known problems, and where they were seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from typing import Literal as OneOf

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from results.db import Columns, fetch
from results.documents import restore
from results.errors import NotFound
from results.keys import key_of
from results.models import IssueTriage
from results.queries import paging
from results.queries.records import BuildRef, IssueRef, Listing, RevisionRef
from results.queries.refs import (
    BUILD_COLUMNS,
    REVISION_COLUMNS,
    REVISION_JOINS,
    as_build,
    as_revision_if_known,
)
from results.queries.tests import TestRow, test_rows
from results.status import Status
from results.vocabulary import all_of, escape_like

CULPRITS: Final = ("code", "tool", "harness")

Shown = OneOf["all", "tests", "builds", "absent"]
"""Which incidents: those in tests, in builds, or those that say the issue is absent."""


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue in its newest version. ``tests`` and ``builds``: incidents that say it is present.

    ``culprits``: what is to blame, of ``CULPRITS``. Times are those of the tests and builds.
    """

    issue: IssueRef
    version: int
    origin: str
    culprits: tuple[str, ...]
    triage: IssueTriage.State
    tests: int
    builds: int
    absent: int
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class IssueChangeRow:
    """A decision about an issue; ``who`` is "" for somebody whose account is gone."""

    at: datetime
    who: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class IssueVersion:
    """One version of an issue, as submitted."""

    version: int
    comment: str
    fields: dict[str, Any]
    submission: int


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident. ``test`` and ``build`` are None when it names none, or one that is not known.

    ``test_id`` and ``build_id`` are what it names, known or not ("" for none); the build of a known
    test counts as named.
    """

    id: str
    issue: str
    origin: str
    present: bool | None
    version: int
    comment: str
    test_id: str
    test: TestRow | None
    build_id: str
    build: BuildRef | None
    build_status: Status | None
    revision: RevisionRef | None


@dataclass(frozen=True, slots=True)
class IssueDetail:
    """An issue and its versions, newest first."""

    row: IssueRow
    versions: tuple[IssueVersion, ...]


_ISSUE_COLUMNS: Final = SQL("""
    i.id, i.kcidb_id, i.comment, i.version, o.name AS origin,
    i.culprit_code, i.culprit_tool, i.culprit_harness, coalesce(tri.state, {new}) AS triage,
    coalesce(n.tests, 0) AS tests, coalesce(n.builds, 0) AS builds, coalesce(n.absent, 0) AS absent,
    n.first_seen, n.last_seen
""").format(new=Literal(int(IssueTriage.State.NEW)))

_ISSUES: Final = SQL("""
    SELECT {columns} FROM results_issue i
    JOIN results_origin o ON o.id = i.origin_id
    LEFT JOIN results_issuecount n ON n.issue_key = i.key
    LEFT JOIN results_issuetriage tri ON tri.key = i.key
    WHERE i.is_newest AND {where}
    ORDER BY n.last_seen DESC NULLS LAST, i.id DESC LIMIT {limit}
""")

_VERSIONS: Final = SQL("""
    SELECT i.version, i.comment, d.body AS document, i.submission_id AS submission
    FROM results_issue i JOIN results_document d ON d.id = i.document_id
    WHERE i.key = {key} ORDER BY i.version DESC
""")

_CHANGES: Final = SQL("""
    SELECT c.at, coalesce(u.username, '') AS who, c.what, c.why
    FROM results_issuechange c LEFT JOIN auth_user u ON u.id = c.who_id
    WHERE c.issue_id = {key} ORDER BY c.id DESC LIMIT 200
""")

# Leans on incident_issue.
_INCIDENTS: Final = SQL("""
    SELECT c.id AS number, c.kcidb_id AS id, o.name AS origin, c.present, c.issue_version AS version,
           c.test_key, d.body AS document, {build}, b.status AS build_status, {revision}
    FROM results_incident c
    JOIN results_origin o ON o.id = c.origin_id
    JOIN results_document d ON d.id = c.document_id
    LEFT JOIN results_test t ON t.key = c.test_key
    LEFT JOIN results_build named ON named.key = c.build_key
    LEFT JOIN results_build b ON b.id = coalesce(named.id, t.build_id)
    {joins}
    WHERE {where}
    ORDER BY c.id DESC LIMIT {limit}
""")

_SHOWN: Final[dict[Shown, SQL]] = {
    "all": SQL("true"),
    "tests": SQL("c.present AND c.test_key IS NOT NULL"),
    "builds": SQL("c.present AND c.build_key IS NOT NULL"),
    "absent": SQL("NOT c.present"),
}
"""What ``results.rollups`` counts as tests, builds and absent."""


def issue_listing(
    search: str = "",
    *,
    origin: str | None = None,
    culprit: str | None = None,
    triage: IssueTriage.State | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Listing[IssueRow]:
    """Return issues, the most recently seen first. ``search``: a part of the comment or the id."""
    conditions: list[Composable] = []
    if search:
        text = Literal(f"%{escape_like(search)}%")
        conditions.append(SQL("(i.comment ILIKE {0} OR i.kcidb_id ILIKE {0})").format(text))
    if origin is not None:
        conditions.append(SQL("o.name = {}").format(Literal(origin)))
    if culprit is not None:
        conditions.append(Identifier("i", f"culprit_{CULPRITS[CULPRITS.index(culprit)]}"))
    if triage is not None:
        new = Literal(int(IssueTriage.State.NEW))
        conditions.append(SQL("coalesce(tri.state, {}) = {}").format(new, Literal(int(triage))))
    if after:
        conditions.append(_issue_after(*paging.decode(after, (datetime.fromisoformat, int))))
    rows = fetch(_issues(all_of(conditions), limit + 1), Columns)
    page = paging.listing(rows, limit, lambda row: (row["last_seen"], row["id"]))
    return Listing(tuple(_issue_row(**row) for row in page.rows), page.after)


def issue_detail(kcidb_id: str) -> IssueDetail:
    """Return an issue; NotFound when it is not known."""
    key = Literal(key_of(kcidb_id))
    found = fetch(_issues(SQL("i.key = {}").format(key), 1), _issue_row)
    if not found:
        raise NotFound(f"issue {kcidb_id}")
    return IssueDetail(found[0], tuple(fetch(_VERSIONS.format(key=key), _version)))


def issue_changes(kcidb_id: str) -> tuple[IssueChangeRow, ...]:
    """Return what was decided about an issue, the newest decision first."""
    return tuple(fetch(_CHANGES.format(key=Literal(key_of(kcidb_id))), IssueChangeRow))


def incident_page(
    kcidb_id: str | None = None,
    *,
    shown: Shown = "all",
    origin: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Listing[IncidentRow]:
    """Return a page of incidents, the newest first: of an issue (of all its versions), or of all."""
    conditions: list[Composable] = [_SHOWN[shown]]
    if kcidb_id is not None:
        conditions.append(SQL("c.issue_key = {}").format(Literal(key_of(kcidb_id))))
    if origin is not None:
        conditions.append(SQL("o.name = {}").format(Literal(origin)))
    if after:
        conditions.append(SQL("c.id < {}").format(*map(Literal, paging.decode(after, (int,)))))
    query = _INCIDENTS.format(
        build=BUILD_COLUMNS,
        revision=REVISION_COLUMNS,
        joins=REVISION_JOINS,
        where=all_of(conditions),
        limit=Literal(limit + 1),
    )
    page = paging.listing(fetch(query, Columns, as_written=True), limit, lambda row: (row["number"],))
    runs = test_rows([row["test_key"] for row in page.rows if row["test_key"]])
    return Listing(tuple(_incident(row, {run.id: run for run in runs}) for row in page.rows), page.after)


def _issues(where: Composable, limit: int) -> Composed:
    return _ISSUES.format(columns=_ISSUE_COLUMNS, where=where, limit=Literal(limit))


def _issue_after(seen: datetime | None, number: int) -> Composed:
    never = SQL("n.last_seen IS NULL AND i.id < {}").format(Literal(number))
    if seen is None:
        return SQL("({})").format(never)
    return SQL("(n.last_seen IS NULL OR (n.last_seen, i.id) < ({}, {}))").format(
        Literal(seen), Literal(number)
    )


def _issue_row(*, id: int, kcidb_id: str, comment: str, **columns: Any) -> IssueRow:
    culprits = tuple(name for name in CULPRITS if columns.pop(f"culprit_{name}"))
    triage = IssueTriage.State(columns.pop("triage"))
    return IssueRow(issue=IssueRef(kcidb_id, comment), culprits=culprits, triage=triage, **columns)


def _version(*, document: bytes, **columns: Any) -> IssueVersion:
    return IssueVersion(fields=restore(document, None), **columns)


def _incident(row: dict[str, Any], runs: dict[str, TestRow]) -> IncidentRow:
    fields = restore(row["document"], None)
    build = as_build(row) if row["build_id"] else None
    test_id = fields.get("test_id", "")
    return IncidentRow(
        id=row["id"],
        issue=fields.get("issue_id", ""),
        origin=row["origin"],
        present=row["present"],
        version=row["version"],
        comment=fields.get("comment", ""),
        test_id=test_id,
        test=runs.get(test_id),
        build_id=fields.get("build_id", build.id if build else ""),
        build=build,
        build_status=Status(row["build_status"]) if build and build.known else None,
        revision=as_revision_if_known(row),
    )
