"""A changed tree alias moves checkouts, and with them builds, tests and every count."""

from __future__ import annotations

import pytest

from ingest.load import load_documents
from ingest.models import Rehoming
from ingest.rehoming import rehome
from results.models import Build, Checkout, Due, Platform, RevisionCount, Test, TreeAlias
from results.rollups import refresh
from results.topology import import_topology
from tests.ingest import kcidb
from tests.results.recounts import assert_counts_are_right

pytestmark = pytest.mark.django_db

URL = "https://x.org/linux.git"


@pytest.fixture(autouse=True)
def nothing_noted():
    Rehoming.objects.all().delete()


@pytest.fixture
def loaded():
    """Two checkouts of one repository, one of another, each with a build and a test."""
    load_documents(
        [
            kcidb.document(
                checkouts=[
                    kcidb.checkout(
                        n,
                        git_repository_url=url,
                        git_repository_branch="b",
                        git_commit_hash=f"{n:040x}",
                        tree_name="theirs",
                    )
                    for n, url in ((1, URL), (2, f"{URL}/"), (3, "https://x.org/other.git"))
                ],
                builds=[kcidb.build(n, checkout_id=f"o:c{n}", status="PASS") for n in (1, 2, 3)],
                tests=[kcidb.run(n, build_id=f"o:b{n}", status="FAIL", path="a.b") for n in (1, 2, 3)],
            )
        ]
    )
    count()


def count():
    while refresh():
        pass


def trees():
    """Return the tree of each checkout, as its builds and tests have it too."""
    found = {}
    for test in Test.objects.select_related("series__tree", "build__revision__tree", "build__checkout"):
        tree = test.build.checkout.revision.tree
        assert test.build.revision.tree == test.series.tree == tree
        found[test.build.checkout.kcidb_id] = (tree.name, tree.url, tree.branch)
    return found


def alias(**columns):
    return TreeAlias.objects.create(
        **{"url": URL, "name": "ours", "canonical_url": "https://y.org/linux.git", **columns}
    )


def test_checkouts_builds_tests_and_counts_move(loaded):
    alias()
    assert rehome() == 2
    count()
    ours = ("ours", "https://y.org/linux.git", "b")
    assert trees() == {
        "o:c1": ours,
        "o:c2": ours,
        "o:c3": ("theirs", "https://x.org/other.git", "b"),
    }
    assert_counts_are_right()
    assert set(RevisionCount.objects.values_list("revision__tree__name", flat=True)) == {"ours", "theirs"}
    assert not Rehoming.objects.exists()


def test_they_come_back_when_the_alias_goes(loaded):
    before = trees()
    made = alias()
    rehome()
    count()
    made.delete()
    assert rehome() == 2
    count()
    assert trees() == before
    assert_counts_are_right()


def test_an_alias_that_changes_its_url_lets_go_of_the_old_one(loaded):
    made = alias()
    rehome()
    made.url = "https://x.org/other.git/"
    made.save()
    assert rehome() == 3
    count()
    assert {name: tree[0] for name, tree in trees().items()} == {
        "o:c1": "theirs", "o:c2": "theirs", "o:c3": "ours",
    }  # fmt: skip


def test_what_does_not_move_is_not_due(loaded):
    alias(name="theirs", canonical_url=URL)
    assert rehome() == 0
    alias(url="https://nobody.org")
    assert rehome() == 0
    assert not Due.objects.exists()


def test_nothing_to_do_costs_one_statement(loaded, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert rehome() == 0


def test_in_batches(loaded, monkeypatch):
    monkeypatch.setattr("ingest.rehoming.trees.BATCH", 1)
    alias()
    assert rehome() == 2


def test_a_file_moves_them_too(loaded):
    import_topology(f"trees: {{ours: '{URL}'}}")
    assert rehome() == 2


def test_a_revision_begins_when_it_began(loaded):
    started = set(Checkout.objects.values_list("kcidb_id", "revision__started"))
    alias()
    rehome()
    count()
    assert set(Checkout.objects.values_list("kcidb_id", "revision__started")) == started


def test_fixed_compatibles_are_not_changed_by_submissions():
    Platform.objects.create(name="board", compatibles=["mine,board"], is_fixed=True)
    environment = {"compatible": ["their,board"], "misc": {"platform": "board"}}
    load_documents([kcidb.document(tests=[kcidb.run(environment=environment)])])
    assert Platform.objects.get().compatibles == ["mine,board"]
    Platform.objects.update(is_fixed=False)
    load_documents([kcidb.document(at=1, tests=[kcidb.run(2, environment=environment)])])
    assert Platform.objects.get().compatibles == ["their,board"]
    assert Build.objects.exists()
