"""Revisions: the positions in a tree's history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from psycopg.sql import SQL, Composable, Composed, Literal

from results.compression import text_of
from results.db import Columns, fetch
from results.errors import NotFound
from results.jsontext import loads
from results.queries import paging
from results.queries.builds import BUILD_DIMENSIONS
from results.queries.commits import CommitRow, commit_of, digits_of, tagged
from results.queries.picked import array_of_sums, build_counts, mask, picked
from results.queries.records import Listing, RevisionRef, StatusCounts, TreeRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.queries.revision_counts import COUNT_COLUMNS, HAS_CHECKOUT, LAST_RESULT, as_counts
from results.selection import EVERYTHING, Selection, Term
from results.vocabulary import all_of


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision and what was found there. ``origins``: who submitted its checkouts."""

    revision: RevisionRef
    subject: str
    started: datetime
    last_result: datetime | None
    origins: tuple[str, ...]
    builds: StatusCounts
    boots: StatusCounts
    tests: StatusCounts

    @property
    def failed(self) -> int:
        """FAIL results of builds, boots and tests."""
        return self.builds.failed + self.boots.failed + self.tests.failed


@dataclass(frozen=True, slots=True)
class CheckoutRow:
    """One origin's checkout of a revision."""

    id: str
    origin: str
    start_time: datetime | None
    valid: bool | None
    excerpt: str


@dataclass(frozen=True, slots=True)
class RevisionDetail:
    """A revision, its checkouts (in order of start), its neighbours in the tree, and its counts.

    ``message``: the commit message, its first line being ``subject``; "" when nobody sent it.
    ``commit``: what git says of it, None when git does not know it.
    """

    revision: RevisionRef
    subject: str
    message: str
    started: datetime
    last_result: datetime | None
    checkouts: tuple[CheckoutRow, ...]
    previous: RevisionRef | None
    next: RevisionRef | None
    builds: StatusCounts
    boots: StatusCounts
    tests: StatusCounts
    commit: CommitRow | None


_ROWS: Final = SQL("""
    WITH page AS MATERIALIZED ({page}) {counted}
    SELECT {revision}, r.id, r.subject, r.started, r.place, {last_result}, ARRAY(
               SELECT DISTINCT o.name FROM results_checkout c JOIN results_origin o ON o.id = c.origin_id
               WHERE c.revision_id = r.id ORDER BY o.name
           ) AS origins, {counts}
    FROM page
    JOIN results_revision r ON r.id = page.id
    JOIN results_tree tr ON tr.id = r.tree_id
    ORDER BY r.place DESC, r.id DESC
""")

_IS_TAG: Final = SQL("r.describe <> '' AND r.describe !~ '-[0-9]+-g[0-9a-f]{7,40}$'")

# The newest revision of each tree. Leans on revision_history.
NEWEST: Final = SQL("""
    SELECT newest.id FROM results_tree tr
    CROSS JOIN LATERAL (
        SELECT r.id, r.place FROM results_revision r WHERE r.tree_id = tr.id AND {has_checkout}
        ORDER BY r.place DESC, r.id DESC LIMIT 1
    ) newest
    ORDER BY newest.place DESC, newest.id DESC LIMIT {limit}
""")

# Leans on revision_history.
_HISTORY: Final = SQL("""
    SELECT r.id FROM results_revision r
    WHERE r.tree_id = (SELECT id FROM results_tree WHERE name = {name} AND branch = {branch} AND url = {url})
          AND {has_checkout} AND {bounds}
    ORDER BY r.place DESC, r.id DESC LIMIT {limit}
""")

# Leans on revision_commit; descriptions are few enough to be looked through.
_FOUND: Final = SQL("""
    SELECT r.id FROM results_revision r
    WHERE ({commit} OR r.describe = {text} AND r.describe <> '') AND {has_checkout}
    ORDER BY r.place DESC, r.id DESC LIMIT {limit}
""")

