from __future__ import annotations

import json

import jsonschema
import pytest
from kcidb_io.schema import LATEST

from ingest import schema
from ingest.document import Document
from ingest.errors import Refused
from ingest.schema import accept
from tests.ingest import kcidb


def accepted(version=kcidb.V5_3, **lists):
    return accept(kcidb.document(version=version, **lists))


def refusal(**lists):
    """Return the only refusal of a document."""
    (found,) = accepted(**lists).refusals
    return found


def test_lists_that_are_empty_hold_nothing():
    assert accepted(tests=[], builds=[]).objects == {}


def test_the_rest_of_a_document_is_accepted():
    found = accepted(
        tests=[kcidb.run(1), kcidb.run(2, status="pass"), kcidb.run(3)],
        builds=[kcidb.build(1, valid=True), kcidb.build(2)],
    )
    assert [item["id"] for item in found.objects["test"]] == ["o:t1", "o:t3"]
    assert [item["id"] for item in found.objects["build"]] == ["o:b2"]
    assert [(part.kind, part.object_id, part.pointer) for part in found.refusals] == [
        ("build", "o:b1", "/builds/0/valid"),
        ("test", "o:t2", "/tests/1/status"),
    ]


def test_a_refusal_can_be_tried_again():
    found = refusal(tests=[kcidb.run(1), kcidb.run(2, path="ltp.")])
    assert json.loads(found.raw) == {"version": kcidb.V5_3, "tests": [kcidb.run(2, path="ltp.")]}


@pytest.mark.parametrize(
    ("fields", "pointer", "reason"),
    [
        ({"status": None}, "/status", "status: None is not of type 'string'"),
        ({"number": {"unit": "s"}}, "/number/value", "number.value: 'value' is a required property"),
        ({"a/b~c": 1}, "/a~1b~0c", "a/b~c: Additional properties are not allowed"),
        ({"environment": {"x": 1}}, "/environment/x", "environment.x: Additional properties"),
        (
            {"output_files": [{"name": "a/b", "url": "https://x.org"}]},
            "/output_files/0/name",
            "output_files.name: 'a/b'",
        ),
        ({"log_excerpt": "x" * 16385}, "/log_excerpt", "log_excerpt: 'xxxx"),
        (
            {"start_time": "2026-01-01T00:00:00"},
            "/start_time",
            "start_time: '2026-01-01T00:00:00' is not a 'date-time'",
        ),
        ({"build_id": "x"}, "/build_id", "build_id: 'x' does not match"),
    ],
)
def test_the_pointer_leads_to_the_field(fields, pointer, reason):
    found = refusal(tests=[kcidb.run(), kcidb.run(**fields)])
    assert found.pointer == f"/tests/1{pointer}"
    assert found.reason.startswith(reason) and len(found.reason) < 1000


def test_a_missing_field_is_named():
    item = kcidb.run()
    del item["build_id"]
    assert refusal(tests=[item]).pointer == "/tests/0/build_id"


def test_several_errors_of_one_object_are_one_refusal():
    found = refusal(tests=[kcidb.run(path="ltp.", status="pass", x=1)])
    assert "path:" in found.reason and "status:" in found.reason


@pytest.mark.parametrize("item", [5, None, [], "x", {}, {"id": 5}])
def test_objects_that_are_none(item):
    found = refusal(tests=[item])
    assert found.object_id == "" and found.pointer.startswith("/tests/0")


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"version": {"major": 5, "minor": 4}}, "/version/minor"),
        ({"version": {"major": 5, "minor": 3.0}}, "/version"),
        ({"version": {"major": 3, "minor": 1}}, "/version/major"),
        ({"version": {"major": True}}, "/version/major"),
        ({"version": "1.1"}, "/version"),
        ({"version": None}, "/version"),
        ({}, "/version"),
        ({"version": kcidb.V5_3, "issue": []}, "/issue"),
        ({"version": kcidb.V5_3, "tests": {}}, "/tests"),
        ({"version": kcidb.V5_3, "tests": None}, "/tests"),
        ([], ""),
        (None, ""),
        (5, ""),
        ("x", ""),
    ],
)
def test_errors_of_the_envelope_refuse_the_document(data, pointer):
    with pytest.raises(Refused) as caught:
        accept(Document("x", kcidb.NOW, json.dumps(data).encode()))
    assert caught.value.pointer == pointer and caught.value.reason


