"""A judgement that reads only what changed says what one from scratch says, whatever came in what order."""

from __future__ import annotations

import random

import pytest

from results.judging import cells, judge_due, judge_tree
from results.judging.memory import Memory
from results.models import Event, MetricChange, Reading, Remembered, Revision, Test, Tree, TreeDue
from results.status import Status
from tests.factories import count, create_incident, create_issue
from tests.results.judging.conftest import Farm
from tests.results.judging.telling import NO_REST, submit, told, told_of_places

pytestmark = pytest.mark.django_db


class Measuring(Farm):
    """A farm in which much happens: a regression, a flake, a lab that is ill, numbers and warnings."""

    def status(self, path, platform, lab, position):
        if lab == "lab-two" and position == 9:
            return "MISS" if path == "boot" else "FAIL"
        if path == "kselftest.net.udp" and (position * 7 + len(platform)) % 5 == 0:
            return "FAIL"
        return super().status(path, platform, lab, position)

    def objects(self, position):
        parts = super().objects(position)
        slow = position >= self.broken
        parts["builds"][0] |= {"duration": 900 if slow else 300, "misc": {"warnings": 4 if slow else 1}}
        for number, test in enumerate(parts["tests"]):
            test["duration"] = 20 + (position * 13 + number * 7) % 5
            if test["path"] == "ltp.futex_wait05":
                test["misc"]["measurements"] = {"latency_us": 50 + position % 3 + 40 * slow}
        return parts


def all_told():
    return told(), told_of_places()


@pytest.mark.parametrize("seed", range(6))
def test_pieces_in_any_order_say_what_one_reading_of_everything_says(seed):
    rng = random.Random(seed)
    pieces = list(Measuring(length=16, broken=9).pieces())
    rng.shuffle(pieces)
    while pieces:
        size = rng.choice((1, 40, 150, 400))
        submit(pieces[:size])
        pieces = pieces[size:]
    incremental = all_told()
    assert incremental[0][0] and incremental[1][1]
    tree = Tree.objects.get().id
    judge_tree(tree)
    assert all_told() == incremental
    Reading.objects.all().delete()
    Remembered.objects.all().delete()
    judge_tree(tree)
    assert all_told() == incremental


def test_pieces_and_one_load_say_the_same():
    pieces = list(Measuring(length=14, broken=8).pieces())
    random.Random(3).shuffle(pieces)
    for start in range(0, len(pieces), 97):
        submit(pieces[start : start + 97])
    in_pieces = all_told()[1], all_told()[0][1]
    for model in (Event, Test):
        assert model.objects.exists()
    judge_tree(Tree.objects.get().id)
    assert (all_told()[1], all_told()[0][1]) == in_pieces


def test_only_revisions_with_new_results_are_read_again(farm, monkeypatch):
    world = farm(length=12)
    submit(world.documents(range(11)))
    read = []
    real = cells._read

    def noted(revisions):
        read.extend(Revision.objects.filter(id__in=revisions).values_list("describe", flat=True))
        return real(revisions)

    monkeypatch.setattr(cells, "_read", noted)
    submit(world.documents([11]))
    assert read == ["v1-11"]
    assert judge_due(rest=NO_REST) == 0
    TreeDue.objects.create(tree=Tree.objects.get())
    judge_due(rest=NO_REST)
    assert len(read) == 13


def test_a_correction_reaches_what_was_kept(farm):
    world = farm(length=14, broken=8)
    submit(world.documents())
    assert Event.objects.get().state == Event.State.CONFIRMED
    world.broken = 99
    submit(world.documents())
    assert Event.objects.get().state == Event.State.CLOSED
    assert not TreeDue.objects.exists()


def test_an_issue_that_blames_the_harness_reaches_what_was_kept(farm):
    submit(farm(length=14, broken=8).documents())
    issue = create_issue(culprit_harness=True)
    for test in Test.objects.filter(status=Status.FAIL):
        create_incident(issue, test_id=test.kcidb_id)
    count()
    judge_due(rest=NO_REST)
    assert Event.objects.get().state == Event.State.CLOSED


def test_readings_of_another_version_are_made_anew(farm, monkeypatch):
    submit(farm(length=8, broken=4).documents())
    kept = bytes(Reading.objects.first().body)
    assert cells.unpacked(kept) is not None
    monkeypatch.setattr(cells, "VERSION", cells.VERSION + 1)
    assert cells.unpacked(kept) is None
    before = all_told()
    judge_tree(Tree.objects.get().id, anew=False)
    assert all_told() == before
    assert cells.unpacked(bytes(Reading.objects.first().body)) is not None


def test_readings_outside_the_window_are_dropped(farm, monkeypatch):
    submit(farm(length=10).documents())
    assert Reading.objects.count() == 10
    monkeypatch.setattr("results.judging.loading.WINDOW", 6)
    judge_tree(Tree.objects.get().id, anew=False)
    assert Reading.objects.count() == 6


def test_only_values_that_changed_are_thought_about():
    world = Measuring(length=15, broken=9)
    submit(world.documents(range(14)))
    changes = MetricChange.objects.count()
    tree = Tree.objects.get()
    memory = Memory(tree.id)
    assert memory.answer(b"new", lambda: [1]) == [1] and memory.thought == 1
    assert memory.answer(b"new", lambda: [2]) == [1]
    memory.keep()
    assert Memory(tree.id).answer(b"new", lambda: [3]) == [1]
    judge_tree(tree.id, anew=False)
    assert Memory(tree.id).answer(b"new", lambda: [4]) == [4]
    assert MetricChange.objects.count() == changes > 0


def test_builds_and_misc_are_measured():
    submit(Measuring(length=32, broken=16).documents())
    found = {(one.metric, one.unit): one for one in MetricChange.objects.filter(confirmed=True)}
    build, warnings = found["build time", "s"], found["warnings", "warnings"]
    assert build.variant.config.name == "defconfig" and build.series is None
    assert (build.before, build.after, build.revision.describe) == (300, 900, "v1-16")
    assert (warnings.before, warnings.after, warnings.get_direction_display()) == (1, 4, "regression")
    latency = found["latency_us", "us"]
    assert latency.series.path.name == "ltp.futex_wait05" and latency.shift == pytest.approx(40, abs=2)
    assert latency.get_direction_display() == "regression"
