from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.sql import SQL

from results.db import fetch
from results.errors import BadCursor, NotFound, QueryTimeout
from results.keys import key_of
from results.models import Build, FieldSource
from results.queries.builds import build_detail, build_page
from results.queries.devices import device_detail, device_listing
from results.queries.facets import facets, totals
from results.queries.freshness import freshness
from results.queries.issues import incident_page, issue_detail, issue_listing
from results.queries.labs import lab_detail, lab_listing
from results.queries.records import TreeRef
from results.queries.revisions import find_revisions, newest_revisions, revision_detail, revision_history
from results.queries.series import series_detail, series_history
from results.queries.submissions import rejection_listing, submission_detail, submission_listing
from results.queries.test_runs import test_detail as detail_of_test
from results.queries.tests import test_page as page_of_tests
from results.queries.trees import find_trees, tree_listing
from results.selection import EVERYTHING, Selection
from results.status import Status
from tests.factories import (
    NOW,
    URL,
    count,
    create_build,
    create_checkout,
    create_history,
    create_incident,
    create_issue,
    create_rejection,
    create_revision,
    create_submission,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def the_tree(name="mainline"):
    return find_trees(name, branch="master")[0]


# --- Trees and revisions --------------------------------------------------------------------------


def test_trees_by_name_activity_and_origin():
    create_checkout()
    old = create_revision(tree=create_tree("old"), started=NOW - timedelta(days=40))
    create_checkout(revision=old, start_time=old.started)
    create_build(
        checkout=create_checkout(revision=create_revision(tree=create_tree("next"))), origin="linaro"
    )
    create_revision(tree=create_tree("orphan"))
    count()
    assert [row.tree.name for row in tree_listing(now=NOW)] == ["mainline", "next"]
    assert [row.tree.name for row in tree_listing("NEX", now=NOW)] == ["next"]
    assert [row.tree.name for row in tree_listing("%", now=NOW)] == []
    assert [row.tree.name for row in tree_listing(origin="linaro", now=NOW)] == ["next"]
    assert [row.tree.name for row in tree_listing(days=90, now=NOW)] == ["mainline", "next", "old"]


def test_the_trend_is_the_failures_of_the_last_revisions_oldest_first():
    for failures, checkout in enumerate(create_history(25)):
        build = create_build(checkout=checkout, status=Status.FAIL)
        for _ in range(failures % 3):
            create_test(build=build, status=Status.FAIL)
    count()
    assert tree_listing(now=NOW)[0].trend == tuple(1 + number % 3 for number in range(5, 25))


def test_a_revision_has_neighbours_checkouts_and_a_message():
    _, before, this, after = (checkout.revision for checkout in create_history(4))
    create_checkout(revision=this, origin="linaro", start_time=None, excerpt="fatal: no", valid=False)
    create_checkout(
        revision=this,
        start_time=this.started - timedelta(minutes=1),
        git_commit_message="Linux 6.18\n\nSigned-off-by: someone",
    )
    count()
    detail = revision_detail(the_tree(), commit=this.commit)
    assert (detail.previous.commit, detail.next.commit) == (before.commit, after.commit)
    assert [checkout.origin for checkout in detail.checkouts] == ["maestro", "maestro", "linaro"]
    assert detail.checkouts[2].excerpt == "fatal: no"
    assert (detail.subject, detail.message) == ("Linux 6.18", "Linux 6.18\n\nSigned-off-by: someone")


def test_the_ends_of_a_history_have_one_neighbour():
    first, last = (checkout.revision for checkout in create_history(2))
    count()
    assert revision_detail(the_tree(), commit=first.commit).previous is None
    assert revision_detail(the_tree(), commit=last.commit).next is None


def test_revisions_started_at_the_same_moment_are_all_listed():
    for _ in range(5):
        create_checkout(revision=create_revision(started=NOW))
    count()
    first = revision_history(the_tree(), limit=3)
    second = revision_history(the_tree(), limit=3, after=first.after)
    assert len({row.revision.commit for row in (*first, *second)}) == 5
    assert second.after is None


def test_a_history_between_days_keeps_revisions_with_nothing_to_count():
    for checkout in create_history(5):
        create_test(build=create_build(checkout=checkout), platform="rpi-4")
    count()
    selection = Selection.parse({"since": ["2026-11-20"], "until": ["2026-11-22"], "platform": ["kevin"]})
    rows = revision_history(the_tree(), selection=selection).rows
    assert [row.started.day for row in rows] == [22, 21, 20]
    assert not any(row.tests or row.builds for row in rows)


def test_revisions_are_found_by_commit_and_by_name():
    revision = create_revision("abcdef" + "0" * 34)
    create_checkout(revision=revision, git_commit_name="v6.18-rc7")
    create_checkout(revision=create_revision("abcdef" + "0" * 34, tree=create_tree("next")), origin="ti")
    create_checkout(revision=create_revision("ffff" + "0" * 36), git_commit_name="v6.18")
    count()
    assert len(find_revisions("abcd")) == len(find_revisions("abcdef" + "0" * 34)) == 2
    assert [row.revision.title for row in find_revisions("v6.18-rc7")] == ["v6.18-rc7"]
    assert find_revisions("abc") == find_revisions("v6.18-rc8") == find_revisions("") == ()
    assert len(find_revisions("ffff")) == 1


def test_the_newest_revision_of_each_tree_newest_first():
    create_history(3)
    create_checkout(revision=create_revision(tree=create_tree("next")), start_time=NOW - timedelta(days=2))
    count()
    assert [row.revision.tree.name for row in newest_revisions()] == ["mainline", "next"]
    assert len(newest_revisions(limit=1)) == 1


# --- Tests, builds and series ---------------------------------------------------------------------


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


# --- Devices, labs, issues, submissions -----------------------------------------------------------


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


# --- Facets ---------------------------------------------------------------------------------------


def test_facets_show_the_most_frequent_values_and_those_picked():
    build = create_build()
    for number in range(15):
        for _ in range(15 - number):
            create_test(build=build, lab=f"lab-{number:02}", platform=None)
    count()
    found = {facet.dimension: facet for facet in facets(Selection.parse({"lab": ["lab-14", "!gone"]})).facets}
    assert [value.text for value in found["lab"].values] == [
        *(f"lab-{number:02}" for number in range(12)),
        "lab-14",
        "gone",
    ]
    assert [(value.count, value.picked, value.negated) for value in found["lab"].values[-2:]] == [
        (1, True, False),
        (0, True, True),
    ]
    assert found["lab"].more == 2
    assert [(value.text, value.count) for value in found["platform"].values] == [("none", 1)]


def test_what_a_page_is_about_is_no_facet():
    create_test()
    count()
    about = Selection.parse({"lab": ["lab-one"]})
    assert "lab" not in [facet.dimension for facet in facets(about, about=about).facets]


def test_totals_of_nothing_are_zero():
    found = totals(EVERYTHING)
    assert (found.builds.total, found.boots.total, found.tests.total) == (0, 0, 0)
    assert facets(EVERYTHING).counts.total == 0


# --- Mistakes, limits and costs -------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda: detail_of_test("maestro:none"),
        lambda: build_detail("maestro:none"),
        lambda: issue_detail("maestro:none"),
        lambda: series_detail(1),
        lambda: series_detail(2**70),
        lambda: submission_detail(2**70),
        lambda: device_detail("none", since=TODAY),
        lambda: lab_detail("none", today=TODAY),
        lambda: revision_detail(create_checkout() and the_tree(), commit="f" * 40),
    ],
)
def test_what_is_not_there_is_not_found(ask):
    with pytest.raises(NotFound):
        ask()


