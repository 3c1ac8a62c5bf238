"""What each revision showed: counted once, packed and kept until its results change."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from psycopg.sql import SQL, Composable, Identifier, Literal

from results.analysis.history import Counts, IntArray, Outcome, counted
from results.judging.arrays import Columns, copied
from results.judging.numbers import NUMBERS, Numbers, read_numbers
from results.models import Reading
from results.status import Status

VERSION: Final = 2
"""Of what is packed: readings of another version are made anew."""

VARIANT: Final = ("origin", "architecture", "config", "compiler")
"""What identifies the builds of a variant, within a tree."""

_COUNTED: Final = tuple((name, "<u2") for name in Counts.__slots__)
_MOST: Final = np.iinfo(np.uint16).max
_TESTS: Final = np.dtype([("series", "<i4"), *_COUNTED])
_BUILDS: Final = np.dtype([*((axis, "<i4") for axis in VARIANT), *_COUNTED])

_OUTCOMES: Final = {
    Status.PASS: Outcome.PASSED,
    Status.FAIL: Outcome.FAILED,
    Status.MISS: Outcome.BROKEN,
    Status.ERROR: Outcome.BROKEN,
    Status.SKIP: Outcome.SKIPPED,
    Status.DONE: Outcome.SKIPPED,
    Status.NONE: Outcome.SKIPPED,
}

_EXCUSED: Final = SQL("""
    SELECT c.{key} FROM results_incident c JOIN results_issue i ON i.key = c.issue_key AND i.is_newest
    WHERE c.present AND i.culprit_harness AND i.culprit_code IS NOT TRUE AND c.{key} IS NOT NULL
""")

# Leans on build_revision and test_build.
_RUNS: Final = SQL("""
    SELECT b.revision_id, t.series, t.status, t.start, t.excused
    FROM results_build b
    CROSS JOIN LATERAL (
        SELECT array_agg(t.series_id) AS series, array_agg(t.status) AS status,
               array_agg(coalesce(t.start_time, {epoch})) AS start,
               array_agg(t.key IN ({excused})) AS excused
        FROM results_test t WHERE t.build_id = b.id AND t.status <> {none}
    ) t
    WHERE b.revision_id = ANY({revisions}::int[])
""")
_RUN_COLUMNS: Final = (
    ("revision", "i4"), ("series", "i4"), ("status", "i2"), ("order", "i8"), ("excused", "?"),
)  # fmt: skip

_BUILT: Final = SQL("""
    SELECT array_agg(coalesce(b.origin_id, 0)), array_agg(coalesce(b.architecture_id, 0)),
           array_agg(coalesce(b.config_id, 0)), array_agg(coalesce(b.compiler_id, 0)),
           array_agg(b.revision_id), array_agg(b.status), array_agg(coalesce(b.start_time, {epoch})),
           array_agg(b.key IN ({excused}))
    FROM results_build b
    WHERE b.revision_id = ANY({revisions}::int[]) AND b.known AND NOT b.is_dummy AND b.status <> {none}
