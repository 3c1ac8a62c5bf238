from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.documents import OWN_ID, StoredTest, pack, restore_test, unpack

IDS = st.one_of(
    st.text(max_size=40), st.sampled_from(["abcdef", 'a"b\\c\n\x01d', "0" * 24, "\\u0001xx", "é" * 9])
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | IDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(IDS, inner, max_size=4),
    max_leaves=12,
)


@given(fields=st.dictionaries(IDS, VALUES, max_size=5), local=IDS, path=IDS)
def test_packing_can_be_undone(fields, local, path):
    body = pack(fields, f"o:{local}", path)
    assert unpack(body, f"o:{local}", path) == json.loads(json.dumps(fields))


def test_tests_of_one_job_share_a_document():
    def body(number):
        local, leaf = f"{number:024x}", f"some_long_name_{number}"
        url = f"https://x.org/viewer?node_id=o:{local}"
        return pack({"misc": {"viewer": url}, "comment": f"{leaf} on board"}, f"o:{local}", f"ltp.{leaf}")

    assert body(1) == body(2) and OWN_ID in body(1)


def test_short_strings_are_left_alone():
    assert pack({"a": "boot b1"}, "o:b1", "boot") == '{"a":"boot b1"}'


def stored(**parts):
    columns = {
        "kcidb_id": "o:t", "build_id": "o:b", "path_name": "", "status": 0, "start_time": None,
        "duration": None, "value": None, "body": '{"origin":"o"}', "excerpt": None,
    }  # fmt: skip
    return restore_test(StoredTest(**(columns | parts)))


def test_what_was_absent_stays_absent():
    assert stored() == {"id": "o:t", "build_id": "o:b", "origin": "o"}


def test_columns_are_shown_as_they_were_submitted():
    found = stored(
        path_name="boot",
        status=6,
        start_time=datetime(2026, 1, 1, tzinfo=UTC),
        duration=5.0,
        value=0.5,
        excerpt="",
        body='{"origin":"o","number":{"unit":"s"}}',
    )
    assert found == {
        "id": "o:t", "build_id": "o:b", "origin": "o", "path": "boot", "status": "FAIL", "duration": 5,
        "start_time": "2026-01-01T00:00:00+00:00", "number": {"value": 0.5, "unit": "s"}, "log_excerpt": "",
    }  # fmt: skip
    assert isinstance(found["duration"], int)


@pytest.mark.parametrize(
    "fields", [{"path": ""}, {"start_time": "2016-12-31T23:59:60Z"}, {"number": {"value": 2**70 + 1}}]
)
def test_the_document_has_the_last_word(fields):
    found = stored(
        path_name="x",
        start_time=datetime(2017, 1, 1, tzinfo=UTC),
        value=1.0,
        body=json.dumps({"origin": "o"} | fields),
    )
    assert {name: found[name] for name in fields} == fields
