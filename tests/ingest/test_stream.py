from __future__ import annotations

import io
import json

import pytest

from ingest.document import MAX_BYTES
from ingest.errors import Refused
from ingest.sources import stream
from tests.ingest.kcidb import NOW

INDENTED = b'{\n "a": "}\\"{",\n "b": [\n 1\n ]\n}\n'


def pieces(content):
    return [(one.raw, one.problem) for one in stream.documents(io.BytesIO(content), "s", NOW)]


def texts(content):
    return [raw for raw, problem in pieces(content) if not problem]


def problems(content):
    return [problem for _, problem in pieces(content) if problem]


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":1}\n{"b":2}\n',
        b'{"a":1}{"b":2}',
        b'\n\n{"a":1}\r\n\r\n{"b":2}\r\n',
        b'\x1e{"a":1}\n\x1e{"b":2}\n',
        b'\x1e{"a":1}\x1e{"b":2}',
        b'  {"a":1} {"b":2}  ',
    ],
)
def test_every_way_of_putting_values_one_after_another(content):
    assert texts(content) == [b'{"a":1}', b'{"b":2}'] and problems(content) == []


def test_indented_values():
    assert texts(INDENTED) == [INDENTED]
    assert [json.loads(text) for text in texts(INDENTED * 3)] == [{"a": '}"{', "b": [1]}] * 3


def test_names_are_numbered_when_there_are_several():
    def names(content):
        return [one.name for one in stream.documents(io.BytesIO(content), "s", NOW)]

    assert names(b"{}") == ["s"]
    assert names(b"{}\n{}\n{}") == ["s#1", "s#2", "s#3"]


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\x1e\n"])
def test_nothing_is_a_problem(content):
    assert problems(content) == ["not JSON: the document is empty"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"b": [1,2\n', "cut off (at byte 8"),
        (b'{"b": "x\n', "cut off (at byte 8"),
        (b'{"b": tru}\n', "Expecting value: line 1 column 7 (char 6) (at byte 8"),
        (b"garbage\nmore garbage\n", "Expecting value"),
        (b"\xff\xfe\n", "not UTF-8"),
        (b"{]\n", "property name"),
        (b"}\n", "Expecting value"),
    ],
)
def test_what_is_broken_in_the_middle_is_isolated(broken, reason):
    found = pieces(b'{"a":1}\n' + broken + b'{"c":3}\n{"d":4}\n')
    assert [raw for raw, problem in found if not problem] == [b'{"a":1}', b'{"c":3}', b'{"d":4}']
    ((raw, problem),) = [one for one in found if one[1]]
    assert raw == broken and reason in problem


def test_a_cut_record_of_a_text_sequence_ends_at_the_separator():
    found = pieces(b'\x1e{"a":\n 1}\n\x1e{"b":\n [\x1e{"c":3}\n')
    assert [raw for raw, problem in found if not problem] == [b'{"a":\n 1}', b'{"c":3}']
    assert "cut off" in next(problem for _, problem in found if problem)


def test_a_broken_indented_value_is_one_problem():
    found = pieces(b'{\n "a": 1,\n "b": }\n' + INDENTED)
    assert [bool(problem) for _, problem in found] == [True, False]


def test_values_that_only_the_lenient_parser_takes():
    assert texts(b'{"a": NaN}\n{"a": "\\ud800"}\n') == [b'{"a": NaN}', b'{"a": "\\ud800"}']


def test_large_streams_are_read_in_pieces(monkeypatch):
    monkeypatch.setattr(stream, "WHOLE_BYTES", 1000)
    line = json.dumps({"text": "x" * 700}).encode() + b"\n"

    class Endless(io.RawIOBase):
        """Fails the test when somebody reads far ahead of what was asked for."""

        given = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            part = (line * (len(buffer) // len(line) + 1))[: len(buffer)]
            buffer[: len(part)] = part
            self.given += len(part)
            return len(part)

    endless = Endless()
    documents = stream.documents(io.BufferedReader(endless, len(line) * 4), "s", NOW)
    for _ in range(1000):
        assert next(documents).raw == line.strip()
    assert endless.given < 1010 * len(line)


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(stream, "MAX_BYTES", 500)
    monkeypatch.setattr(stream, "WHOLE_BYTES", 100)


@pytest.mark.parametrize("break_", [b"", b"\n "])
def test_a_document_over_the_limit_is_refused_and_skipped(small_limit, break_):
    big = b'{"a": ["' + (b'x", ' + break_ + b'"') * 300 + b'"]}\n'
    found = pieces(b'{"a":1}\n' + big + b'{"c":3}\n')
    assert [raw for raw, problem in found if not problem] == [b'{"a":1}', b'{"c":3}']
    (problem,) = [problem for _, problem in found if problem]
    assert "more than 500 bytes" in problem
    assert max(len(raw) for raw, _ in found) <= 510


def test_many_values_on_one_long_line(small_limit):
    assert texts(b'{"a":1}' * 500) == [b'{"a":1}'] * 500


def test_characters_of_several_bytes_on_one_long_line(small_limit):
    value = '{"é":"\U0001f600漢字"}'
    assert texts(value.encode() * 100) == [value.encode()] * 100


def test_the_limit_is_far_above_what_was_seen():
    assert MAX_BYTES > 5 * 8_000_000


def test_a_document_over_the_limit_says_so():
    (document,) = stream.documents(io.BytesIO(b'{"a":1}'), "s", NOW)
    assert document.decoded.value == {"a": 1}
    with pytest.raises(Refused, match="not JSON"):
        _ = next(stream.documents(io.BytesIO(b"{"), "s", NOW)).decoded
