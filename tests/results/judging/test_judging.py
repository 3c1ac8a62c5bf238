"""From submitted documents to events and verdicts, and what happens when the results change."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingest.load import load_documents
from ingest.retention import prune
from results import tasks
from results.judging import judge_due, judge_tree
from results.judging.loading import load
from results.models import (
    Event,
    EventChange,
    EventSeries,
    Judged,
    Outage,
    Series,
    SeriesVerdict,
    Test,
    Tree,
    TreeDue,
)
from results.status import Status
from tests.factories import count, create_incident, create_issue, create_tree
from tests.results.judging.telling import NO_REST, submit, told

pytestmark = pytest.mark.django_db


def test_a_planted_regression_is_found_from_documents(farm, client):
    submit(farm().documents())
    event = Event.objects.get()
    assert (event.title, event.state, event.kind) == (
        "kselftest.net.tcp_mmap", Event.State.CONFIRMED, Event.Kind.REGRESSION,
    )  # fmt: skip
    assert (event.last_good.describe, event.first_bad.describe) == ("v1-11", "v1-12")
    assert (event.low.describe, event.high.describe) == ("v1-11", "v1-12")
    assert (event.n_series, event.n_platforms, event.n_labs) == (6, 3, 3)
    assert event.signature == "oops: kernel NULL pointer dereference"
    assert "all labs" in event.scope and event.confidence > 0.99
    assert EventChange.objects.get().what == "opened as confirmed"
    verdicts = SeriesVerdict.objects.filter(verdict=SeriesVerdict.Verdict.REGRESSION)
    assert {(one.since.describe, one.event_id) for one in verdicts} == {("v1-12", event.id)}
    assert SeriesVerdict.objects.count() == 6
    member = EventSeries.objects.first()
    assert (member.tries_before, member.failures_before) == (12, 0)
    assert (member.tries_after, member.failures_after) == (8, 8)
    assert Outage.objects.count() == 0
    page = client.get(f"/r/{event.id}").content.decode()
    assert "v1-12" in page and "oops: kernel NULL pointer dereference" in page


def test_a_tree_that_cannot_be_judged_keeps_nobody_waiting(farm, monkeypatch, caplog):
    load_documents(list(farm(length=3).documents()))
    count()
    good = Tree.objects.get()
    bad = create_tree("broken")
    TreeDue.objects.create(tree=bad)

    def load_but(tree, changed):
        if tree == bad.id:
            raise ValueError("broken")
        return load(tree, changed)

    monkeypatch.setattr("results.judging.trees.load", load_but)
    assert judge_due() == 1
    assert "tree not judged" in caplog.text
    assert [due.tree for due in TreeDue.objects.all()] == [bad]
    assert Judged.objects.filter(tree__in=(good, bad)).count() == 2
    assert judge_due() == 0


def test_a_second_judgement_writes_nothing(farm):
    submit(farm().documents())
    before = told(), list(Event.objects.values()), list(EventSeries.objects.values())
    judge_tree(Tree.objects.get().id)
    assert (told(), list(Event.objects.values()), list(EventSeries.objects.values())) == before
    assert EventChange.objects.count() == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_arrival_does_not_matter(farm, seed):
    world = farm(length=14, broken=8)
    pieces = list(world.pieces())
    random.Random(seed).shuffle(pieces)
    half = len(pieces) // 2
    submit(pieces[:half])
    submit(pieces[half:])
    shuffled = told()
    for model in (EventChange, EventSeries, SeriesVerdict, Event, TreeDue, Judged, Outage):
        model.objects.all().delete()
    Test.objects.all().delete()
    Series.objects.all().delete()
    submit(world.documents())
    assert shuffled == told() and shuffled[0]


def test_an_event_is_followed_until_it_is_fixed(farm):
    world = farm(length=20, broken=8, fixed=14)
    submit(world.documents(range(12)))
    event = Event.objects.get()
    assert event.state == Event.State.CONFIRMED
    submit(world.documents(range(12, 20)))
    event.refresh_from_db()
    assert event.state == Event.State.FIXED
    assert (event.fix_bad.describe, event.fix_good.describe) == ("v1-13", "v1-14")
    assert "confirmed → fixed" in EventChange.objects.latest("id").what
    assert {one.fixed.describe for one in event.series.all()} == {"v1-14"}
    assert set(SeriesVerdict.objects.values_list("verdict", flat=True)) == {SeriesVerdict.Verdict.FIXED}


def test_an_event_that_a_correction_takes_back_is_closed_and_kept(farm):
    submit(farm().documents())
    Test.objects.filter(status=Status.FAIL).update(status=Status.PASS)
    judge_tree(Tree.objects.get().id)
    event = Event.objects.get()
    assert event.state == Event.State.CLOSED
    last = EventChange.objects.latest("id")
    assert (last.what, last.why) == ("confirmed → closed", "the results do not show it any more")
    assert event.series.count() == 6
    Test.objects.filter(excerpt__isnull=False).update(status=Status.FAIL)
    judge_tree(Tree.objects.get().id)
    assert Event.objects.get().state == Event.State.CONFIRMED


def test_failures_that_the_harness_is_blamed_for_are_no_event(farm):
    submit(farm().documents())
    issue = create_issue(culprit_harness=True)
    for test in Test.objects.filter(status=Status.FAIL):
        create_incident(issue, test_id=test.kcidb_id)
    count()
    assert TreeDue.objects.exists()
    judge_due(rest=NO_REST)
    assert Event.objects.get().state == Event.State.CLOSED


def test_a_first_failure_is_suspected_and_forgotten_when_it_passes_again(farm):
    class Once(farm):
        def status(self, path, platform, lab, position):
            once = (path, platform, lab, position) == ("ltp.futex_wait05", "kevin", "lab-one", 13)
            return "FAIL" if once else "PASS"

    world = Once(length=20)
    submit(world.documents(range(14)))
    event = Event.objects.get()
    assert (event.state, event.title) == (Event.State.SUSPECTED, "ltp.futex_wait05")
    assert SeriesVerdict.objects.get().verdict == SeriesVerdict.Verdict.SUSPECTED
    submit(world.documents(range(14, 20)))
    event.refresh_from_db()
    assert event.state == Event.State.DISMISSED
    assert EventChange.objects.latest("id").why == "it did not go on"


def test_a_suspicion_that_goes_on_is_the_same_event(farm):
    class Lone(farm):
        def status(self, path, platform, lab, position):
            lone = (path, platform, lab) == ("ltp.futex_wait05", "kevin", "lab-one")
            return "FAIL" if lone and position >= 25 else "PASS"

    world = Lone(length=40)
    submit(world.documents(range(26)))
    event = Event.objects.get()
    assert event.state == Event.State.SUSPECTED
    submit(world.documents(range(26, 40)))
    event.refresh_from_db()
    assert event.state == Event.State.CONFIRMED and Event.objects.count() == 1
    assert "suspected → confirmed" in EventChange.objects.latest("id").what


def test_a_failing_build_is_an_event_of_its_variant(farm):
    class Unbuilt(farm):
        def objects(self, position):
            parts = super().objects(position)
            for config in ("defconfig", "allmodconfig", "tinyconfig"):
                build = {**parts["builds"][0], "id": f"o:{config}{position}", "config_name": config}
                parts["builds"].append(build | {"status": "FAIL" if position >= 15 else "PASS"})
            return parts | {"tests": []}

    submit(Unbuilt().documents())
    event = Event.objects.get(subject=Event.Subject.BUILD)
    assert event.first_bad.describe == "v1-15"
    assert event.title == "build arm64 allmodconfig gcc-14 and 2 more"
    assert event.series.count() == 3
    judge_tree(Tree.objects.get().id)
    assert Event.objects.count() == 1


def test_an_outage_is_kept_and_masks(farm):
    class Ill(farm):
        def status(self, path, platform, lab, position):
            return "FAIL" if lab == "lab-two" and position in (15, 16) else "PASS"

        def objects(self, position):
            parts = super().objects(position)
            for test in list(parts["tests"]):
                for n in range(6):
                    parts["tests"].append({**test, "id": f"{test['id']}-{n}", "path": f"ltp.t{n}"})
            return parts

    submit(Ill().documents())
    outage = Outage.objects.get(platform=None)
    assert (outage.lab.name, outage.first.describe, outage.last.describe) == ("lab-two", "v1-15", "v1-16")
    judge_tree(Tree.objects.get().id)
    assert Outage.objects.filter(platform=None).count() == 1


def test_an_event_older_than_what_is_looked_at_is_followed(farm, monkeypatch):
    submit(farm(length=24).documents())
    monkeypatch.setattr("results.judging.loading.WINDOW", 8)
    judge_tree(Tree.objects.get().id)
    event = Event.objects.get()
    assert event.state == Event.State.CONFIRMED and EventChange.objects.count() == 1
    verdict = SeriesVerdict.objects.first()
    assert (verdict.verdict, verdict.event, verdict.since) == (
        SeriesVerdict.Verdict.REGRESSION, event, event.first_bad,
    )  # fmt: skip
    newest = Test.objects.filter(build__revision__describe="v1-23")
    newest.update(status=Status.PASS)
    judge_tree(Tree.objects.get().id)
    event.refresh_from_db()
    assert event.state == Event.State.FIXED
    assert EventChange.objects.latest("id").why == "passes again"


def test_what_was_pruned_changes_no_event(farm):
    made = farm(length=24)
    submit(made.documents())
    event = Event.objects.get()
    assert (event.state, event.first_bad.describe) == (Event.State.CONFIRMED, "v1-12")
    prune(made.started(16))
    assert set(Test.objects.values_list("build__revision__describe", flat=True)) == {
        f"v1-{position}" for position in range(16, 24)
    }
    judge_tree(Tree.objects.get().id)
    event.refresh_from_db()
    assert (event.state, event.n_series) == (Event.State.CONFIRMED, event.series.count())
    assert Event.objects.count() == 1
    assert SeriesVerdict.objects.filter(event=event, verdict=SeriesVerdict.Verdict.REGRESSION).exists()
    prune(made.started(99))
    told_before = told()
    judge_tree(Tree.objects.get().id)
    assert told() == told_before


def test_a_tree_is_due_when_its_results_changed_and_rests_after_that(farm):
    load_documents(list(farm(length=3).documents()))
    assert not TreeDue.objects.exists()
    count()
    assert TreeDue.objects.exists()
    assert tasks.judge() == 1
    assert not TreeDue.objects.exists()
    load_documents(list(farm(length=4).documents([3])))
    count()
    assert tasks.judge() == 0 and TreeDue.objects.exists()
    assert judge_due(rest=NO_REST) == 1


def test_more_results_do_not_mean_more_questions(farm):
    asked = []
    for length in (10, 30):
        load_documents(list(farm(length=length, broken=5).documents()))
        count()
        judge_tree(Tree.objects.get().id)
        with CaptureQueriesContext(connection) as queries:
            judge_tree(Tree.objects.get().id)
        asked.append(len(queries))
    assert asked[0] == asked[1] < 50
