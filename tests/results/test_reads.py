from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.sql import SQL

from results.db import fetch
from results.errors import BadCursor, NotFound, QueryTimeout
from results.models import Build
from results.queries.builds import build_detail, build_page
from results.queries.devices import device_detail, device_listing
from results.queries.facets import facets, totals
from results.queries.freshness import freshness
from results.queries.issues import incident_page, issue_detail, issue_listing
from results.queries.labs import lab_detail, lab_listing
from results.queries.records import TreeRef
from results.queries.revisions import newest_revisions, revision_detail, revision_history
from results.queries.series import series_detail
from results.queries.submissions import rejection_listing, submission_detail, submission_listing
from results.queries.test_runs import test_detail as detail_of_test
from results.queries.tests import test_page as page_of_tests
from results.queries.trees import find_trees, tree_listing
from results.selection import EVERYTHING, Selection
from tests.factories import (
    NOW,
    URL,
    count,
    create_build,
    create_checkout,
    create_incident,
    create_issue,
    create_rejection,
    create_revision,
    create_submission,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def the_tree():
    return find_trees("mainline", branch="master")[0]


def test_facets_show_the_most_frequent_values_and_those_picked():
    build = create_build()
    for number in range(15):
        for _ in range(15 - number):
            create_test(build=build, lab=f"lab-{number:02}", platform=None)
    count()
    found = {facet.dimension: facet for facet in facets(Selection.parse({"lab": ["lab-14", "!gone"]})).facets}
    assert [value.text for value in found["lab"].values] == [
        *(f"lab-{number:02}" for number in range(12)),
        "lab-14",
        "gone",
    ]
    assert [(value.count, value.picked, value.negated) for value in found["lab"].values[-2:]] == [
        (1, True, False),
        (0, True, True),
    ]
    assert found["lab"].more == 2
    assert [(value.text, value.count) for value in found["platform"].values] == [("none", 1)]


def test_what_a_page_is_about_is_no_facet():
    create_test()
    count()
    about = Selection.parse({"lab": ["lab-one"]})
    assert "lab" not in [facet.dimension for facet in facets(about, about=about).facets]


def test_totals_of_nothing_are_zero():
    found = totals(EVERYTHING)
    assert (found.builds.total, found.boots.total, found.tests.total) == (0, 0, 0)
    assert facets(EVERYTHING).counts.total == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: detail_of_test("maestro:none"),
        lambda: build_detail("maestro:none"),
        lambda: issue_detail("maestro:none"),
        lambda: series_detail(1),
        lambda: series_detail(2**70),
        lambda: submission_detail(2**70),
        lambda: device_detail("none", since=TODAY),
        lambda: lab_detail("none", today=TODAY),
        lambda: revision_detail(create_checkout() and the_tree(), commit="f" * 40),
    ],
)
def test_what_is_not_there_is_not_found(ask):
    with pytest.raises(NotFound):
        ask()


@pytest.mark.parametrize(
    "cursor", ["", "x", "WzFd", "bnVsbA", "W10", "é", "WzEsMiwzLDRd", "WyJcdTAwMDAiLDEsMSwxXQ"]
)
@pytest.mark.parametrize("sort", ["status", "path", "platform", "start", "duration"])
def test_cursors_that_nobody_gave_out(cursor, sort):
    create_test()
    count()
    if cursor:
        with pytest.raises(BadCursor):
            page_of_tests(EVERYTHING, sort=sort, after=cursor)
    with pytest.raises(ValueError, match="no such order"):
        page_of_tests(EVERYTHING, sort="price")


def test_a_question_that_takes_too_long_is_given_up(transactional_db):
    with pytest.raises(QueryTimeout):
        fetch(SQL("SELECT pg_sleep(5)"), dict, timeout_ms=20)
    assert fetch(SQL("SELECT current_setting('statement_timeout') AS limit"), dict) == [{"limit": "2s"}]
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def _world(size):
    for number in range(size):
        tree = create_tree(f"tree-{size}-{number}")
        build = create_build(checkout=create_checkout(revision=create_revision(tree=tree)))
        create_test(
            f"ti:{size}-{number}", build=build, platform=f"board-{size}-{number}", lab=f"lab-{size}-{number}"
        )
        create_incident(create_issue(f"maestro:issue-{size}-{number}"), test_id=f"ti:{size}-{number}")
        create_rejection(create_submission(f"{size}-{number}.json"))
    count()


@pytest.mark.parametrize(
    ("read", "statements"),
    [
        (lambda build: tree_listing(now=NOW), 1),
        (lambda build: newest_revisions(), 1),
        (lambda build: revision_history(TreeRef("tree-10-0", "master", URL)), 1),
        (lambda build: revision_detail(TreeRef("tree-10-0", "master", URL), commit=build.revision.commit), 3),
        (lambda build: page_of_tests(EVERYTHING), 2),
        (lambda build: page_of_tests(EVERYTHING, sort="-path"), 2),
        (lambda build: build_page(EVERYTHING), 2),
        (lambda build: facets(EVERYTHING), 1),
        (lambda build: totals(EVERYTHING), 1),
        (lambda build: detail_of_test("ti:10-1"), 3),
        (lambda build: build_detail(build.kcidb_id), 5),
        (lambda build: device_listing(since=TODAY), 1),
        (lambda build: device_detail("board-10-1", since=TODAY), 4),
        (lambda build: lab_listing(today=TODAY), 1),
        (lambda build: lab_detail("lab-10-1", today=TODAY), 4),
        (lambda build: issue_listing(), 1),
        (lambda build: issue_detail("maestro:issue-10-0"), 2),
        (lambda build: incident_page("maestro:issue-10-0"), 2),
        (lambda build: submission_listing(), 1),
        (lambda build: rejection_listing(), 1),
        (lambda build: freshness(now=NOW), 1),
    ],
)
def test_the_number_of_statements_does_not_grow_with_the_rows(read, statements):
    for size in (10, 20):
        _world(size)
        build = Build.objects.select_related("revision").order_by("id")[0]
        page_of_tests(EVERYTHING)  # learns the names of origins, once
        with CaptureQueriesContext(connection) as captured:
            read(build)
        assert len(captured) == statements
