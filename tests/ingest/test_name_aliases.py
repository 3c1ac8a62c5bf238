"""Labs, platforms and origins go by the names that operators give them; what was submitted stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ingest.load import load_documents
from ingest.models import Rehoming
from ingest.rehoming import rehome
from ingest.retention import prune
from results.documents import test_object as whole_test
from results.documents import whole_object
from results.models import (
    Build,
    Checkout,
    DayCount,
    Due,
    Incident,
    Issue,
    Lab,
    NameAlias,
    Origin,
    Platform,
    ResultCount,
    RevisionCount,
    Series,
    SeriesVerdict,
    Test,
)
from results.rollups import refresh
from tests.ingest import kcidb
from tests.results.recounts import assert_counts_are_right

pytestmark = pytest.mark.django_db

LAB, PLATFORM, ORIGIN = NameAlias.Kind
PLACES = ("origin__name", "lab__name", "platform__name")


def everything():
    """A checkout, three builds and their tests: two labs, two platforms, two origins, one lab not named."""
    return {
        "checkouts": [kcidb.checkout(git_commit_hash="a" * 40, tree_name="t")],
        "builds": [
            kcidb.build(1, misc={"lab": "lab-a"}, status="PASS"),
            kcidb.build(2, origin="p", id="p:b2", misc={"runtime": "lab-b"}, status="FAIL"),
            kcidb.build(3, origin="p", id="p:b3"),
        ],
        "tests": [
            kcidb.run(1, status="FAIL", path="a.b", **place("lab-a", "board-a")),
            kcidb.run(2, status="PASS", path="a.b", **place("lab-b", "board-a")),
            kcidb.run(3, status="PASS", path="a.b", **place("lab-b", "board-b")),
            kcidb.run(4, origin="p", id="p:t4", build_id="p:b2", status="FAIL", path="boot"),
            kcidb.run(5, build_id="o:late", status="FAIL", path="boot", **place("lab-a", None)),
        ],
        "issues": [kcidb.issue(1), kcidb.issue(1, origin="p", version=1)],
        "incidents": [kcidb.incident(1, origin="p", test_id="o:t1", present=True)],
    }


def place(lab, platform):
    environment = {"compatible": ["acme,soc"]} if platform is None else {"misc": {"platform": platform}}
    return {"misc": {"lab": lab}, "environment": environment, "start_time": "2026-01-02T03:04:05+00:00"}


@pytest.fixture
def loaded():
    load_documents([kcidb.document(**everything())])
    count()


def count():
    while refresh():
        pass


def rehomed():
    moved = rehome()
    count()
    assert_counts_are_right()
    assert not Rehoming.objects.exists()
    return moved


def placed():
    """Return where everything is filed: by the rows, and by every count."""
    return {
        "tests": sorted(
            Test.objects.values_list("kcidb_id", *(f"series__{name}" for name in PLACES)), key=str
        ),
        "builds": sorted(Build.objects.values_list("kcidb_id", "origin__name", "lab__name"), key=str),
        "checkouts": sorted(Checkout.objects.values_list("kcidb_id", "origin__name")),
        "issues": sorted(Issue.objects.values_list("kcidb_id", "version", "origin__name")),
        "incidents": sorted(Incident.objects.values_list("kcidb_id", "origin__name")),
        "counts": sorted(
            map(str, ResultCount.objects.values_list("build__kcidb_id", "suite__name", *PLACES))
        ),
        "days": sorted(map(str, DayCount.objects.values_list("day", *PLACES, "n_fail", "n_pass"))),
        "revisions": sorted(RevisionCount.objects.values_list("kind", "origin__name", "n_fail", "n_pass")),
    }


def submitted():
    """Return every object in the form in which it was submitted."""
    rows = [*Checkout.objects.filter(known=True), *Build.objects.filter(known=True), *Issue.objects.all()]
    return sorted(map(str, [*map(whole_object, rows), *map(whole_test, Test.objects.all())]))


ALIASES = [
    (LAB, "lab-a", "lab-b"),
    (LAB, "lab-b", "the lab"),
    (LAB, "p", "lab-a"),
    (PLATFORM, "board-b", "board-a"),
    (PLATFORM, "acme,soc", "board-a"),
    (ORIGIN, "p", "o"),
    (ORIGIN, "o", "new"),
]


@pytest.mark.parametrize(("kind", "alias", "name"), ALIASES)
def test_what_is_stored_moves_to_where_the_same_would_be_loaded_now(loaded, kind, alias, name):
    before, said = placed(), submitted()
    made = NameAlias.objects.create(kind=kind, alias=alias, name=name)
    assert rehomed() > 0
    moved = placed()
    assert moved != before and submitted() == said
    made.delete()
    rehomed()
    assert placed() == before and submitted() == said
    with transaction.atomic():  # the same, loaded when the alias is known already
        for model in (Incident, Issue, Test, ResultCount, DayCount, RevisionCount, Build, Checkout, Due):
            model.objects.all().delete()
        NameAlias.objects.create(kind=kind, alias=alias, name=name)
        load_documents([kcidb.document("again", at=9, **everything())])
        count()
        assert placed() == moved and submitted() == said


def test_what_arrives_goes_by_its_name_at_once(loaded):
    NameAlias.objects.create(kind=PLATFORM, alias="board-x", name="board-a")
    Rehoming.objects.all().delete()
    load_documents([kcidb.document("b", at=1, tests=[kcidb.run(9, **place("lab-a", "board-x"))])])
    test = Test.objects.select_related("series__platform").get(kcidb_id="o:t9")
    assert test.series.platform.name == "board-a"
    assert whole_test(test)["environment"] == {"misc": {"platform": "board-x"}}


def test_an_alias_that_changes_its_name_takes_everything_along(loaded):
    made = NameAlias.objects.create(kind=LAB, alias="lab-a", name="lab-b")
    rehomed()
    made.name = "lab-c"
    made.save()
    rehomed()
    assert not Series.objects.filter(tests__isnull=False, lab__name="lab-a").exists()
    assert Test.objects.filter(series__lab__name="lab-c").count() == 2
    made.alias = "lab-b"
    made.save()
    rehomed()
    assert set(Test.objects.values_list("series__lab__name", flat=True)) == {"lab-a", "lab-c", "p"}


def test_a_new_name_is_described_as_the_old_one_was(loaded):
    Lab.objects.filter(name="lab-a").update(url="https://lava.example", is_physical=False)
    Platform.objects.filter(name="board-a").update(compatibles=["acme,board"], vendor="acme", is_fixed=True)
    NameAlias.objects.create(kind=LAB, alias="lab-a", name="A")
    NameAlias.objects.create(kind=PLATFORM, alias="board-a", name="B")
    lab, board = Lab.objects.get(name="A"), Platform.objects.get(name="B")
    assert (lab.url, lab.is_physical) == ("https://lava.example", False)
    assert (board.compatibles, board.vendor, board.is_fixed) == (["acme,board"], "acme", True)
    assert Lab.objects.filter(name="lab-a").exists()


def test_an_origin_in_ids_stays_known(loaded):
    node = "p:0123456789abcdef01234567"
    load_documents([kcidb.document("b", at=1, tests=[kcidb.run(9, id=node, origin="p")])])
    NameAlias.objects.create(kind=ORIGIN, alias="p", name="q")
    rehomed()
    assert node in {whole_test(test)["id"] for test in Test.objects.all()}
    assert Origin.objects.filter(name="p").exists()


def judged(test_id):
    """Say something of the series of a test."""
    series = Test.objects.get(kcidb_id=test_id).series
    nothing = {"score": 0, "low": 0, "high": 0, "per_day": 0}
    return SeriesVerdict.objects.create(
        tree=series.tree, series=series, verdict=2, tries=1, failures=1, **nothing
    )


def test_verdicts_go_along(loaded):
    judged("o:t1")
    NameAlias.objects.create(kind=LAB, alias="lab-a", name="new")
    rehomed()
    assert SeriesVerdict.objects.get().series == Test.objects.get(kcidb_id="o:t1").series


def test_of_two_verdicts_on_what_becomes_one_the_first_is_heard(loaded):
    first, second = judged("o:t1"), judged("o:t2")
    old = second.series
    for alias in ("lab-a", "lab-b"):
        NameAlias.objects.create(kind=LAB, alias=alias, name="new")
    rehomed()
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.series == Test.objects.get(kcidb_id="o:t1").series
    assert first.series == Test.objects.get(kcidb_id="o:t2").series
    assert second.series == old


def test_counts_of_pruned_builds_go_along(loaded):
    before = sum(ResultCount.objects.values_list("n_fail", flat=True))
    prune(timezone.now() + timedelta(days=1))
    assert Test.objects.count() == 1  # the one that an incident names
    NameAlias.objects.create(kind=LAB, alias="lab-a", name="lab-b")
    rehome()
    count()
    assert not ResultCount.objects.filter(lab__name="lab-a").exists()
    assert not DayCount.objects.filter(lab__name="lab-a").exists()
    assert sum(ResultCount.objects.values_list("n_fail", flat=True)) == before
    assert sum(DayCount.objects.values_list("n_fail", flat=True)) == before


@pytest.mark.parametrize(
    ("alias", "name", "problem"),
    [
        ("a", " a ", "cannot be an alias of itself"),
        ("c", "a", "“a” is an alias of “b” itself"),
        ("b", "a", "“a” is an alias of “b” itself"),
        ("b", "c", "“a” is filed under “b”: make it an alias of “c” first."),
        ("", "c", "An alias and a name are needed."),
    ],
)
def test_loops_chains_and_aliases_of_themselves_are_refused(alias, name, problem):
    NameAlias.objects.create(kind=LAB, alias="a", name="b")
    with pytest.raises(ValidationError, match=problem):
        NameAlias.objects.create(kind=LAB, alias=alias, name=name)
    if alias:
        NameAlias.objects.create(kind=PLATFORM, alias="b", name="c")  # another matter


def test_the_admin_makes_aliases_and_says_why_one_cannot_be(admin_client):
    add = "/admin/results/namealias/add/"
    good = {"kind": "lab", "alias": "a", "name": "b"}
    assert admin_client.post(add, good).status_code == 302
    assert set(Rehoming.objects.values_list("kind", "name")) == {("lab", "a"), ("lab", "b")}
    refused = admin_client.post(add, {"kind": "lab", "alias": "c", "name": "a"})
    assert refused.status_code == 200 and "“a” is an alias of “b” itself" in refused.content.decode()
    twice = admin_client.post(add, good | {"name": "d"})
    assert twice.status_code == 200 and NameAlias.objects.count() == 1


def test_in_batches(loaded, monkeypatch):
    monkeypatch.setattr("ingest.rehoming.names.BATCH", 1)
    NameAlias.objects.create(kind=ORIGIN, alias="p", name="o")
    assert rehomed() == 5
