from __future__ import annotations

from datetime import timedelta

import pytest

from results.queries.devices import device_detail, device_listing
from results.queries.freshness import freshness
from results.queries.issues import incident_page, issue_detail, issue_listing
from results.queries.labs import lab_detail, lab_listing
from results.queries.submissions import rejection_listing, submission_detail, submission_listing
from results.selection import Selection
from results.status import Status
from tests.factories import (
    NOW,
    count,
    create_build,
    create_history,
    create_incident,
    create_issue,
    create_rejection,
    create_submission,
    create_test,
)

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def test_devices_are_found_by_name_and_compatible():
    create_test(platform="kevin", compatibles=("google,kevin", "rockchip,rk3399"))
    create_test(platform="rpi-4", start_time=NOW - timedelta(days=30))
    create_test(platform="rpi-5", lab="lab-two", build=create_build(known=False))
    count()

    def found(**params):
        rows = device_listing(Selection.parse(params), since=TODAY - timedelta(days=7))
        return [row.platform for row in rows]

    assert found() == ["kevin", "rpi-5"]
    assert found(q=["RK33"]) == ["kevin"]
    assert found(compatible=["rockchip,*"]) == ["kevin"]
    assert found(lab=["lab-two"]) == ["rpi-5"]
    assert found(arch=["arm64"]) == ["kevin"]
    assert found(status=["fail"]) == []


def test_a_device_row_names_labs_architecture_and_last_result():
    create_test(platform="kevin", compatibles=("google,kevin",), lab="b", build=create_build(known=False))
    create_test(
        platform="kevin", lab="a", start_time=NOW + timedelta(hours=1), build=create_build(arch="arm")
    )
    count()
    row = device_listing(since=TODAY)[0]
    assert (row.labs, row.architecture, row.compatible) == (("a", "b"), "arm", "google,kevin")
    assert row.last_result == NOW + timedelta(hours=1)


def test_a_device_shows_the_newest_tested_revision_of_each_tree():
    for checkout in create_history(3)[:2]:
        create_test(build=create_build(checkout=checkout), platform="kevin")
    create_test(build=create_build(known=False), platform="kevin", path="ltp.a")
    count()
    detail = device_detail("kevin", since=TODAY - timedelta(days=7))
    assert [tree.started.day for tree in detail.trees] == [22]
    assert {suite.suite: suite.last_day for suite in detail.suites} == {"kselftest.net": TODAY, "ltp": TODAY}


def test_a_lab_is_compared_with_other_labs_on_the_same_builds():
    build, other = create_build(), create_build()
    create_test(build=build, lab="mine", status=Status.FAIL)
    create_test(build=build, lab="theirs")
    create_test(build=build, lab="theirs", path="ltp.a")
    create_test(build=build, lab="theirs", platform="rpi-4")
    create_test(build=other, lab="theirs")
    create_test(build=build, lab="mine", platform=None)
    count()
    devices = {device.platform: device for device in lab_detail("mine", today=TODAY).devices}
    assert devices["rk3399-gru-kevin"].tests.failed == 1
    assert devices["rk3399-gru-kevin"].elsewhere.total == devices["rk3399-gru-kevin"].elsewhere.passed == 1
    assert devices["rk3399-gru-kevin"].shared.total == devices["rk3399-gru-kevin"].shared.failed
    assert devices[None].elsewhere.total == devices[None].shared.total == 0


def test_labs_by_name_origin_and_window():
    create_test(lab="lab-one")
    create_test(lab="old", start_time=NOW - timedelta(days=14))
    create_test(lab="future", start_time=NOW + timedelta(days=1), origin="ti")
    count()
    assert [row.lab for row in lab_listing(today=TODAY)] == ["future", "lab-one"]
    assert [row.lab for row in lab_listing("LAB", today=TODAY)] == ["lab-one"]
    assert [row.lab for row in lab_listing(origin="ti", today=TODAY)] == ["future"]
    row = lab_listing(today=TODAY)[1]
    assert (len(row.days), row.days[-1].day, row.days[-1].counts.total) == (14, TODAY, 1)
    assert (row.devices, row.origins, row.last_result) == (1, ("maestro",), NOW)
    assert lab_detail("old", today=TODAY).lab.tests.total == 0


