"""What loading writes: columns, series, placeholders, submissions and what is due."""

from __future__ import annotations

import json
import logging
import zlib

import pytest
from django.db import OperationalError, ProgrammingError, connection

from ingest import load
from ingest.document import Document
from ingest.load import load_documents
from results import documents
from results.keys import key_of
from results.models import (
    Build,
    Checkout,
    Due,
    FieldSource,
    Incident,
    Issue,
    Lab,
    Origin,
    Platform,
    Rejection,
    Revision,
    Submission,
    Test,
    Tree,
    TreeAlias,
)
from results.rollups import refresh
from results.status import Status
from tests.ingest import kcidb

pytestmark = pytest.mark.django_db

COMMIT = "0123456789" * 4
CHECKOUT = {
    "git_repository_url": "https://x.org/linux.git",
    "git_repository_branch": "b",
    "git_commit_hash": COMMIT,
}


def load_one(**parts):
    return load_documents([kcidb.document(**parts)])


def only_test():
    return Test.objects.select_related("build", "series__path", "document", "excerpt", "unit").get()


def due():
    return sorted((Due.Kind(row.kind).name, row.ref) for row in Due.objects.all())


def test_a_test_whose_build_is_not_known():
    load_one(
        tests=[kcidb.run(path="kselftest.net.tcp", status="FAIL", start_time="2026-01-01T02:00:00+02:00")]
    )
    test = only_test()
    series = test.series
    assert (test.key, test.kcidb_id, test.status) == (key_of("o:t1"), "o:t1", Status.FAIL)
    assert test.start_time.isoformat() == "2026-01-01T00:00:00+00:00"
    assert (test.build.kcidb_id, test.build.known, test.build.checkout) == ("o:b1", False, None)
    assert (series.path.name, series.suite.name, series.origin.name, series.lab.name) == (
        "kselftest.net.tcp", "kselftest.net", "o", "o",
    )  # fmt: skip
    assert (series.platform, series.tree, series.config, series.architecture) == (None, None, None, None)
    assert due() == [("BUILD", key_of("o:b1"))]


@pytest.mark.parametrize("together", [True, False])
def test_series_are_bound_when_the_parents_are_known(together):
    lists = {
        "checkouts": [kcidb.checkout(**CHECKOUT)],
        "builds": [kcidb.build(architecture="aarch64", compiler="gcc-12", config_name="defconfig+")],
        "tests": [kcidb.run(path="boot")],
    }
    if together:
        load_one(**lists)
    else:
        for name, items in lists.items():
            load_one(name=name, **{name: items})
    series = only_test().series
    assert (series.tree.name, series.tree.branch) == ("linux", "b")
    assert (series.architecture.name, series.compiler.name, series.config.name) == (
        "arm64",
        "gcc-12",
        "defconfig",
    )


def test_ids_of_nodes_are_read_from_the_key():
    node = "maestro:6877de4e2ce2c1874ed30840"
    load_one(tests=[{"id": node, "build_id": "ti:1", "origin": "ti"}])
    test = only_test()
    assert test.kcidb_id is None and documents.test_object(test)["id"] == node
    assert {"maestro", "ti"} <= set(Origin.objects.values_list("name", flat=True))


def test_checkouts_make_revisions_and_trees():
    load_one(
        checkouts=[kcidb.checkout(**CHECKOUT, git_commit_name="v6.1", git_commit_message="net: fix\n\nLong.")]
    )
    row = Checkout.objects.select_related("revision__tree").get()
    revision = row.revision
    assert (row.known, row.origin.name, row.start_time) == (True, "o", None)
    assert (revision.commit, revision.patchset, revision.describe, revision.subject) == (
        COMMIT,
        "",
        "v6.1",
        "net: fix",
    )
    assert revision.started == kcidb.NOW
    assert (revision.tree.name, revision.tree.url, revision.tree.branch) == (
        "linux",
        CHECKOUT["git_repository_url"],
        "b",
    )


