"""Input that passes the schema and breaks databases: stored as it is, cleaned, or isolated."""

from __future__ import annotations

import pytest

from ingest.document import Document
from ingest.load import load_documents
from results.documents import test_object, whole_object
from results.models import Build, Checkout, Issue, Rejection, Submission, Test, TestPath
from results.rollups import refresh
from tests.ingest import kcidb

pytestmark = pytest.mark.django_db

test_object.__test__ = False  # a function of the product, not a test

LONG = "x" * 100_000
TESTS = {
    "nul in misc": {"misc": {"a\0b": ["\0"], "runtime": "lab\0"}},
    "nul in a platform": {"environment": {"misc": {"platform": "a\0b"}}},
    "long path": {"path": ".".join(["a" * 50] * 100)},
    "long platform": {"environment": {"misc": {"platform": LONG}}},
    "long compatible": {"environment": {"compatible": ["v," + LONG]}},
    "long lab": {"misc": {"lab": LONG}},
    "long unit": {"number": {"value": 1, "unit": LONG}},
    "odd platform": {"environment": {"misc": {"platform": ["list"]}}},
    "odd lab": {"misc": {"lab": {"a": 1}, "runtime": [1]}},
    "null everywhere in misc": {
        "misc": {"lab": None, "runtime": None},
        "environment": {"misc": {"platform": None}},
    },
    "long numbers": {"misc": {"n": 10**30}, "duration": 10**25 + 1},
    "number beyond doubles": {"number": {"value": 10**400}},
    "negative duration": {"duration": -1e300},
    "leap second": {"start_time": "2016-12-31T23:59:60.25Z"},
    "year 10000": {"start_time": "9999-12-31T23:59:59-12:00"},
    "year 0": {"start_time": "0000-01-01T00:00:00Z"},
    "small letters": {"start_time": "2026-01-01t00:00:00z"},
    "html": {"comment": "<script>alert(1)</script>", "log_url": "javascript:alert(1)"},
    "newline in the build": {"build_id": "o:b\n1"},
    "long build": {"build_id": "o:" + LONG},
    "empty local part": {"id": "o:"},
    "newline in the id": {"id": "o:a\nb\tc\\"},
    "long id": {"id": "o:" + LONG},
    "quotes in the id": {"id": 'o:"quoted" \\ back', "comment": '"quoted" \\ back'},
    "origin of another": {"id": "p:1"},
    "long origin": {"origin": "o" * 3000, "id": "o" * 3000 + ":6877de4e2ce2c1874ed30840"},
    "deep misc": {"misc": {"a": [[[[[[[[[[{}]]]]]]]]]]}},
    "empty path": {"path": ""},
    "empty excerpt": {"log_excerpt": "", "comment": ""},
    "control characters": {"comment": "\x01\x02\x1e\x7f", "log_excerpt": "\x1b[31mred\r\n\t\\N \\."},
    "null word": {"environment": {"misc": {"platform": "NULL"}}, "misc": {"lab": "null"}, "path": "NULL"},
    "braces": {"environment": {"misc": {"platform": '{a,"b"}'}}},
}


@pytest.mark.parametrize("fields", TESTS.values(), ids=TESTS)
def test_tests_are_kept_as_they_are(fields):
    item = kcidb.run(**fields)
    summary = load_documents([kcidb.document(tests=[item, kcidb.run(2)])])
    assert summary.is_whole, summary.rejections
    shown = {found["id"]: found for found in map(test_object, Test.objects.all())}
    expected = kcidb.comparable("test", item) if item.get("start_time", "").startswith("2026") else item
    assert shown[item["id"]] == expected
    while refresh():
        pass
    again = load_documents([kcidb.document("b", at=1, tests=[item, kcidb.run(2)])])
    assert again.counts["test"].unchanged == 2


def test_long_paths_are_named_apart():
    paths = [".".join(["a" * 50] * 100) + end for end in ("x", "y")]
    load_documents([kcidb.document(tests=[kcidb.run(n, path=path) for n, path in enumerate(paths)])])
    names = TestPath.objects.values_list("name", flat=True)
    assert len(names) == 2 and all(len(name) <= 512 for name in names)