@pytest.mark.parametrize(
    "cursor", ["", "x", "WzFd", "bnVsbA", "W10", "é", "WzEsMiwzLDRd", "WyJcdTAwMDAiLDEsMSwxXQ"]
)
@pytest.mark.parametrize("sort", ["status", "path", "platform", "start", "duration"])
def test_cursors_that_nobody_gave_out(cursor, sort):
    create_test()
    count()
    if cursor:
        with pytest.raises(BadCursor):
            page_of_tests(EVERYTHING, sort=sort, after=cursor)
    with pytest.raises(ValueError, match="no such order"):
        page_of_tests(EVERYTHING, sort="price")


def test_a_question_that_takes_too_long_is_given_up(transactional_db):
    with pytest.raises(QueryTimeout):
        fetch(SQL("SELECT pg_sleep(5)"), dict, timeout_ms=20)
    assert fetch(SQL("SELECT current_setting('statement_timeout') AS limit"), dict) == [{"limit": "2s"}]
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def _world(size):
    for number in range(size):
        tree = create_tree(f"tree-{size}-{number}")
        build = create_build(checkout=create_checkout(revision=create_revision(tree=tree)))
        create_test(
            f"ti:{size}-{number}", build=build, platform=f"board-{size}-{number}", lab=f"lab-{size}-{number}"
        )
        create_incident(create_issue(f"maestro:issue-{size}-{number}"), test_id=f"ti:{size}-{number}")
        create_rejection(create_submission(f"{size}-{number}.json"))
    count()


@pytest.mark.parametrize(
    ("read", "statements"),
    [
        (lambda build: tree_listing(now=NOW), 1),
        (lambda build: newest_revisions(), 1),
        (lambda build: revision_history(TreeRef("tree-10-0", "master", URL)), 1),
        (lambda build: revision_detail(TreeRef("tree-10-0", "master", URL), commit=build.revision.commit), 2),
        (lambda build: page_of_tests(EVERYTHING), 2),
        (lambda build: page_of_tests(EVERYTHING, sort="-path"), 2),
        (lambda build: build_page(EVERYTHING), 2),
        (lambda build: facets(EVERYTHING), 1),
        (lambda build: totals(EVERYTHING), 1),
        (lambda build: detail_of_test("ti:10-1"), 3),
        (lambda build: build_detail(build.kcidb_id), 5),
        (lambda build: device_listing(since=TODAY), 1),
        (lambda build: device_detail("board-10-1", since=TODAY), 4),
        (lambda build: lab_listing(today=TODAY), 1),
        (lambda build: lab_detail("lab-10-1", today=TODAY), 4),
        (lambda build: issue_listing(), 1),
        (lambda build: issue_detail("maestro:issue-10-0"), 2),
        (lambda build: incident_page("maestro:issue-10-0"), 2),
        (lambda build: submission_listing(), 1),
        (lambda build: rejection_listing(), 1),
        (lambda build: freshness(now=NOW), 1),
    ],
)
def test_the_number_of_statements_does_not_grow_with_the_rows(read, statements):
    for size in (10, 20):
        _world(size)
        build = Build.objects.select_related("revision").order_by("id")[0]
        page_of_tests(EVERYTHING)  # learns the names of origins, once
        with CaptureQueriesContext(connection) as captured:
            read(build)
        assert len(captured) == statements