def test_a_checkout_without_a_commit_has_no_revision():
    load_one(checkouts=[kcidb.checkout(tree_name="x")])
    assert Checkout.objects.get().revision is None


def test_mirrors_are_one_tree():
    path = "pub/scm/linux/kernel/git/torvalds/linux.git"
    hosts = ("https://git.kernel.org", "https://kernel.googlesource.com")
    load_one(
        checkouts=[
            kcidb.checkout(n, git_repository_url=f"{host}/{path}", git_commit_hash=COMMIT, tree_name=name)
            for n, (host, name) in enumerate(zip(hosts, ("upstream-mainline", "mainline"), strict=True))
        ]
    )
    assert Revision.objects.count() == 1
    assert Tree.objects.get().name == "mainline"


def test_an_operator_can_file_a_repository_under_a_tree():
    TreeAlias.objects.create(url="https://x.org/linux.git", name="mine", canonical_url="https://y.org/linux")
    load_one(checkouts=[kcidb.checkout(**CHECKOUT)])
    tree = Tree.objects.get()
    assert (tree.name, tree.url) == ("mine", "https://y.org/linux")


def test_builds():
    load_one(
        builds=[
            kcidb.build(
                status="FAIL", duration=12, misc={"lab": "k8s-all"}, start_time="2026-01-01T00:00:00Z"
            ),
            kcidb.build(2) | {"id": "maestro:dummy_1_arm64"},
        ]
    )
    build, dummy = Build.objects.order_by("is_dummy")
    assert (build.status, build.duration, build.lab.name, build.is_dummy) == (
        Status.FAIL,
        12,
        "k8s-all",
        False,
    )
    assert (build.checkout.kcidb_id, build.checkout.known) == ("o:c1", False)
    assert (build.architecture, build.config, build.compiler) == (None, None, None)
    assert dummy.is_dummy and dummy.known
    assert not Lab.objects.get(name="k8s-all").is_physical


def test_the_highest_version_of_an_issue_is_the_newest():
    for version in (5, 20240502101105, 7):
        load_one(name=str(version), issues=[kcidb.issue(version=version, comment=str(version))])
    assert list(Issue.objects.filter(is_newest=True).values_list("version", flat=True)) == [20240502101105]
    assert Issue.objects.count() == 3


def test_incidents_point_at_what_may_not_exist():
    load_one(incidents=[kcidb.incident(1, test_id="o:t9", present=True), kcidb.incident(2)])
    first, second = Incident.objects.order_by("kcidb_id")
    assert (first.issue_key, first.test_key, first.build_key, first.present) == (
        key_of("o:i1"), key_of("o:t9"), None, True,
    )  # fmt: skip
    assert (second.test_key, second.present) == (None, None)
    assert due() == [("ISSUE", key_of("o:i1"))]


def test_platforms_keep_their_newest_compatibles():
    def with_compatible(at, *names):
        environment = {"misc": {"platform": "board"}, "compatible": list(names)}
        load_one(name=str(at), at=at, tests=[kcidb.run(at, environment=environment)])

    with_compatible(5, "v,new", "v,soc")
    with_compatible(1, "w,old")
    with_compatible(9)
    platform = Platform.objects.get()
    assert (platform.compatibles, platform.vendor) == (["v,new", "v,soc"], "v")


def test_measurements():
    load_one(tests=[kcidb.run(number={"value": -172, "unit": "us", "prefix": "metric"}, duration=-5)])
    test = only_test()
    assert (test.value, test.unit.name, test.unit.prefix, test.duration) == (-172, "us", "metric", -5)
    assert documents.test_object(test)["number"] == {"value": -172, "unit": "us", "prefix": "metric"}


