"""Comparisons by what the analysis says: chance and ill labs are neither regressions nor fixes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from results.judging import judge_tree
from results.models import Build, Outage, Revision, Test
from results.queries.changes import Change
from results.queries.comparison import compare
from results.queries.revision_names import TreeName, named_revisions
from results.selection import EVERYTHING
from results.status import Status
from tests.factories import (
    NOW,
    count,
    create_build,
    create_checkout,
    create_incident,
    create_issue,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db

HISTORY = {
    "ltp.broke": "P" * 24 + "F" * 6,
    "ltp.mended": "P" * 8 + "F" * 8 + "P" * 14,
    "ltp.flaky": "PPFPPPPFPPPFPPPPPFPPFPPPFPPPPF",
    "ltp.once": "P" * 10 + "F" + "P" * 19,
    "ltp.fine": "P" * 30,
}
BOARDS = ("kevin", "rpi-4", "imx8", "am62")
LETTERS = {"P": Status.PASS, "F": Status.FAIL}


def commit(number):
    return f"{number:04x}".ljust(40, "0")


def judged(history=HISTORY, *, name="mainline", builds=None):
    """Make a revision per letter with a run of each test on each board, and judge the tree."""
    tree = create_tree(name)
    for number in range(len(next(iter(history.values())))):
        at = NOW - timedelta(hours=12 * (30 - number))
        revision = create_revision(commit(number), tree=tree, started=at)
        status = LETTERS[builds[number]] if builds else Status.PASS
        build = create_build(
            checkout=create_checkout(revision=revision, start_time=at), start_time=at, status=status
        )
        for path, letters in history.items():
            # Only what broke for good does so everywhere.
            if letters[number] == "-":
                continue
            boards = BOARDS if path in ("ltp.broke", "ltp.mended") else BOARDS[:1]
            for board in boards:
                create_test(
                    build=build, path=path, platform=board, status=LETTERS[letters[number]], start_time=at
                )
    count()
    judge_tree(tree.id)
    return tree


def said(a, b, tree="mainline", other=None):
    """Return path -> change of the tests that differ between two revisions of a tree, by number."""
    (left,) = named_revisions(commit(a), TreeName(tree))
    (right,) = named_revisions(commit(b), TreeName(other or tree))
    found = compare(left, right, selection=EVERYTHING)
    return {row.path: row.change for row in found.rows if row.kind == "test"}


def test_what_broke_for_good_is_a_regression_and_once_only():
    judged()
    assert said(23, 24)["ltp.broke"] is Change.REGRESSION
    assert said(21, 29)["ltp.broke"] is Change.REGRESSION
    assert said(24, 25)["ltp.broke"] is Change.STILL_FAILING
    assert said(15, 16)["ltp.mended"] is Change.FIXED
    assert said(7, 8)["ltp.mended"] is Change.REGRESSION


def test_what_failed_before_is_not_new_where_it_did_not_run():
    judged(HISTORY | {"ltp.always": "F" * 30, "ltp.late": "-" * 29 + "F"})
    Test.objects.filter(build__revision__commit=commit(26)).delete()
    assert said(26, 27)["ltp.broke"] is Change.STILL_FAILING
    assert said(26, 27)["ltp.always"] is Change.STILL_FAILING
    assert said(26, 29)["ltp.late"] is Change.NEW_FAILURE


def test_a_flaky_test_neither_regresses_nor_is_fixed():
    judged()
    assert said(1, 2)["ltp.flaky"] is Change.FLAKY
    assert said(2, 3)["ltp.flaky"] is Change.FLAKY


def test_a_failure_that_stayed_alone_is_no_regression():
    judged()
    assert said(9, 10) == {"ltp.once": Change.FLAKY, "ltp.mended": Change.STILL_FAILING}
    assert said(10, 12)["ltp.once"] is Change.FLAKY


def test_a_failure_while_the_lab_was_ill_is_nobodys():
    tree = judged({"ltp.fine": "P" * 12, "ltp.ill": "P" * 10 + "FP"})
    ill = Revision.objects.get(tree=tree, commit=commit(10))
    run = Test.objects.filter(status=Status.FAIL).select_related("series").get()
    Outage.objects.create(
        tree=tree, lab_id=run.series.lab_id, first=ill, last=ill, began=ill.started, ended=ill.started,
        results=2, failures=1, p_value=1e-6, confirmed=True, released=False,
    )  # fmt: skip
    assert said(9, 10) == {"ltp.ill": Change.INFRASTRUCTURE}
    assert said(10, 11) == {"ltp.ill": Change.INFRASTRUCTURE}
    Outage.objects.update(released=True)
    assert said(9, 10)["ltp.ill"] is not Change.INFRASTRUCTURE


def test_a_failure_of_the_harness_is_nobodys():
    judged({"ltp.harness": "P" * 10 + "FP", "ltp.fine": "P" * 12})
    run = Test.objects.get(status=Status.FAIL)
    issue = create_issue(culprit_harness=True)
    create_incident(issue, test_id=f"maestro:{run.key.hex[8:]}")
    assert said(9, 10) == {"ltp.harness": Change.INFRASTRUCTURE}
    (row,) = compare(*(named_revisions(commit(n), TreeName("mainline"))[0] for n in (9, 10)),
                     selection=EVERYTHING).rows  # fmt: skip
    assert (row.before, row.after) == (Status.PASS, Status.FAIL)


def test_builds_are_told_the_same_way():
    judged({"ltp.fine": "P" * 30}, builds="P" * 12 + "F" + "P" * 11 + "F" * 6)

    def of_builds(a, b):
        sides = (named_revisions(commit(number), TreeName("mainline"))[0] for number in (a, b))
        return [row.change for row in compare(*sides, selection=EVERYTHING).rows if row.kind == "build"]

    assert of_builds(11, 12) == [Change.FLAKY]
    assert of_builds(23, 24) == [Change.REGRESSION]
    assert Build.objects.filter(status=Status.FAIL).count() == 7


def test_across_trees_what_fails_steadily_in_one_differs():
    judged()
    judged(dict.fromkeys(HISTORY, "P" * 30), name="next")
    assert said(29, 29, "next", "mainline")["ltp.broke"] is Change.REGRESSION
    assert said(29, 29, "mainline", "next")["ltp.broke"] is Change.FIXED
    assert said(29, 29, "next", "mainline")["ltp.flaky"] is Change.FLAKY
