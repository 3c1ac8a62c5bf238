"""Failures that may be the beginning of something: shown, but never an alarm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from results.analysis.changes import ALONE, Change, DetectionRules
from results.analysis.evidence import Evidence
from results.analysis.history import Counts


def trailing_failures(counts: Counts) -> Iterator[tuple[int, int]]:
    """Yield every series whose newest result is a failure, and since which position without a pass."""
    tested, failed = counts.tested, counts.failed
    newest = tested.shape[1] - 1 - tested[:, ::-1].argmax(axis=1)
    ends = tested.any(axis=1) & failed[np.arange(len(newest)), newest]
    for row in np.flatnonzero(ends).tolist():
        passed = np.flatnonzero(tested[row] & ~failed[row])
        after = int(passed[-1]) + 1 if len(passed) else 0
        yield row, after + int(failed[row, after:].argmax())


def suspected_changes(counts: Counts, rows: Iterable[int], rules: DetectionRules) -> list[Change]:
    """Return a change, with the little evidence there is, for each series that began to fail."""
    wanted = set(rows)
    evidence = Evidence(counts)
    last = counts.tries.shape[1]
    changes = []
    for row, start in trailing_failures(counts):
        if row in wanted and start > 0:
            gain = float(evidence.gains(np.array([row]), np.array([start]), last)[0, 0])
            changes.append(Change(row, start, last - 1, gain + float(np.log(rules.alone)), ALONE, None))
    return changes