def test_tests_of_a_job_share_their_documents_and_excerpts():
    load_one(
        tests=[
            kcidb.run(1, log_excerpt="same", comment="the log of leaf_one", path="ltp.leaf_one"),
            kcidb.run(2, log_excerpt="same", comment="the log of leaf_two", path="ltp.leaf_two"),
        ]
    )
    assert (
        Test.objects.values("document").distinct().count()
        == Test.objects.values("excerpt").distinct().count()
        == 1
    )


def test_a_later_submission_moves_a_test_to_another_build():
    load_one(tests=[kcidb.run(path="boot", status="FAIL")])
    Due.objects.all().delete()
    load_one(name="b", at=1, tests=[kcidb.run(build_id="o:b2")])
    test = only_test()
    assert (test.build.kcidb_id, test.status, test.is_boot) == ("o:b2", Status.FAIL, True)
    assert due() == sorted([("BUILD", key_of("o:b1")), ("BUILD", key_of("o:b2"))])
    assert FieldSource.objects.get().fields.keys() == {"path", "status"}


def test_an_older_submission_only_fills_what_is_missing():
    load_one(at=5, builds=[kcidb.build(status="PASS", architecture="arm64")])
    newest = Build.objects.get().submission_id
    load_one(name="b", at=1, builds=[kcidb.build(status="FAIL", compiler="gcc-12", checkout_id="o:c9")])
    build = Build.objects.get()
    assert (build.status, build.compiler.name, build.checkout.kcidb_id) == (Status.PASS, "gcc-12", "o:c1")
    assert build.submission_id == newest


def test_one_submission_for_all_fields_leaves_no_field_sources():
    load_one(tests=[kcidb.run(status="FAIL", path="boot")])
    load_one(name="b", at=1, tests=[kcidb.run(status="PASS")])
    assert FieldSource.objects.count() == 1
    load_one(name="c", at=2, tests=[kcidb.run(status="PASS", path="boot")])
    assert FieldSource.objects.count() == 0


def test_what_is_the_same_is_not_due_again():
    load_one(tests=[kcidb.run(status="FAIL")], builds=[kcidb.build()], checkouts=[kcidb.checkout()])
    Due.objects.all().delete()
    summary = load_one(
        name="b", at=1, tests=[kcidb.run(status="FAIL")], builds=[kcidb.build()], checkouts=[kcidb.checkout()]
    )
    assert {part.unchanged for part in summary.counts.values()} == {0, 1} and due() == []
    assert Test.objects.get().submission_id == Submission.objects.get(name="b").id


def test_an_object_twice_in_one_document():
    summary = load_one(tests=[kcidb.run(status="FAIL", path="boot"), kcidb.run(status="PASS")])
    assert summary.counts["test"].new == 1
    assert documents.test_object(only_test()) == kcidb.run(status="PASS", path="boot")


def test_a_submission_says_what_it_held():
    document = kcidb.document(
        "x/y.json", at=7, version={"major": 5, "minor": 1},
        tests=[kcidb.run(1), kcidb.run(2, status="x"), kcidb.run(3, origin="p")], issues=[kcidb.issue()],
    )  # fmt: skip
    load_documents([document], source="here")
    row = Submission.objects.get()
    assert (row.name, row.source, row.version, row.size) == ("x/y.json", "here", "v5.1", len(document.raw))
    assert (row.tests, row.issues, row.builds, row.rejections, row.state) == (2, 1, 0, 1, "partial")
    assert row.origins == ["o", "p"] and row.submitted_at == document.submitted_at


def test_the_same_bytes_of_another_time_are_another_submission(monkeypatch):
    first, again, later = (kcidb.document(at=at, tests=[kcidb.run()]) for at in (0, 0, 1))
    monkeypatch.setattr(load, "ATTEMPTS", 1)
    assert load_documents([first, again]).repeated == 1
    assert load_documents([later]).documents == 1
    assert Submission.objects.count() == 2


