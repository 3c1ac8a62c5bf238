from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict

from dashboard.filters import BadQuery, read_query
from results.selection import DIMENSIONS, Selection, Term


def read(text, **kwargs):
    return read_query(QueryDict(text), **{"dimensions": DIMENSIONS, "sorts": ("status", "path"), **kwargs})


def test_repeated_values_negation_prefix_and_absence():
    query = read("lab=a&lab=!b&suite=kselftest.*&platform=none&branch=feature/x")
    assert query.selection["lab"] == (Term("a"), Term("b", negated=True))
    assert query.selection["suite"] == (Term("kselftest.", prefix=True),)
    assert query.selection["platform"] == (Term(None),)
    assert query.selection["branch"] == (Term("feature/x"),)


@pytest.mark.parametrize(
    "text", ["x", "!x", "x*", "!x*", "none", "!none", r"\none", r"\!x", r"x\*", r"!\!x*", "\\\\x"]
)
def test_terms_are_written_as_they_are_read(text):
    assert str(Term.parse(text)) == text


def test_empty_values_of_a_form_are_no_filters():
    assert read("lab=&q=&sort=&after=").selection == Selection()


def test_a_selection_survives_its_own_address():
    text = "commit=abc*&lab=!b&status=fail&since=2026-11-01&q=%5C%21x"
    query = read(text)
    again = QueryDict(mutable=True)
    for name, value in query.selection.params():
        again.appendlist(name, value)
    assert read_query(again, dimensions=DIMENSIONS).selection == query.selection


def test_an_unknown_parameter_is_told_with_the_known_ones():
    with pytest.raises(BadQuery, match="platfrom") as caught:
        read("platfrom=x", dimensions=("platform",))
    assert caught.value.known == ("platform", "sort", "after")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("status=bad", "status is one of"),
        ("status=x*", "status is one of"),
        ("kind=build", "kind is one of: boot, test"),
        ("since=yesterday", "since is a day"),
        ("until=2026-13-01", "until is a day"),
        ("commit=v6.18", "commit is a commit hash"),
        ("build=maestro:*", "build cannot be looked up"),
        ("build=none", "build cannot be none"),
        ("sort=price", "sort is one of"),
        ("lab=a%00b", "lab has a character"),
        ("lab=" + "x" * 2000, "more than 1024 characters"),
        ("after=" + "x" * 2000, "after"),
    ],
)
def test_bad_values_are_told(text, reason):
    with pytest.raises(BadQuery, match=reason):
        read(text)


def test_status_in_any_case_and_absent():
    assert read("status=FAIL&status=none").selection["status"] == (Term("fail"), Term(None))


def test_days_ago_and_short_commits():
    query = read("since=7d&commit=3f2a9c1")
    assert query.selection["since"] == (Term((datetime.now(UTC).date() - timedelta(days=7)).isoformat()),)
    assert query.selection["commit"] == (Term("3f2a9c1", prefix=True),)


def test_text_has_no_special_characters():
    assert read("q=!x*").selection["q"] == (Term("!x*"),)


def test_sort_after_and_parameters_of_the_page():
    query = read(
        "sort=-path&after=abc&tab=tests&url=https://x", extra={"tab": ("builds", "tests"), "url": None}
    )
    assert (query.sort, query.after) == ("-path", "abc")
    assert query.extra == {"tab": "tests", "url": "https://x"}
    with pytest.raises(BadQuery, match="tab is one of: builds, tests"):
        read("tab=labs", extra={"tab": ("builds", "tests")})


def test_a_pages_own_parameter_is_no_dimension():
    query = read("url=x", dimensions=(), extra={"url": None})
    assert query.selection == Selection()
    assert query.extra == {"url": "x"}
