"""One order of a tree's revisions: that of git where it is known, and of the first tests elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from results.judging import judge_due
from results.models import Event, Revision, TreeDue
from results.queries.revision_names import TreeName, named_revisions
from results.rollups import recount
from results.status import Status
from tests.factories import count, create_build, create_checkout, create_revision, create_test, create_tree
from tests.results.git.clones import T0

pytestmark = pytest.mark.django_db


def test_without_git_the_first_test_counts(clone, tested, order):
    tested("b" * 40, "a" * 40)
    assert order() == ["b" * 40, "a" * 40]


def test_first_parents_are_the_order(clone, tested, order, import_git):
    clone.chain("a", "b", "c", "d")
    tested("c", "a", "d", "b")
    import_git()
    assert order() == ["a", "b", "c", "d"]
    assert named_revisions("latest~1", TreeName("mainline"))[0].revision.commit == clone.hash["c"]


def test_an_old_commit_tested_late_is_not_the_newest(clone, tested, order, import_git):
    clone.chain("a", "b", "c", "d")
    tested("a", "d")
    import_git()
    TreeDue.objects.all().delete()
    tested("b", "c", day=20)
    assert order() == ["a", "b", "c", "d"]
    assert TreeDue.objects.filter(tree=create_tree()).exists()


def test_what_git_does_not_know_stands_where_it_was_tested(clone, tested, order, import_git):
    clone.chain("a", "b", "c")
    tested("a", "b", day=0)
    tested("1" * 40, day=0)
    tested("2" * 40, day=3)
    tested("c", day=5)
    tested("3" * 40, day=9)
    import_git()
    assert order() == ["1" * 40, "a", "b", "2" * 40, "c", "3" * 40]


def test_a_merged_branch_comes_before_its_merge(clone, tested, order, import_git):
    clone.chain("a", "b")
    clone.commit("side", "a", day=1.5)
    clone.commit("merge", "b", "side", day=3)
    tested("merge", "b", "side", "a")
    import_git()
    assert order()[0] == "a"
    assert order()[-1] == "merge"


def test_rebased_branches_are_in_the_order_of_their_commits(clone, tested, order, import_git):
    """As linux-next: every day begins anew, no day is the parent of the next."""
    clone.commit("base")
    for day in (1, 2, 3):
        clone.commit(f"next-{day}", "base", day=day)
    tested("next-2", "next-3", "next-1")
    import_git()
    assert order() == ["next-1", "next-2", "next-3"]


def test_clocks_that_were_wrong(clone, tested, order, import_git):
    clone.commit("a", day=10)
    clone.commit("b", "a", day=2)
    clone.commit("c", "b", day=3)
    tested("c", "b", "a", day=12)
    import_git()
    assert order() == ["a", "b", "c"]


def test_patches_come_after_what_they_are_put_on(clone, tested, order, import_git):
    clone.chain("a", "b")
    tested("a", day=0)
    tested("b", day=1)
    tested("a", day=5, patchset="ab" * 32)
    import_git()
    assert order() == ["a", "a", "b"]
    places = Revision.objects.order_by("place").values_list("patchset", flat=True)
    assert list(places) == ["", "ab" * 32, ""]


def test_no_two_have_the_same_place(clone, tested, import_git):
    clone.chain("a", "b", "c")
    at = T0
    for name in ("a", "b", "c", "4" * 40, "5" * 40):
        create_checkout(revision=create_revision(clone.hash.get(name, name), started=at), start_time=at)
    count()
    import_git()
    assert len(set(Revision.objects.values_list("place", flat=True))) == 5


def test_deeper_history_may_change_the_order(clone, tested, order, import_git):
    """A clock was wrong before what was imported first: its commits still come after their parents."""
    clone.commit("old", day=30)
    clone.chain("a", "b", after="old", day=2)
    tested("b", "a", day=40)
    import_git("--days", "0")
    import_git("--days", "100")
    tested("old", day=50)
    assert order() == ["old", "a", "b"]


def test_recounting_repairs_places(clone, tested, order, import_git):
    clone.chain("a", "b")
    tested("b", "a")
    import_git()
    Revision.objects.update(place=T0)
    recount()
    assert order() == ["a", "b"]


def run(clone, name, day, status):
    """Store that a test ran everywhere on a commit, so many days after T0."""
    at = T0 + timedelta(days=day)
    revision = create_revision(clone.hash[name], started=at)
    build = create_build(checkout=create_checkout(revision=revision, start_time=at), start_time=at)
    for lab in ("lab-one", "lab-two"):
        for platform in ("rpi-4", "imx8"):
            create_test(build=build, lab=lab, platform=platform, path="ltp.x", status=status, start_time=at)


@pytest.mark.parametrize("judged_before", [False, True])
def test_judged_in_the_order_of_git(clone, tested, import_git, judged_before):
    """Tested newest first, then backwards: what broke began at the oldest failing commit of git."""
    names = [f"c{number}" for number in range(20)]
    clone.chain(*names)
    for number, name in enumerate(names):
        run(clone, name, 60 - number, Status.FAIL if number >= 12 else Status.PASS)
    count()
    if judged_before:
        call_command("judge")
        assert not Event.objects.filter(state=Event.State.CONFIRMED).exists()
        assert not TreeDue.objects.exists()
    import_git()
    assert TreeDue.objects.exists()
    judge_due(rest=timedelta(0))
    event = Event.objects.get(state=Event.State.CONFIRMED)
    assert (event.first_bad.commit, event.low.commit) == (clone.hash["c12"], clone.hash["c11"])


def test_a_bisection_narrows_the_cause(clone, tested, import_git):
    """Commits between good and bad that are tested afterwards move the ends; none is the newest."""
    clone.chain(*(f"c{number}" for number in range(60)))
    clone.branch("master", "c59")
    for number in range(0, 60, 5):
        run(clone, f"c{number}", number, Status.FAIL if number >= 33 else Status.PASS)
    count()
    import_git()
    judge_due(rest=timedelta(0))
    event = Event.objects.get(state=Event.State.CONFIRMED)
    assert (event.low.commit, event.first_bad.commit) == (clone.hash["c30"], clone.hash["c35"])
    for day, number in enumerate((34, 33, 32)):
        run(clone, f"c{number}", 70 + day, Status.FAIL if number >= 33 else Status.PASS)
    count()
    judge_due(rest=timedelta(0))
    event.refresh_from_db()
    assert event.state == Event.State.CONFIRMED
    assert (event.low.commit, event.first_bad.commit) == (clone.hash["c32"], clone.hash["c33"])
    newest = named_revisions("latest", TreeName("mainline"))[0].revision.commit
    assert newest == clone.hash["c55"]
