"""Keeps the verdict on every subject that has something to tell, and gives each one its row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from django.db import connection
from psycopg.sql import SQL, Identifier

from results.analysis.judgement import Judgement
from results.analysis.missing import Missing
from results.analysis.verdicts import Verdict
from results.judging.loading import Loaded
from results.models import SeriesVerdict

_QUIET: Final = (Verdict.PASSING, Verdict.UNKNOWN)

# Column of SeriesVerdict -> its type in PostgreSQL; what a judgement says about a subject.
_SAID: Final = {
    "verdict": "int2", "event_id": "int4", "since_id": "int4", "score": "float8", "low": "float8",
    "high": "float8", "tries": "int4", "failures": "int4", "per_day": "float8", "missing": "text",
}  # fmt: skip

_UPDATE: Final = SQL("""
    UPDATE results_seriesverdict v SET ({columns}) = ROW({values})
    FROM unnest({arrays}) AS said (id, {columns})
    WHERE v.id = said.id AND ({old}) IS DISTINCT FROM ({values})
""").format(
    columns=SQL(", ").join(map(Identifier, _SAID)),
    values=SQL(", ").join(Identifier("said", name) for name in _SAID),
    old=SQL(", ").join(Identifier("v", name) for name in _SAID),
    arrays=SQL(", ").join(SQL("%s::{}[]").format(Identifier(kind)) for kind in ("int4", *_SAID.values())),
)


def label(verdict: Verdict) -> SeriesVerdict.Verdict:
    """Return a verdict as it is stored."""
    return next(stored for stored in SeriesVerdict.Verdict if stored.label == verdict.value)


class Subjects:
    """The subjects of a tree: which row of the history has which row of the database."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self._key_of: list[tuple[int | None, ...]] = [
            (number,) if number else loaded.variant(row) for row, number in enumerate(loaded.series.tolist())
        ]
        rows = {key: row for row, key in enumerate(self._key_of)}
        self.id_of: dict[int, int] = {}
        """Row of the history -> id."""
        self.row_of: dict[int, int | None] = {}
        """Id -> row of the history; None when nothing ran there lately."""
        for id_, *key in SeriesVerdict.objects.filter(tree=loaded.tree).values_list(
            "id", "series_id", "origin_id", "architecture_id", "config_id", "compiler_id"
        ):
            self._note(id_, rows.get((key[0],) if key[0] else tuple(key[1:])))

    def _note(self, id_: int, row: int | None) -> None:
        self.row_of[id_] = row
        if row is not None:
            self.id_of[row] = id_

    def ensure(self, rows: Iterable[int]) -> None:
        """Add the subjects of these rows that have no row of their own yet."""
        fresh = [(row, self._made(row)) for row in sorted(set(rows)) if row not in self.id_of]
        SeriesVerdict.objects.bulk_create([subject for _, subject in fresh], batch_size=2000)
        for row, subject in fresh:
            self._note(subject.id, row)

    def _made(self, row: int) -> SeriesVerdict:
        nothing: dict[str, Any] = dict.fromkeys(("score", "low", "high", "per_day"), 0.0)
        nothing |= {"verdict": SeriesVerdict.Verdict.UNKNOWN, "tries": 0, "failures": 0}
        key = self._key_of[row]
        if self.loaded.series[row]:
            return SeriesVerdict(tree_id=self.loaded.tree, series_id=key[0], **nothing)
        variant = zip(("origin_id", "architecture_id", "config_id", "compiler_id"), key, strict=True)
        return SeriesVerdict(tree_id=self.loaded.tree, **dict(variant), **nothing)


def telling_rows(judgement: Judgement, missing: Iterable[Missing]) -> set[int]:
    """Return the rows that have something to tell: a failure, an event, or that they do not run any more."""
    counts, verdicts = judgement.counts, judgement.verdicts
    failed = (counts.failures + counts.retry_failures + counts.broken).any(axis=1) | (verdicts.event >= 0)
    loud = {row for row, verdict in enumerate(verdicts.verdict) if verdict not in _QUIET}
    return set(np.flatnonzero(failed).tolist()) | loud | {each.series for each in missing}


def record_verdicts(
    subjects: Subjects,
    judgement: Judgement,
    missing: Iterable[Missing],
    events: dict[int, int],
    kept: dict[int, tuple[int, int]],
) -> None:
    """Write what is said about every subject that has a row.

    ``events``: row -> id of the newest event that it belongs to. ``kept``: row -> event and first
    bad revision, for regressions that began before what was looked at.
    """
    loaded = subjects.loaded
    codes = [label(verdict) for verdict in judgement.verdicts.verdict]
    flaky, since = judgement.flakiness, judgement.verdicts.since
    gone = {each.series: each.reason.value for each in missing}
    starts = [mark.started for mark in loaded.revisions]
    span = max(starts) - min(starts)
    days = max(span.total_seconds() / 86400, 1.0)
    said: list[tuple[Any, ...]] = []
    for id_, row in subjects.row_of.items():
        if row is None:
            said.append((id_, SeriesVerdict.Verdict.UNKNOWN, None, None, 0.0, 0.0, 0.0, 0, 0, 0.0, ""))
            continue
        verdict, event = codes[row], events.get(row)
        begun = loaded.revisions[since[row]].id if since[row] >= 0 else None
        if row in kept and verdict == SeriesVerdict.Verdict.PERSISTENT:
            verdict, (event, begun) = SeriesVerdict.Verdict.REGRESSION, kept[row]
        numbers = (round(float(each[row]), 6) for each in (flaky.score, flaky.low, flaky.high))
        tries, failures = int(flaky.tries[row]), int(flaky.failures[row])
        per_day = round(failures / days, 6)
        said.append((id_, verdict, event, begun, *numbers, tries, failures, per_day, gone.get(row, "")))
    if said:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [list(column) for column in zip(*sorted(said), strict=True)])