def test_a_version_without_minor_means_zero():
    assert accepted(version={"major": 5}).version == "v5.0"
    with_input_files = kcidb.run(input_files=[])
    assert (
        accepted(version={"major": 5}, tests=[with_input_files]).refusals[0].pointer == "/tests/0/input_files"
    )


@pytest.mark.parametrize("version", [{"major": 5, "minor": minor} for minor in range(4)])
def test_objects_of_version_5_are_taken_as_they_are(version, monkeypatch):
    monkeypatch.setattr(LATEST, "upgrade", None)
    assert accepted(version=version, tests=[kcidb.run()]).objects == {"test": [kcidb.run()]}


def test_older_versions_are_upgraded():
    found = accepted(version={"major": 4, "minor": 2}, builds=[kcidb.build(valid=True)])
    assert found.objects == {"build": [kcidb.build(status="PASS")]}


def test_what_cannot_be_upgraded_is_refused_alone():
    found = accepted(
        version={"major": 4, "minor": 5},
        checkouts=[kcidb.checkout(git_repository_url="git://x.org/a"), kcidb.checkout(2)],
        tests=[kcidb.run(path="a..b"), kcidb.run(2, waived=True)],
    )
    assert [(part.object_id, part.pointer) for part in found.refusals] == [
        ("o:c1", "/checkouts/0/git_repository_url"),
        ("o:t1", "/tests/0/path"),
    ]
    assert all(part.reason.startswith(part.pointer.rpartition("/")[2]) for part in found.refusals)
    assert {kind: [item["id"] for item in items] for kind, items in found.objects.items()} == {
        "checkout": ["o:c2"],
        "test": ["o:t2"],
        "issue": ["_:waived"],
        "incident": ["_:waived:1:o:t2"],
    }


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(number):
    raw = b'{"version":{"major":5},"tests":[{"id":"o:","build_id":"o:2","origin":"o","number":{"value":%s}}]}'
    (found,) = accept(Document("x", kcidb.NOW, raw % number.encode())).refusals
    assert found.pointer == "/tests/0/number/value" and "not a number of JSON" in found.reason


def test_versions_of_issues_beyond_64_bits_are_refused():
    found = accepted(
        issues=[kcidb.issue(version=2**63 - 1), kcidb.issue(version=2**63)],
        incidents=[kcidb.incident(issue_version=10**30)],
    )
    assert [part.pointer for part in found.refusals] == ["/issues/1/version", "/incidents/0/issue_version"]
    assert len(found.objects["issue"]) == 1


EDGES = {
    "start_time": (
        "2026-01-01t00:00:00z",
        "2026-01-01 00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "2026-01-01T00:00:00.123456789Z",
        "2026-01-01T00:00:00+24:00",
        "",
    ),
    "log_url": (
        "javascript:x",
        "file:///a",
        "http://a//b",
        "no url",
        "https://é.org",
        "https://x.org/[ ]",
        "https://x.org/a|b",
    ),
    "path": ("ltp\n", "a-b.c_d", ".a"),
    "status": ("PASS\n",),
    "duration": (-1, "1", True),
    "environment": ({"compatible": ["a b"]}, {"compatible": ["a,b", "c"]}, {"compatible": []}),
    "comment": ("a\0b",),
    "misc": ({"a\0": "\0"}, []),
    "id": ("o:", "O:x", "o:a\nb"),
    "origin": ("o\n",),
    "number": ({"value": 1, "prefix": "kilo"},),
    "_timestamp": ("2026-01-01T00:00:00Z",),
    "_other": (1,),
}


@pytest.mark.parametrize("fields", [{name: value} for name in EDGES for value in EDGES[name]], ids=repr)
def test_the_verdict_is_that_of_kcidb_io(fields):
    data = {"version": kcidb.V5_3, "tests": [kcidb.run(**fields)]}
    try:
        LATEST.validate(data)
        expected = True
    except jsonschema.ValidationError:
        expected = False
    assert bool(accept(kcidb.document(tests=data["tests"])).objects) == expected


@pytest.mark.parametrize("time", ["2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z"])
def test_times_of_rfc_3339_that_python_does_not_know_are_taken(time):
    assert accepted(tests=[kcidb.run(start_time=time)]).refusals == []


def test_every_version_compiles():
    for version in LATEST.lineage:
        assert schema._compiled(version) is not None
