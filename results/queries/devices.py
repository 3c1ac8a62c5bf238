"""Devices (platforms): what hardware is tested, where, and how it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Final

from psycopg.sql import SQL, Composed, Literal

from results.db import Columns, fetch
from results.errors import NotFound
from results.queries.picked import array_of_sums, mask
from results.queries.records import RevisionRef, StatusCounts, boots_and_tests
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.selection import EVERYTHING, Selection, Term
from results.vocabulary import alias_of, all_of, escape_like, where

DEVICE_DIMENSIONS: Final = (
    "tree", "branch", "url", "origin", "lab", "platform", "compatible", "arch", "config", "compiler", "suite",
    "status", "q",
)  # fmt: skip
"""What a listing of devices can be restricted by."""

LOOKED_AT: Final = 5
"""Newest counts of a platform among whose builds one is expected to say its architecture."""

BEFORE_DAYS: Final = 21
"""Days before the window in which the revision is looked for that a tree's newest one is compared with."""

_COUNTED_BY_DAY: Final = frozenset({"origin", "lab", "platform", "compatible", "status"})


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A platform and its results since the first day of the listing.

    ``compatible`` is the most specific one ("" when none); ``architecture`` is that of its newest
    known build.
    """

    platform: str
    vendor: str
    compatible: str
    architecture: str | None
    labs: tuple[str, ...]
    boots: StatusCounts
    tests: StatusCounts
    last_result: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceTree:
    """The newest revision of one tree that was tested on a device, with the counts there.

    ``before`` is the one before it of those that were tested in the last weeks, None when it is the only one.
    """

    revision: RevisionRef
    started: datetime
    boots: StatusCounts
    tests: StatusCounts
    before: DeviceTree | None = None


@dataclass(frozen=True, slots=True)
class DeviceLab:
    """A lab that has this device, with the counts of the window."""

    lab: str
    boots: StatusCounts
    tests: StatusCounts
    last_result: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceSuite:
    """A suite that ran on a device in the window; ``last_day`` is the day of its last run."""

    suite: str
    counts: StatusCounts
    last_day: date | None


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """A platform. ``boots`` and ``tests`` are those since ``since``, its trees' and suites' too."""

    platform: str
    vendor: str
    compatibles: tuple[str, ...]
    since: date
    boots: StatusCounts
    tests: StatusCounts
    trees: tuple[DeviceTree, ...]
    labs: tuple[DeviceLab, ...]
    suites: tuple[DeviceSuite, ...]


# Leans on resultcount_day where counts by day do not know a dimension; resultcount_platform for
# the architecture.
_LISTING: Final = SQL("""
    WITH counted AS MATERIALIZED (
        SELECT rc.platform_id, rc.lab_id, rc.is_boot, {sums} AS counts, max(rc.last_start) AS last_result
        FROM {counts} rc {build}
        WHERE rc.day >= {since} AND {where}
              AND rc.platform_id = ANY(ARRAY(SELECT id FROM results_platform p WHERE {named}))
        GROUP BY rc.platform_id, rc.lab_id, rc.is_boot
    ),
    built AS MATERIALIZED (
        SELECT platform_id, (
            SELECT a.name
            FROM (
                SELECT build_id FROM results_resultcount n WHERE n.platform_id = counted.platform_id
                ORDER BY n.day DESC LIMIT {looked_at}
            ) n
            JOIN results_build b ON b.id = n.build_id
            JOIN results_architecture a ON a.id = b.architecture_id
            LIMIT 1
        ) AS architecture
        FROM (SELECT DISTINCT platform_id FROM counted) counted
    )
    SELECT p.name AS platform, p.vendor, coalesce(p.compatibles[1], '') AS compatible, built.architecture,
           la.name AS lab, counted.is_boot, counted.counts, counted.last_result
    FROM counted
    JOIN built ON built.platform_id = counted.platform_id
    JOIN results_platform p ON p.id = counted.platform_id
    JOIN results_lab la ON la.id = counted.lab_id
    ORDER BY p.name, la.name
""")

_NAMED: Final = SQL("""
    (p.name ILIKE {0} OR EXISTS (SELECT FROM unnest(p.compatibles) c WHERE c ILIKE {0}))
""")

_PLATFORM: Final = SQL(
    "SELECT id, name, vendor, compatibles FROM results_platform WHERE name = coalesce(({}), {})"
)

# Leans on daycount_platform.
_LABS: Final = SQL("""
    SELECT la.name AS lab, rc.is_boot, {sums} AS counts, max(rc.last_start) AS last_result
    FROM results_daycount rc JOIN results_lab la ON la.id = rc.lab_id
    WHERE rc.platform_id = {platform} AND rc.day >= {since}
    GROUP BY la.name, rc.is_boot ORDER BY la.name
""")

# Leans on resultcount_platform.
_SUITES: Final = SQL("""
    SELECT su.name AS suite, {sums} AS counts, max(rc.day) AS last_day
    FROM results_resultcount rc JOIN results_suite su ON su.id = rc.suite_id
    WHERE rc.platform_id = {platform} AND rc.day >= {since}
    GROUP BY su.name ORDER BY su.name
