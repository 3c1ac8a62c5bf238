"""Pages of what was pruned say so, wherever a number leads to rows that are gone."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from dashboard import paths
from results.models import Build, Pruning, Test
from results.queries.pruned import pruned_builds
from results.selection import Selection
from results.status import Status
from tests.factories import NOW, count, create_build, create_checkout, create_test

pytestmark = pytest.mark.django_db

NOTE = (
    "Tests of 1 build here were deleted for their age, the last on 2026-11-24: their counts stay, "
    "the runs are gone but for those that an issue names."
)


@pytest.fixture
def build():
    """A build whose failed test is counted and gone, and another one that is whole."""
    checkout = create_checkout()
    build = create_build(checkout=checkout)
    create_test(build=build, status=Status.FAIL, path="ltp.gone")
    create_test(build=create_build(checkout=checkout), path="ltp.here")
    count()
    Test.objects.filter(build=build).delete()
    Build.objects.filter(pk=build.pk).update(pruned_at=NOW)
    return build


def notes(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return [note.get_text() for note in BeautifulSoup(answer.content, "html.parser").select("main .note")]


def revision_url(build):
    tree, commit = build.checkout.revision.tree, build.checkout.revision.commit
    return f"/c/{tree.name}/{tree.branch}/{commit}"


def test_the_revision_says_so(client, build):
    assert notes(client, revision_url(build)) == [NOTE]


@pytest.mark.parametrize("query", ["", "&status=fail", "&q=gone"])
def test_lists_say_so_where_a_number_leads_to(client, build, query):
    url = f"{revision_url(build)}?tab=tests{query}"
    assert notes(client, url) == [NOTE]
    assert "Nothing matches" not in client.get(url).content.decode()


def test_the_list_of_builds_has_lost_nothing(client, build):
    assert notes(client, f"{revision_url(build)}?tab=builds") == []


def test_the_build_says_so_and_its_neighbour_does_not(client, build):
    other = Build.objects.exclude(pk=build.pk).get()
    assert notes(client, paths.build_path(build.kcidb_id)) == [NOTE]
    assert notes(client, paths.build_path(other.kcidb_id)) == []


def test_nothing_is_said_of_what_has_no_such_results(build):
    assert pruned_builds(Selection().where(lab="elsewhere")) is None
    assert pruned_builds(Selection()).builds == 1


def test_the_address_of_a_run_that_is_gone_says_why(client, build):
    assert "deleted for their age" not in client.get("/t/maestro:gone").content.decode()
    Pruning.objects.create(before=NOW, builds=1)
    answer = client.get("/t/maestro:gone")
    assert answer.status_code == 404
    reason = "test run maestro:gone: tests of before 2026-11-24 were deleted for their age"
    assert reason in BeautifulSoup(answer.content, "html.parser").get_text()