# Leans on build_revision and resultcount_identity, or where rows are counted on test_history.
_COUNTED: Final = SQL("""
    , counted_results AS MATERIALIZED (
        SELECT b.revision_id, rc.is_boot, {results} AS counts
        FROM ({picked}) rc JOIN results_build b ON b.id = rc.build_id
        GROUP BY b.revision_id, rc.is_boot
    ),
    counted_builds AS MATERIALIZED (
        SELECT b.revision_id, {builds} AS counts FROM ({build_counts}) b GROUP BY b.revision_id
    )
""")
_COUNTED_COLUMNS: Final = SQL("""
    (SELECT counts FROM counted_builds c WHERE c.revision_id = r.id) AS builds,
    (SELECT counts FROM counted_results c WHERE c.revision_id = r.id AND c.is_boot) AS boots,
    (SELECT counts FROM counted_results c WHERE c.revision_id = r.id AND NOT c.is_boot) AS tests
""")


# Leans on revision_identity and revision_history.
_REVISION: Final = SQL("""
    WITH asked AS (
        SELECT r.id, r.tree_id, r.place FROM results_revision r
        JOIN results_tree tr ON tr.id = r.tree_id
        WHERE tr.name = {name} AND tr.branch = {branch} AND tr.url = {url}
              AND r."commit" = {commit} AND r.patchset = {patchset} AND {has_checkout}
    ),
    near AS (
        SELECT 'this' AS place, id FROM asked
        UNION ALL (
            SELECT 'previous', r.id FROM asked JOIN results_revision r ON r.tree_id = asked.tree_id
            WHERE (r.place, r.id) < (asked.place, asked.id) AND {has_checkout}
            ORDER BY r.place DESC, r.id DESC LIMIT 1
        )
        UNION ALL (
            SELECT 'next', r.id FROM asked JOIN results_revision r ON r.tree_id = asked.tree_id
            WHERE (r.place, r.id) > (asked.place, asked.id) AND {has_checkout}
            ORDER BY r.place, r.id LIMIT 1
        )
    )
    SELECT near.place, {revision}, r.subject, r.started, {last_result}, {counts}
    FROM near
    JOIN results_revision r ON r.id = near.id
    JOIN results_tree tr ON tr.id = r.tree_id
""")

_CHECKOUTS: Final = SQL("""
    SELECT c.kcidb_id AS id, o.name AS origin, c.start_time, c.valid, e.body AS excerpt,
           d.body AS document
    FROM results_tree tr
    JOIN results_revision r ON r.tree_id = tr.id
    JOIN results_checkout c ON c.revision_id = r.id
    JOIN results_origin o ON o.id = c.origin_id
    LEFT JOIN results_document d ON d.id = c.document_id
    LEFT JOIN results_excerpt e ON e.id = c.excerpt_id
    WHERE tr.name = {name} AND tr.branch = {branch} AND tr.url = {url}
          AND r."commit" = {commit} AND r.patchset = {patchset}
    ORDER BY c.start_time, c.key
""")


def newest_revisions(limit: int = 20) -> tuple[RevisionRow, ...]:
    """Return the newest revision of each tree, newest first."""
    return tuple(fetch(_rows(NEWEST.format(has_checkout=HAS_CHECKOUT, limit=Literal(limit))), _row))