""")

# Leans on resultcount_platform, then on build_revision and resultcount_identity.
_TREES: Final = SQL("""
    WITH tested AS MATERIALIZED (
        SELECT r.id, r.tree_id, row_number() OVER (
            PARTITION BY r.tree_id ORDER BY r.place DESC, r.id DESC
        ) AS age, max(tested.day) OVER (PARTITION BY r.tree_id) AS last_day
        FROM (
            SELECT b.revision_id, max(rc.day) AS day
            FROM results_resultcount rc JOIN results_build b ON b.id = rc.build_id
            WHERE rc.platform_id = {platform} AND rc.day >= {before} AND b.revision_id IS NOT NULL
            GROUP BY b.revision_id
        ) tested
        JOIN results_revision r ON r.id = tested.revision_id
    ),
    newest AS (SELECT id, age FROM tested WHERE age <= 2 AND last_day >= {since})
    SELECT {revision}, r.started, newest.age, counted.is_boot, counted.counts
    FROM newest
    CROSS JOIN LATERAL (
        SELECT rc.is_boot, {sums} AS counts
        FROM results_build b JOIN results_resultcount rc ON rc.build_id = b.id
        WHERE b.revision_id = newest.id AND rc.platform_id = {platform}
        GROUP BY rc.is_boot
    ) counted
    JOIN results_revision r ON r.id = newest.id
    JOIN results_tree tr ON tr.id = r.tree_id
    ORDER BY r.place DESC, r.id DESC
""")


def device_listing(selection: Selection = EVERYTHING, *, since: date) -> tuple[DeviceRow, ...]:
    """Return the platforms with results since a day (UTC), by name.

    The selection (of ``DEVICE_DIMENSIONS``) restricts what is counted; q is a part of the
    platform's name or of a compatible.
    """
    query = _listing(selection.without("q"), selection["q"], since)
    rows = groupby(fetch(query, Columns), key=itemgetter("platform"))
    listed = (_device(list(group), selection) for _, group in rows)
    return tuple(row for row in listed if row.boots.total + row.tests.total)


def device_detail(platform: str, *, since: date) -> DeviceDetail:
    """Return the platform of a name or an alias; NotFound when there is none."""
    found = fetch(_PLATFORM.format(alias_of("platform", platform), Literal(platform)), Columns)
    if not found:
        raise NotFound(f"device {platform}")
    about = {
        "platform": Literal(found[0]["id"]),
        "since": Literal(since),
        "before": Literal(since - timedelta(days=BEFORE_DAYS)),
        "sums": array_of_sums("rc"),
    }
    labs = _labs(fetch(_LABS.format(**about), Columns))
    suites = fetch(_SUITES.format(**about), _suite)
    trees = _trees(fetch(_TREES.format(revision=REVISION_COLUMNS, **about), Columns))
    return DeviceDetail(
        platform=found[0]["name"],
        vendor=found[0]["vendor"],
        compatibles=tuple(found[0]["compatibles"]),
        since=since,
        boots=sum((lab.boots for lab in labs), StatusCounts()),
        tests=sum((lab.tests for lab in labs), StatusCounts()),
        trees=trees,
        labs=labs,
        suites=tuple(suites),
    )


def _listing(selection: Selection, texts: tuple[Term, ...], since: date) -> Composed:
    by_day = all(name in _COUNTED_BY_DAY for name, _ in selection.terms)
    return _LISTING.format(
        sums=array_of_sums("rc"),
        counts=SQL("results_daycount" if by_day else "results_resultcount"),
        build=SQL("" if by_day else "JOIN results_build b ON b.id = rc.build_id"),
        since=Literal(since),
        where=where(selection, "counts"),
        named=all_of(_NAMED.format(Literal(f"%{escape_like(term.value or '')}%")) for term in texts),
        looked_at=Literal(LOOKED_AT),
    )


def _device(rows: list[Columns], selection: Selection) -> DeviceRow:
    counts = {name: mask(found, selection) for name, found in boots_and_tests(rows).items()}
    times = [row["last_result"] for row in rows if row["last_result"]]
    return DeviceRow(
        platform=rows[0]["platform"],
        vendor=rows[0]["vendor"],
        compatible=rows[0]["compatible"],
        architecture=rows[0]["architecture"],
        labs=tuple(dict.fromkeys(row["lab"] for row in rows)),
        boots=counts["boots"],
        tests=counts["tests"],
        last_result=max(times, default=None),
    )


def _labs(rows: list[Columns]) -> tuple[DeviceLab, ...]:
    found = []
    for lab, group in groupby(rows, key=itemgetter("lab")):
        parts = list(group)
        times = [row["last_result"] for row in parts if row["last_result"]]
        found.append(DeviceLab(lab, **boots_and_tests(parts), last_result=max(times, default=None)))
    return tuple(found)


def _suite(*, suite: str, counts: list[int], last_day: date | None) -> DeviceSuite:
    return DeviceSuite(suite, StatusCounts.of(counts), last_day)


def _trees(rows: list[Columns]) -> tuple[DeviceTree, ...]:
    found, before = [], {}
    revisions = [(as_revision(row), row) for row in rows]
    for revision, group in groupby(revisions, key=itemgetter(0)):
        parts = [row for _, row in group]
        counts = boots_and_tests(parts)
        tree = DeviceTree(revision, parts[0]["started"], counts["boots"], counts["tests"])
        if parts[0]["age"] == 1:
            found.append(tree)
        else:
            before[revision.tree] = tree
    return tuple(replace(tree, before=before.get(tree.revision.tree)) for tree in found)