@pytest.mark.parametrize(
    "fields",
    [
        {"git_commit_name": LONG, "git_commit_message": "\n\n" + LONG, "git_commit_hash": "a" * 40},
        {"tree_name": LONG, "git_repository_branch": LONG, "git_commit_hash": "a" * 40},
        {"git_repository_url": "https://" + LONG, "git_commit_hash": "a" * 40},
        {"git_repository_url": "https://[::1/x"},
        {"git_commit_hash": "a" * 40 + "\n", "patchset_hash": "b" * 64 + "\n"},
        {"id": "o:\n" + LONG},
        {"misc": {"\0": "\0"}, "git_commit_hash": "a" * 40},
        {"start_time": "9999-12-31T23:59:59-12:00", "git_commit_hash": "a" * 40},
    ],
)
def test_checkouts(fields):
    item = kcidb.checkout(**fields)
    summary = load_documents([kcidb.document(checkouts=[item])])
    if summary.is_whole:
        assert whole_object(Checkout.objects.get()) == item
        while refresh():
            pass
    else:
        assert Rejection.objects.get().pointer


@pytest.mark.parametrize(
    "fields",
    [
        {"config_name": LONG, "compiler": LONG, "architecture": "a" * 3000},
        {"duration": 10**400},
        {"checkout_id": "o:" + LONG, "id": "o:\n"},
        {"misc": {"lab": "\0"}},
        {"log_excerpt": ""},
    ],
)
def test_builds(fields):
    item = kcidb.build(**fields)
    assert load_documents([kcidb.document(builds=[item])]).is_whole
    assert whole_object(Build.objects.get()) == item


def test_values_that_cannot_be_stored_are_cleaned_and_counted():
    raw = (
        b'{"version":{"major":5,"minor":3},"tests":[{"id":"o:t","build_id":"o:b","origin":"o",'
        b'"comment":"\\ud800","misc":{"a":NaN,"\\udc00":[Infinity]}}]}'
    )
    summary = load_documents([Document("x", kcidb.NOW, raw)])
    assert summary.is_whole and summary.cleaned == 4
    assert Submission.objects.get().cleaned == 4
    item = test_object(Test.objects.get())
    assert (item["comment"], item["misc"]) == ("\ufffd", {"a": None, "\ufffd": [None]})


def test_whole_numbers_written_as_fractions():
    raw = b'{"version":{"major":5,"minor":3},"issues":[{"id":"o:i","version":5.0,"origin":"o"}]}'
    assert load_documents([Document("x", kcidb.NOW, raw)]).is_whole
    assert Issue.objects.get().version == 5


def test_file_names_may_hold_anything():
    name = b"a\xffb.json".decode("utf-8", "surrogateescape")
    load_documents([Document(name, kcidb.NOW, b"{}"), Document("a\0b", kcidb.NOW, b"[]")])
    assert {row.name for row in Submission.objects.all()} == {"a?b.json", "a\\0b"}


def test_objects_too_deep_for_the_stack_are_refused_with_their_document():
    deep = b'{"version":{"major":5,"minor":3},"tests":[],"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    summary = load_documents([Document("deep", kcidb.NOW, deep), kcidb.document(tests=[kcidb.run()])])
    assert summary.rejected_documents == 1 and Test.objects.count() == 1


@pytest.mark.parametrize("depth", [200, 300, 600, 900])
def test_deep_misc(depth):
    raw = b'{"version":{"major":5},"tests":[{"id":"o:t","build_id":"o:b","origin":"o","misc":{"a":%s}}]}'
    summary = load_documents([Document("x", kcidb.NOW, raw % (b"[" * depth + b"]" * depth))])
    assert summary.documents == 1
    assert Test.objects.count() + Rejection.objects.count() == 1


def test_a_document_of_eight_megabytes():
    tests = [kcidb.run(n, path=f"ltp.test_number_{n}", log_excerpt="y" * 16384) for n in range(500)]
    summary = load_documents([kcidb.document(tests=tests)])
    assert summary.counts["test"].new == 500
    assert Test.objects.values("excerpt").distinct().count() == 1
