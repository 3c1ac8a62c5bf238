from __future__ import annotations

from itertools import permutations

from ingest.planning.merge import merge, newest, other_sources, plain, sourced
from tests.ingest.kcidb import NOW

ONE, TWO, THREE = (NOW, 1), (NOW, 2), (NOW.replace(year=2025), 3)


def merged(*versions):
    """Return the object that (order, object) pairs make, whatever their order."""
    results = [merge(sourced(item, order) for order, item in some) for some in permutations(versions)]
    assert all(result == results[0] for result in results)
    return plain(results[0])


def test_the_newest_submission_wins_and_the_id_breaks_ties():
    assert merged((ONE, {"a": 1}), (TWO, {"a": 2}), (THREE, {"a": 3})) == {"a": 2}


def test_absence_never_erases_but_empty_values_do():
    assert merged(
        (ONE, {"a": 1, "b": [1], "c": "x", "misc": {"x": 1}}), (TWO, {"b": [], "c": "", "misc": {}})
    ) == {
        "a": 1,
        "b": [],
        "c": "",
        "misc": {},
    }


def test_misc_and_lists_replace_whole_and_sub_objects_merge():
    first = {"misc": {"a": 1}, "files": [1, 2], "environment": {"comment": "a", "misc": {"x": 1}}}
    second = {"misc": {"b": 2}, "files": [3], "environment": {"misc": {"y": 2}, "compatible": ["c"]}}
    assert merged((ONE, first), (TWO, second)) == {
        "misc": {"b": 2},
        "files": [3],
        "environment": {"comment": "a", "misc": {"y": 2}, "compatible": ["c"]},
    }


def test_an_empty_sub_object_erases_nothing():
    assert merged((ONE, {"culprit": {"code": True}}), (TWO, {"culprit": {}})) == {"culprit": {"code": True}}
    assert merged((ONE, {"environment": {}}), (TWO, {"a": 1})) == {"environment": {}, "a": 1}


def test_within_one_submission_the_later_wins():
    assert plain(merge([sourced({"a": 1, "b": 1}, ONE), sourced({"a": 2}, ONE)])) == {"a": 2, "b": 1}


def test_metadata_is_no_field():
    assert sourced({"_timestamp": "2026-01-01T00:00:00Z"}, ONE) == {}


def test_who_won_what_is_known():
    fields = merge(
        [
            sourced({"id": 1, "a": 1, "number": {"value": 1}}, ONE),
            sourced({"id": 1, "number": {"unit": "s"}}, TWO),
        ]
    )
    assert newest(fields) == TWO
    assert other_sources(fields) == {"a": 1, "number.value": 1}
    again = sourced(plain(fields), TWO, {"a": ONE, "number.value": ONE})
    assert again == fields


def from_maestro(**fields):
    return {"origin": "maestro", **fields}


def test_what_only_the_api_tells_survives_a_copy_that_lacks_it():
    api = from_maestro(
        misc={"lab": "a", "retry_counter": 2}, environment={"misc": {"platform": "p", "device": "p-03"}}
    )
    copy = from_maestro(misc={"lab": "b"}, environment={"misc": {"platform": "q"}})
    for one, other in ((ONE, TWO), (TWO, ONE)):
        both = merged((one, api), (other, copy))
        newest_misc = "a" if one == TWO else "b"
        assert both["misc"] == {"lab": newest_misc, "retry_counter": 2}
        assert both["environment"]["misc"]["device"] == "p-03"
    assert merged((ONE, api), (TWO, from_maestro())) == api
    assert merged((ONE, api), (TWO, from_maestro(misc={"retry_counter": 3})))["misc"] == {"retry_counter": 3}


def test_where_it_comes_from_is_known():
    fields = merge([sourced(from_maestro(misc={"retry_by": "x"}), ONE), sourced(from_maestro(misc={}), TWO)])
    assert plain(fields) == from_maestro(misc={"retry_by": "x"})
    assert other_sources(fields) == {"misc/retry_by": 1}
    assert sourced(plain(fields), TWO, {"misc/retry_by": ONE}) == fields


def test_misc_of_others_replaces_whole():
    first, second = ({"origin": "o", "misc": misc} for misc in ({"retry_counter": 1}, {"x": 1}))
    assert merged((ONE, first), (TWO, second))["misc"] == {"x": 1}