def revision_history(
    tree: TreeRef,
    *,
    selection: Selection = EVERYTHING,
    only_tags: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> Listing[RevisionRow]:
    """Return the revisions of a tree, newest first, with their counts under a selection.

    ``since`` and ``until`` of the selection bound when a revision started; the other dimensions
    restrict what is counted, and a revision with nothing to count is still listed (a gap in
    testing is an answer). Builds are counted under those dimensions that a build has. ``only_tags``
    leaves out what lies between two tags, as its describe tells.
    """
    page = _HISTORY.format(
        name=Literal(tree.name),
        branch=Literal(tree.branch),
        url=Literal(tree.url),
        has_checkout=HAS_CHECKOUT,
        bounds=all_of([_bounds(selection, after), *([_IS_TAG] if only_tags else [])]),
        limit=Literal(limit + 1),
    )
    counted = selection.without("since", "until")
    query = _counted_rows(page, counted.within(tree.selection)) if counted else _rows(page)
    listing = paging.listing(fetch(query, Columns), limit, lambda row: (row["place"], row["id"]))
    return Listing(tuple(_row(**row, selection=counted) for row in listing.rows), listing.after)


def find_revisions(text: str, *, limit: int = 50) -> tuple[RevisionRow, ...]:
    """Return the revisions of all trees whose commit hash begins with a text, or that a text names.

    A beginning has at least 4 hex digits. A name is a describe, or a tag that git knows.
    """
    commit = tagged(SQL('r."commit"'), text)
    if digits := digits_of(text):  # "g" comes after every hex digit
        commit = SQL('r."commit" >= {} AND r."commit" < {}').format(Literal(digits), Literal(digits + "g"))
    page = _FOUND.format(commit=commit, text=Literal(text), has_checkout=HAS_CHECKOUT, limit=Literal(limit))
    return tuple(fetch(_rows(page), _row))


def revision_detail(tree: TreeRef, *, commit: str, patchset: str = "") -> RevisionDetail:
    """Return a revision by its full commit hash; NotFound when it is not known."""
    named = {
        "name": Literal(tree.name),
        "branch": Literal(tree.branch),
        "url": Literal(tree.url),
        "commit": Literal(commit),
        "patchset": Literal(patchset),
    }
    query = _REVISION.format(
        has_checkout=HAS_CHECKOUT,
        revision=REVISION_COLUMNS,
        last_result=LAST_RESULT,
        counts=COUNT_COLUMNS,
        **named,
    )
    found: dict[str, dict[str, Any]] = {row.pop("place"): row for row in fetch(query, Columns)}
    if "this" not in found:
        raise NotFound(f"revision {commit} of {tree.name}")
    checkouts = fetch(_CHECKOUTS.format(**named), Columns)
    revisions = {place: as_revision(row) for place, row in found.items()}
    this = found["this"]
    return RevisionDetail(
        revision=revisions["this"],
        previous=revisions.get("previous"),
        next=revisions.get("next"),
        message=_message(checkouts),
        checkouts=tuple(_checkout(**row) for row in checkouts),
        commit=commit_of(commit),
        **as_counts(this),
        **this,
    )


def _rows(page: Composed) -> Composed:
    return _ROWS.format(
        page=page, counted=SQL(""), revision=REVISION_COLUMNS, last_result=LAST_RESULT, counts=COUNT_COLUMNS
    )


def _counted_rows(page: Composed, selection: Selection) -> Composed:
    within = SQL("b.revision_id = ANY(ARRAY(SELECT id FROM page))")
    counted = _COUNTED.format(
        results=array_of_sums("rc"),
        picked=picked(selection, within=within),
        builds=array_of_sums("b"),
        build_counts=build_counts(
            selection.only(BUILD_DIMENSIONS), within=within, columns=[SQL("b.revision_id")]
        ),
    )
    return _ROWS.format(
        page=page,
        counted=counted,
        revision=REVISION_COLUMNS,
        last_result=LAST_RESULT,
        counts=_COUNTED_COLUMNS,
    )


def _row(
    *, id: int, place: datetime, origins: list[str], selection: Selection = EVERYTHING, **columns: Any
) -> RevisionRow:
    revision = as_revision(columns)
    counts: dict[str, Any] = {name: mask(found, selection) for name, found in as_counts(columns).items()}
    return RevisionRow(revision=revision, origins=tuple(origins), **counts, **columns)


def _bounds(selection: Selection, after: str | None) -> Composable:
    conditions: list[Composable] = [SQL("true")]
    conditions += (_day_bound(SQL("r.started >= {}"), term, 0) for term in selection["since"])
    conditions += (_day_bound(SQL("r.started < {}"), term, 1) for term in selection["until"])
    if after:
        place, revision = paging.decode(after, (datetime.fromisoformat, int))
        conditions.append(SQL("(r.place, r.id) < ({}, {})").format(Literal(place), Literal(revision)))
    return SQL(" AND ").join(conditions)


def _day_bound(form: SQL, term: Term, later: int) -> Composed:
    day = date.fromisoformat(term.value or "") + timedelta(days=later)
    return form.format(Literal(datetime.combine(day, time(), UTC)))


def _checkout(*, document: bytes, excerpt: bytes | None, **columns: Any) -> CheckoutRow:
    return CheckoutRow(**columns, excerpt=text_of(excerpt))


def _message(checkouts: list[dict[str, Any]]) -> str:
    """Return the message of the first checkout that has one, as the subject is chosen."""
    documents = (loads(text_of(row["document"]).encode()) for row in checkouts if row["document"])
    messages = (document.get("git_commit_message") for document in documents)
    return next((message for message in messages if isinstance(message, str) and message.split("\n")[0]), "")
