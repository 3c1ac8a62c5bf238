"""Repeated log excerpts: read once, and nobody can tell."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import orjson
import pytest

from ingest.document import Document, decode
from ingest.repeats import folded
from ingest.schema import accept

LONG = 'login: \\ "quoted" é\n' * 60
OTHER = "Kernel panic\n" * 60


def report(*excerpts, **more):
    tests = [
        {"id": f"o:{n}", "origin": "o", "build_id": "o:b", "log_excerpt": excerpt}
        for n, excerpt in enumerate(excerpts)
    ]
    return {"version": {"major": 5, "minor": 3}, "tests": tests, **more}


def accepted(raw):
    return accept(Document("report", datetime(2026, 1, 1, tzinfo=UTC), raw))


WRITTEN = {
    "compact": orjson.dumps,
    "spaced": lambda value: json.dumps(value).encode(),
    "indented": lambda value: json.dumps(value, indent=2, ensure_ascii=False).encode(),
}


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_repeats_are_what_was_submitted(write):
    document = report(LONG, LONG, OTHER, OTHER, LONG, "short", "short", LONG)
    raw = write(document)
    short = folded(raw)
    assert short is not None and len(short.raw) < len(raw) / 1.5
    assert accepted(raw).objects == {"test": document["tests"]}


def test_distinct_and_short_excerpts_are_left_alone():
    assert folded(orjson.dumps(report(LONG, OTHER, LONG[1:], "short", "short"))) is None


@pytest.mark.parametrize(
    "misc",
    [
        {"log_excerpt": LONG},
        {"error": {"log_excerpt": LONG}},
        {'a"log_excerpt': LONG},
        {"said": f'"log_excerpt":{LONG}'},
    ],
    ids=["misc", "deeper", "a name that ends like it", "a text that quotes it"],
)
def test_excerpts_elsewhere_come_to_no_harm(misc):
    document = report(LONG, LONG)
    document["tests"][0]["misc"] = document["tests"][1]["misc"] = misc
    assert accepted(orjson.dumps(document)).objects == {"test": document["tests"]}


def test_a_repeated_excerpt_that_is_too_long_is_refused_each_time():
    answer = accepted(orjson.dumps(report("x" * 16_385, "x" * 16_385, LONG, LONG)))
    assert [refusal.pointer for refusal in answer.refusals] == [
        "/tests/0/log_excerpt",
        "/tests/1/log_excerpt",
    ]
    assert [test["log_excerpt"] for test in answer.objects["test"]] == [LONG, LONG]


def test_a_repeated_lone_surrogate_is_cleaned_each_time():
    raw = json.dumps(report("\ud800" + LONG, "\ud800" + LONG)).encode()
    decoded = decode(raw)
    assert decoded.cleaned == 2
    assert {test["log_excerpt"] for test in decoded.value["tests"]} == {"\ufffd" + LONG}


def test_a_cut_off_document_is_still_reported_as_one():
    raw = orjson.dumps(report(LONG, LONG))[:-30]
    with pytest.raises(Exception, match="not JSON"):
        decode(raw)
