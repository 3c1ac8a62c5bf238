"""Everything at once is what the pages and the counts have."""

from __future__ import annotations

import pytest

from results.documents import test_object as whole_test
from results.keys import key_of
from results.models import Test
from results.queries import whole
from results.queries.builds import build_page
from results.queries.checkout_counts import checkout_counts
from results.queries.checkouts import checkout_page, checkouts_of
from results.queries.scope_issues import scope_issues
from results.queries.scopes import of_checkouts, of_results, scope_counts
from results.queries.submitted import log_urls
from results.queries.tests import test_page as page_of_tests
from results.queries.whole import all_builds, all_tests
from results.selection import EVERYTHING, Selection
from results.status import Status
from results.streaming import pieces
from tests.factories import count, create_build, create_checkout, create_revision, create_test

pytestmark = pytest.mark.django_db

SELECTIONS = [
    {},
    {"status": ["fail", "!none"]},
    {"platform": ["none"]},
    {"kind": ["boot"], "lab": ["lab-*"]},
    {"tree": ["mainline"], "status": ["!pass"]},
    {"path": ["kselftest.*"]},
    {"q": ["futex"], "arch": ["arm64"]},
    {"issue": ["maestro:known"]},
]


def rows_of(found):
    return [row for piece in found for row in piece]


@pytest.mark.parametrize("params", SELECTIONS)
def test_all_tests_are_those_of_the_pages(odd_world, params):
    selection = Selection.parse(params)
    found = {row.id: row for row in rows_of(all_tests(selection))}
    listed = page_of_tests(selection, limit=1000).rows
    assert found.keys() == {row.id for row in listed}
    for row in listed:
        assert {name: getattr(found[row.id], name) for name in row.__slots__} == {
            name: getattr(row, name) for name in row.__slots__
        }


def test_all_tests_come_in_pieces(odd_world, monkeypatch):
    monkeypatch.setattr(whole, "pieces", lambda query: pieces(query, rows=7))
    found = list(all_tests(EVERYTHING))
    assert {len(piece) for piece in found[:-1]} == {7}
    assert len({row.id for row in rows_of(found)}) == Test.objects.count()


def test_all_builds_are_those_of_the_pages(odd_world):
    for params in ({}, {"tree": ["mainline"]}, {"status": ["fail"]}, {"lab": ["lab-one"]}):
        selection = Selection.parse(params)
        found, listed = rows_of(all_builds(selection)), build_page(selection, limit=1000).rows
        assert sorted(found, key=lambda row: row.build.id) == sorted(listed, key=lambda row: row.build.id)


@pytest.mark.parametrize(
    "params", [{"platform": ["rk3399-gru-kevin"]}, {"compatible": ["rockchip,rk3399"]}, {}]
)
def test_the_counts_of_a_scope_are_its_rows(odd_world, params):
    scope = of_results(Selection.parse(params))
    counts = scope_counts(scope)
    for groups, rows in (
        (counts.boots, rows_of(all_tests(scope.boots))),
        (counts.tests, rows_of(all_tests(scope.tests))),
        (counts.builds, rows_of(all_builds(scope.builds, within=scope.builds_within))),
    ):
        by = {
            by: sum(group.counts.total for group in groups if group.by == by)
            for by in ("", "origin", "arch", "lab")
        }
        assert set(by.values()) == {len(rows)}
        (total,) = [group.counts for group in groups if group.by == ""]
        assert dict(total) == {status: sum(row.status is status for row in rows) for status in Status}


def test_the_counts_of_checkouts_are_those_of_their_scopes(odd_world):
    checkouts = checkout_page(EVERYTHING).rows
    found = checkout_counts([checkout.number for checkout in checkouts])
    for checkout in checkouts:
        whole_scope = scope_counts(of_checkouts([checkout.number]))
        for kind in ("builds", "boots", "tests"):
            total = sum(group.counts.total for group in getattr(whole_scope, kind) if group.by == "")
            assert total == getattr(found[checkout.number], kind).total


@pytest.mark.parametrize("kind", ["boot", "test"])
def test_issues_of_a_scope(odd_world, kind):
    found = scope_issues(of_results(EVERYTHING), f"{kind}s")
    fails = rows_of(all_tests(Selection.parse({"status": ["fail"], "kind": [kind]})))
    known = rows_of(all_tests(Selection.parse({"issue": ["maestro:known"], "kind": [kind]})))
    assert sum(issue.counts.total for issue in found.issues) == len(known)
    assert found.unknown == len(fails) - len([row for row in known if row.status is Status.FAIL])
    assert bool(known) is (kind == "boot")


@pytest.mark.parametrize(
    ("kcidb_id", "path", "url"),
    [
        ("maestro:" + "a" * 24, "ltp.futex_wait05", "https://logs.example.org/same"),
        ("maestro:" + "b" * 24, "ltp.futex_wait05", "https://logs.example.org/" + "b" * 24),
        ("ti:test 1234567", "ltp.futex_wait05", "https://logs.example.org/test 1234567/futex_wait05"),
        ('ti:quote"d 1234567', "ltp.x", 'https://logs.example.org/quote"d 1234567'),
        ("ti:own \x01 character", "ltp.x", "https://logs.example.org/own \x01 character"),
        ("maestro:" + "c" * 24, "ltp.x", None),
        ("maestro:" + "d" * 24, "ltp.x", ["no text"]),
    ],
)
def test_log_urls(kcidb_id, path, url):
    create_test(kcidb_id, path=path, **({} if url is None else {"log_url": url}))
    count()
    runs = [run for run in rows_of(all_tests(EVERYTHING)) if run.id == kcidb_id]
    assert log_urls(runs) == [url if isinstance(url, str) else None]
    assert whole_test(Test.objects.get(key=key_of(kcidb_id))).get("log_url") == url


def test_checkouts_are_found_by_what_their_origin_calls_them():
    revision = create_revision("a" * 40)
    create_checkout(
        "maestro:one", revision=revision, git_repository_url="https://mirror", git_repository_branch="x"
    )
    create_checkout("linaro:two", revision=revision, origin="linaro", tree_name="linus")
    create_build()
    assert [row.id for row in checkouts_of("a" * 40, url="https://mirror", branch="x")] == ["maestro:one"]
    assert [row.id for row in checkouts_of("a" * 40, tree="linus")] == ["linaro:two"]
    assert [row.id for row in checkouts_of("a" * 40, tree="mainline", origin="linaro")] == ["linaro:two"]
    assert len(checkouts_of("a" * 40, url=revision.tree.url)) == 2
