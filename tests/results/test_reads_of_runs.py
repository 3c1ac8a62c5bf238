from __future__ import annotations

from datetime import timedelta

import pytest

from results.keys import key_of
from results.models import FieldSource
from results.queries.builds import build_detail, build_page
from results.queries.series import series_detail, series_history
from results.queries.test_runs import test_detail as detail_of_test
from results.queries.trees import find_trees
from results.selection import EVERYTHING
from results.status import Status
from tests.factories import (
    NOW,
    count,
    create_build,
    create_checkout,
    create_history,
    create_incident,
    create_issue,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db


def the_tree():
    return find_trees("mainline", branch="master")[0]


def test_a_test_run_is_shown_as_it_was_submitted():
    create_test(
        "ti:a test",
        path="ltp.syscalls_futex_wait05",
        status=Status.FAIL,
        compatibles=("rockchip,kevin",),
        value=5.0,
        unit="seconds",
        excerpt="TFAIL",
        origin="ti",
        number={"unit": "seconds"},
        comment="ltp.syscalls_futex_wait05 in a test",
    )
    FieldSource.objects.create(kind="test", key=key_of("ti:a test"), fields={"comment": 9})
    count()
    detail = detail_of_test("ti:a test")
    assert detail.fields["comment"] == "ltp.syscalls_futex_wait05 in a test"
    assert detail.fields["number"] == {"value": 5, "unit": "seconds"}
    assert (detail.excerpt, detail.compatibles) == ("TFAIL", ("rockchip,kevin",))
    assert (detail.run.value, detail.run.unit, detail.run.status) == (5.0, "seconds", Status.FAIL)
    assert detail.sources["comment"] == 9
    assert detail.sources["status"] == detail.submission == 1


def test_siblings_and_issues_of_a_test():
    build = create_build()
    runs = [create_test(f"ti:run{number}", build=build, platform=f"board{number}") for number in range(3)]
    create_test(build=build, path="boot")
    create_test()
    create_incident(create_issue("maestro:i", comment="known"), test_id="ti:run0")
    create_incident(create_issue("maestro:j"), test_id="ti:run0", present=False)
    count()
    detail = detail_of_test(runs[0].kcidb_id)
    assert {run.id for run in detail.siblings} == {"ti:run1", "ti:run2"}
    assert [issue.comment for issue in detail.issues] == ["known"]


def test_the_history_of_a_series_follows_its_revisions():
    checkouts = create_history(3)
    builds = [create_build(checkout=checkouts[number]) for number in (2, 0, 1)]  # arrived in this order
    for build in builds:
        create_test(build=build, start_time=NOW)
    again = create_test(build=builds[1], start_time=NOW + timedelta(hours=1), status=Status.FAIL)
    count()
    history = series_history(again.series_id)
    assert [run.revision.commit for run in history] == [
        checkouts[number].revision.commit for number in (2, 1, 0, 0)
    ]
    assert [run.status for run in history] == [Status.PASS, Status.PASS, Status.FAIL, Status.PASS]
    assert series_detail(again.series_id).tree == the_tree()
    assert len(series_history(again.series_id, limit=2)) == 2


def test_a_series_of_an_unknown_build_has_no_tree():
    test = create_test(build=create_build(known=False))
    count()
    assert series_detail(test.series_id).tree is None
    assert series_history(test.series_id)[0].revision is None


def test_a_build_that_is_only_a_name():
    create_test(build=create_build("maestro:never", known=False))
    count()
    detail = build_detail("maestro:never")
    assert (detail.build.known, detail.fields, detail.origin, detail.history) == (False, {}, "", ())
    assert detail.tests.total == 1
    assert build_page(EVERYTHING).rows == ()


def test_the_same_build_of_earlier_revisions():
    builds = [create_build(checkout=checkout, config=None) for checkout in create_history(4)]
    create_build(checkout=builds[0].checkout, config=None, compiler="clang-20")
    create_build(checkout=builds[0].checkout, config=None, origin="linaro")
    elsewhere = create_revision(tree=create_tree("next"), started=NOW - timedelta(days=9))
    create_build(checkout=create_checkout(revision=elsewhere), config=None)
    count()
    history = build_detail(builds[2].kcidb_id).history
    assert [row.build.id for row in history] == [builds[1].kcidb_id, builds[0].kcidb_id]


def test_what_a_build_said_and_which_issues_it_has():
    build = create_build("maestro:b", excerpt="error: x", status=Status.FAIL)
    create_incident(create_issue(comment="broken"), build_id="maestro:b")
    count()
    detail = build_detail("maestro:b")
    assert detail.fields["checkout_id"] == build.checkout.kcidb_id
    assert detail.fields["log_excerpt"] == detail.excerpt == "error: x"
    assert [issue.comment for issue in detail.issues] == ["broken"]
    assert detail.sources["origin"] == detail.submission == 1
