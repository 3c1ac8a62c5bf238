from __future__ import annotations

import json

import pytest

from ingest.document import decode
from ingest.errors import Refused
from results import jsontext


@pytest.mark.parametrize("number", [2**63, 2**64, 10**30, -(10**25), 12345678901234567890])
def test_long_whole_numbers_keep_every_digit(number):
    assert decode(b'{"misc": {"n": %d}}' % number).value == {"misc": {"n": number}}
    assert jsontext.loads(jsontext.dumps({"n": number})) == {"n": number}


def test_long_digits_in_texts_are_texts():
    assert decode(b'{"id": "a:12345678901234567890123"}').value == {"id": "a:12345678901234567890123"}


def test_lone_surrogates_become_replacement_characters():
    decoded = decode(b'{"comment": "a\\ud800b", "misc": {"\\udfff": ["\\ud83d\\ude00"]}}')
    assert decoded.value == {"comment": "a\ufffdb", "misc": {"\ufffd": ["\U0001f600"]}}
    assert decoded.cleaned == 2


def test_numbers_that_are_none_become_null_in_misc_only():
    decoded = decode(b'{"tests": [{"duration": NaN, "misc": {"a": [NaN, -Infinity, 1e999, 1.5]}}]}')
    (test,) = decoded.value["tests"]
    assert test["misc"] == {"a": [None, None, None, 1.5]} and decoded.cleaned == 3
    assert test["duration"] != test["duration"]


def test_nul_in_misc_is_kept():
    assert decode(b'{"misc": {"a": "x\\u0000y"}}').value == {"misc": {"a": "x\0y"}}


def test_a_byte_order_mark_is_no_harm():
    assert decode(b'\xef\xbb\xbf{"a": 1}').value == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"{", "not JSON: .* line 1 column 2"),
        (b'{"a": "\xff"}', "not UTF-8: .* at byte 7"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' * 5000 + b"1" + b"}" * 5000, "nested too deeply"),
    ],
)
def test_what_is_not_json(raw, reason):
    with pytest.raises(Refused, match=reason):
        decode(raw)


def test_too_large_a_document_is_refused_with_the_limit(monkeypatch):
    monkeypatch.setattr("ingest.document.MAX_BYTES", 10)
    with pytest.raises(Refused, match="11 bytes; 10 is the limit"):
        decode(b'{"a":12345}')


def test_equal_values_have_equal_text():
    assert jsontext.dumps({"b": 1, "a": [2**70]}) == jsontext.dumps({"a": [2**70], "b": 1})
    deep = json.loads('{"a": ' * 300 + "1" + "}" * 300)
    assert jsontext.loads(jsontext.dumps(deep)) == deep