def test_rejected_bytes_are_kept():
    load_documents([Document("x", kcidb.NOW, b'{"a": [')])
    row = Rejection.objects.get()
    assert (row.kind, row.submission.state) == ("document", "rejected")
    assert zlib.decompress(bytes(row.raw)) == b'{"a": ['
    assert load_documents([Document("x", kcidb.NOW, b'{"a": [')]).rejected_before == 1


def test_documents_are_loaded_in_batches(monkeypatch):
    monkeypatch.setattr(load, "BATCH_OBJECTS", 20)
    seen = []
    documents_ = (kcidb.document(str(n), tests=[kcidb.run(m) for m in range(n, n + 9)]) for n in range(10))
    load_documents(documents_, on_batch=lambda summary: seen.append(summary.documents))
    assert seen == [2, 4, 6, 8, 10] and Test.objects.count() == 18


def test_origins_that_pages_need_are_known_after_a_merge():
    load_one(tests=[{"id": "maestro:6877de4e2ce2c1874ed30840", "build_id": "o:1", "origin": "o"}] * 2)
    assert documents.test_object(only_test())["id"].startswith("maestro:")


@pytest.fixture
def refusing_database():
    """A database that refuses certain comments of issues, as it might refuse anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE results_issue ADD CONSTRAINT no_poison CHECK (comment NOT LIKE 'poison%%')", []
        )


def test_one_bad_object_does_not_hold_up_the_others(refusing_database, caplog):
    caplog.set_level(logging.CRITICAL)
    items = [kcidb.issue(n, comment="poison" if n in (3, 11) else "fine") for n in range(16)]
    summary = load_documents(
        [
            kcidb.document("good.json", issues=[kcidb.issue(90)]),
            kcidb.document("bad.json", issues=items, tests=[kcidb.run()]),
            kcidb.document("last.json", issues=[kcidb.issue(91)]),
        ]
    )
    assert Issue.objects.count() == 16 and Test.objects.count() == 1
    assert summary.rejected_objects == 2 and summary.documents == 3
    assert {row.object_id for row in Rejection.objects.all()} == {"o:i3", "o:i11"}
    row = Rejection.objects.first()
    assert row.kind == "issue" and "no_poison" in row.reason and row.submission.name == "bad.json"
    assert json.loads(zlib.decompress(bytes(row.raw)))["issues"] == [items[3]]
    assert Submission.objects.get(name="bad.json").state == "partial"


def test_a_slip_of_ours_rejects_one_object_and_no_more(monkeypatch, caplog):
    caplog.set_level(logging.CRITICAL)
    real = load.make_plan

    def slip(arrivals, dimensions):
        if any(
            item.get("comment") == "?" for one in arrivals for item in one.accepted.objects.get("test", [])
        ):
            raise KeyError("slip")
        return real(arrivals, dimensions)

    monkeypatch.setattr(load, "make_plan", slip)
    load_one(tests=[kcidb.run(n, comment="?" if n == 2 else "!") for n in range(5)])
    assert Test.objects.count() == 4
    assert "KeyError" in Rejection.objects.get().reason


@pytest.mark.parametrize("error", [OperationalError("gone"), ProgrammingError("no such table")])
def test_a_broken_database_rejects_nothing(monkeypatch, error):
    def broken(plan):
        raise error

    monkeypatch.setattr(load, "write", broken)
    with pytest.raises(type(error)):
        load_one(tests=[kcidb.run()])
    assert Rejection.objects.count() == Submission.objects.count() == 0


def test_summaries_follow():
    load_one(
        checkouts=[kcidb.checkout(**CHECKOUT)], builds=[kcidb.build(status="PASS")],
        tests=[kcidb.run(path="boot", status="PASS")], issues=[kcidb.issue()],
        incidents=[kcidb.incident(test_id="o:t1")],
    )  # fmt: skip
    while refresh():
        pass
    assert Build.objects.get().revision == Revision.objects.get() and due() == []