def test_issues_most_recently_seen_first_in_their_newest_version():
    old, new, unseen = (create_issue(f"maestro:{name}", comment=name) for name in ("old", "new", "unseen"))
    create_issue("maestro:new", version=2, comment="new, better", culprit_code=True, culprit_tool=False)
    for issue, days in ((old, 3), (new, 1)):
        create_test(f"ti:{issue.comment}", start_time=NOW - timedelta(days=days))
        create_incident(issue, test_id=f"ti:{issue.comment}")
    count()
    rows = issue_listing(limit=2)
    assert [row.issue.comment for row in rows] == ["new, better", "old"]
    assert [row.issue.id for row in issue_listing(limit=2, after=rows.after)] == [unseen.kcidb_id]
    assert rows.rows[0].culprits == ("code",)
    assert [row.issue.id for row in issue_listing("BETTER")] == ["maestro:new"]
    assert [row.issue.id for row in issue_listing(culprit="code")] == ["maestro:new"]
    assert len(issue_listing(origin="maestro")) == 3
    assert [version.version for version in issue_detail("maestro:new").versions] == [2, 1]


def test_incidents_name_their_tests_and_builds_known_or_not():
    issue = create_issue("maestro:i")
    test = create_test("ti:run", status=Status.FAIL)
    create_incident(issue, test_id="ti:run", comment="seen")
    create_incident(issue, test_id="ti:nothing")
    create_incident(issue, build_id="maestro:nothing")
    build = create_build("maestro:b", status=Status.ERROR)
    create_incident(issue, build_id="maestro:b", present=False)
    count()
    in_build, no_build, no_test, in_test = incident_page("maestro:i").rows
    assert (in_test.test.id, in_test.build.id, in_test.comment) == ("ti:run", test.build.kcidb_id, "seen")
    assert in_test.revision.commit == test.build.checkout.revision.commit
    assert (no_test.test_id, no_test.test, no_test.build) == ("ti:nothing", None, None)
    assert (no_build.build_id, no_build.build) == ("maestro:nothing", None)
    assert (in_build.build_status, in_build.present) == (Status.ERROR, False)
    assert in_build.revision.commit == build.checkout.revision.commit


def test_submissions_and_what_was_refused_of_them():
    rows = [
        create_submission(f"{number}.json", received_at=NOW - timedelta(minutes=number))
        for number in range(5)
    ]
    create_submission("bad_x", state="rejected", source="http", origins=["linaro", "ti"])
    refused = create_rejection(rows[0])
    create_rejection(rows[0], replayed_at=NOW)
    create_rejection(rows[1])
    first = submission_listing(limit=4)
    assert first.rows[-1].name == "2.json"
    assert [row.name for row in submission_listing(limit=4, after=first.after)] == ["3.json", "4.json"]
    assert [row.name for row in submission_listing(origin="ti")] == ["bad_x"]
    assert [row.name for row in submission_listing(state="rejected", source="http", search="BAD_")] == [
        "bad_x"
    ]
    assert submission_detail(rows[0].pk).name == "0.json"
    assert len(rejection_listing()) == 3
    assert len(rejection_listing(open_only=True)) == 2
    found = rejection_listing(submission=rows[0].pk, open_only=True).rows
    assert [(row.id, row.pointer, row.size) for row in found] == [(refused.pk, "/tests/0/status", 10)]
    page = rejection_listing(limit=2)
    assert len(rejection_listing(limit=2, after=page.after)) == 1


def test_freshness_says_who_is_silent_and_what_waits():
    create_submission(received_at=NOW)
    create_test(origin="maestro", start_time=NOW - timedelta(hours=2))
    create_test(origin="linaro", start_time=NOW - timedelta(hours=25))
    create_test(origin="gone", start_time=NOW - timedelta(days=40))
    waiting = freshness(now=NOW)
    assert (waiting.due > 0, waiting.due_since is not None, waiting.origins) == (True, True, 0)
    count()
    fresh = freshness(now=NOW)
    assert (fresh.received_at, fresh.due, fresh.due_since) == (NOW, 0, None)
    assert (fresh.origins, fresh.silent) == (2, ("linaro",))