""")
_BUILD_COLUMNS: Final = (
    *((axis, "i4") for axis in VARIANT),
    ("revision", "i4"), ("status", "i2"), ("order", "i8"), ("excused", "?"),
)  # fmt: skip

_EPOCH: Final = Literal(datetime(2000, 1, 1, tzinfo=UTC))
"""Stands for the start of runs that do not tell theirs."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What one revision showed: a row for each series, and for each variant that was built.

    ``numbers`` are what was measured; see ``results.judging.numbers``.
    """

    tests: Columns
    builds: Columns
    numbers: Numbers

    def packed(self) -> bytes:
        """Return the cells as bytes."""
        parts = [part.tobytes() for part in (self.tests, self.builds, self.numbers.rows)]
        header = {"version": VERSION, "metrics": self.numbers.metrics, "sizes": [len(part) for part in parts]}
        return zlib.compress(json.dumps(header).encode() + b"\0" + b"".join(parts), level=1)


def unpacked(body: bytes) -> Cells | None:
    """Return packed cells; None when they were packed by another version."""
    head, _, rest = zlib.decompress(body).partition(b"\0")
    header = json.loads(head)
    if header["version"] != VERSION:
        return None
    bounds = np.cumsum([0, *header["sizes"]]).tolist()
    tests, builds, numbers = (
        np.frombuffer(rest[bounds[place] : bounds[place + 1]], kind)
        for place, kind in enumerate((_TESTS, _BUILDS, NUMBERS))
    )
    metrics = tuple((metric, unit) for metric, unit in header["metrics"])
    return Cells(tests, builds, Numbers(numbers, metrics))


def cells_of(tree: int, revisions: Sequence[int], changed: Collection[int] | None) -> dict[int, Cells]:
    """Return what revisions of a tree showed, and keep it.

    Read anew are those that ``changed`` (None: all), and those never read before.
    """
    found = {} if changed is None else dict(_kept(set(revisions) - set(changed)))
    unread = [revision for revision in revisions if revision not in found]
    fresh = dict(zip(unread, _read(unread), strict=True))
    Reading.objects.bulk_create(
        [Reading(revision_id=revision, body=cells.packed()) for revision, cells in fresh.items()],
        update_conflicts=True,
        unique_fields=["revision"],
        update_fields=["body"],
    )
    Reading.objects.filter(revision__tree=tree).exclude(revision__in=revisions).delete()
    return {revision: found.get(revision) or fresh[revision] for revision in revisions}


def _kept(revisions: Collection[int]) -> Iterator[tuple[int, Cells]]:
    for revision, body in Reading.objects.filter(revision__in=revisions).values_list("revision", "body"):
        cells = unpacked(bytes(body))
        if cells:
            yield revision, cells


def _read(revisions: Sequence[int]) -> Iterator[Cells]:
    """Yield the cells of each revision, read from its tests and builds."""
    about = {"revisions": Literal(list(revisions)), "none": Literal(int(Status.NONE)), "epoch": _EPOCH}
    runs = copied(_RUNS.format(excused=_excused("test_key"), **about), _RUN_COLUMNS)
    builds = copied(_BUILT.format(excused=_excused("build_key"), **about), _BUILD_COLUMNS)
    numbers = read_numbers(revisions)
    of_runs, of_builds = (_by_revision(part["revision"]) for part in (runs, builds))
    none = np.zeros(0, np.int64)
    for revision in revisions:
        yield Cells(
            _cells(runs[of_runs.get(revision, none)], ("series",), _TESTS),
            _cells(builds[of_builds.get(revision, none)], VARIANT, _BUILDS),
            numbers[revision],
        )


def _cells(rows: Columns, identity: Sequence[str], kind: np.dtype[np.void]) -> Columns:
    """Return the cells of one revision's runs: a row for each distinct identity, in order."""
    key = rows[identity[0]] if len(identity) == 1 else rows[list(identity)]
    distinct, cell = np.unique(key, return_inverse=True)
    outcome_of = np.array([_OUTCOMES[status] for status in sorted(Status)])
    counts = counted(cell, outcome_of[rows["status"]], rows["order"], rows["excused"], size=len(distinct))
    cells = np.zeros(len(distinct), kind)
    for name in identity:
        cells[name] = distinct if len(identity) == 1 else distinct[name]
    for name in Counts.__slots__:
        cells[name] = np.minimum(getattr(counts, name), _MOST)
    return cells


def _by_revision(revision: IntArray) -> dict[int, IntArray]:
    """Return the rows of each revision."""
    order = np.argsort(revision, kind="stable")
    values, first = np.unique(revision[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, first[1:]), strict=True)) if len(values) else {}


def _excused(key: str) -> Composable:
    return _EXCUSED.format(key=Identifier(key))
