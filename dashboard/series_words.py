"""What the history of a series says, in one sentence. It counts; it does not judge."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from dashboard.parts import plural
from results.queries.series import SeriesRun
from results.status import Status

VERBS = {
    Status.FAIL: "Failed",
    Status.ERROR: "Broke",
    Status.MISS: "Was missing",
    Status.PASS: "Passed",
    Status.DONE: "Finished",
    Status.SKIP: "Was skipped",
    Status.NONE: "Had no status",
}


def history_sentence(history: Sequence[SeriesRun], run_id: str) -> str:
    """Return how long a run's status has lasted and what was before it, from runs newest first.

    "Failed 3 times in a row, since v6.18-rc6-41; before that 17 of 18 runs passed."
    """
    until = next((index for index, run in enumerate(history) if run.id == run_id), None)
    if until is None:
        return ""
    runs = history[until:]
    status = runs[0].status
    row = list(takewhile(lambda run: run.status == status, runs))
    before = runs[len(row) :]
    often = "once" if len(row) == 1 else f"{len(row)} times in a row"
    first = row[-1].revision
    since = f", since {first.title}" if first and len(row) > 1 else f", on {first.title}" if first else ""
    if not before:
        return f"{VERBS[status]} {often}{since}; no other result is known before."
    passed = sum(1 for run in before if run.status == Status.PASS)
    return f"{VERBS[status]} {often}{since}; before that {passed} of {plural(len(before), 'run')} passed."
