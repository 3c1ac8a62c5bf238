from __future__ import annotations

import pytest

from dashboard.series_words import history_sentence
from results.queries.records import RevisionRef, TreeRef
from results.queries.series import SeriesRun
from results.status import Status

LETTERS = {"F": Status.FAIL, "P": Status.PASS, "S": Status.SKIP}


def history(letters):
    """Runs newest first; run n is on revision vn, counted from the oldest."""
    runs = []
    for index, letter in enumerate(letters):
        name = f"v{len(letters) - index}"
        revision = RevisionRef(TreeRef("t", "", ""), "0" * 40, "", name)
        runs.append(SeriesRun(f"o:{name}", LETTERS[letter], None, None, None, "", revision))
    return runs


@pytest.mark.parametrize(
    ("letters", "run", "said"),
    [
        ("FFPP", "o:v4", "Failed 2 times in a row, since v3; before that 2 of 2 runs passed."),
        ("FPFP", "o:v4", "Failed once, on v4; before that 2 of 3 runs passed."),
        ("PPP", "o:v3", "Passed 3 times in a row, since v1; no other result is known before."),
        ("FFPP", "o:v2", "Passed 2 times in a row, since v1; no other result is known before."),
        ("S", "o:v1", "Was skipped once, on v1; no other result is known before."),
        ("FP", "o:elsewhere", ""),
    ],
)
def test_sentences(letters, run, said):
    assert history_sentence(history(letters), run) == said
