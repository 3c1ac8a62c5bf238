from __future__ import annotations

import json
import random
from datetime import timedelta
from functools import partial
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from ingest.document import Document
from ingest.load import load_documents
from results import tasks
from results.models import (
    Build,
    Checkout,
    DayCount,
    Due,
    IssueCount,
    ResultCount,
    Revision,
    RevisionCount,
    Test,
)
from results.rollups import recount, refresh
from results.status import Status
from tests.factories import (
    NOW,
    count,
    create_build,
    create_checkout,
    create_history,
    create_incident,
    create_issue,
    create_revision,
    create_test,
    create_tree,
)
from tests.results.recounts import assert_counts_are_right

pytestmark = pytest.mark.django_db


def due(*builds):
    Due.objects.bulk_create([Due(kind=Due.Kind.BUILD, ref=build.key) for build in builds])


def test_counts_what_is_there():
    build = create_build()
    create_test(build=build, path="boot")
    create_test(build=build, status=Status.FAIL)
    create_test(build=build, status=Status.NONE, platform=None, start_time=None)
    create_test(build=create_build(known=False), status=Status.MISS)
    create_build("maestro:dummy_x", checkout=build.checkout)
    count()
    assert_counts_are_right()
    assert ResultCount.objects.count() == 4


def test_a_late_build_and_a_late_checkout_take_their_tests_along():
    build = create_build("maestro:late", known=False)
    create_test(build=build)
    count()
    assert Test.objects.get().series.tree is None
    checkout = create_checkout("maestro:later", known=False)
    whole = create_build("maestro:model", checkout=create_checkout())
    Build.objects.filter(pk=build.pk).update(
        known=True, checkout=checkout, origin=whole.origin, architecture=whole.architecture
    )
    due(build)
    count()
    assert Test.objects.get().series.architecture is None  # the tree is still not known
    Checkout.objects.filter(pk=checkout.pk).update(
        known=True, origin=whole.origin, revision=create_revision()
    )
    Due.objects.create(kind=Due.Kind.CHECKOUT, ref=checkout.key)
    count()
    assert Test.objects.get().series.architecture == whole.architecture
    assert Test.objects.get().series.config is None
    assert_counts_are_right()


def test_a_checkout_that_moves_to_another_revision_moves_all_counts():
    first, _ = create_history(2)
    build = create_build(checkout=first)
    create_test(build=build)
    count()
    other = create_revision(tree=create_tree("next"))
    Checkout.objects.filter(pk=first.pk).update(revision=other)
    Due.objects.create(kind=Due.Kind.CHECKOUT, ref=first.key)
    count()
    assert_counts_are_right()
    assert {row.revision_id for row in RevisionCount.objects.all()} == {other.pk}
    assert Test.objects.get().series.tree.name == "next"


def test_a_corrected_status_and_day_leave_nothing_behind():
    test = create_test(build=create_build())
    count()
    Test.objects.filter(pk=test.pk).update(status=Status.FAIL, start_time=NOW - timedelta(days=3))
    due(test.build)
    count()
    assert_counts_are_right()
    assert ResultCount.objects.count() == DayCount.objects.count() == 1


def test_two_runs_to_the_same_series_are_bound_together():
    build = create_build("maestro:late", known=False)
    for _ in range(3):
        create_test(build=build, platform=None)
    Build.objects.filter(pk=build.pk).update(
        known=True, checkout=create_checkout(), origin=create_build().origin
    )
    due(build)
    count()
    assert len({test.series_id for test in Test.objects.all()}) == 1
    assert_counts_are_right()


def test_name_subject_and_start_come_from_the_checkouts():
    revision = create_revision(started=NOW)
    create_checkout(
        revision=revision, start_time=None, git_commit_name="v6.18-late", git_commit_message="late"
    )
    create_checkout(revision=revision, start_time=NOW - timedelta(hours=1), git_commit_name="v6.18-rc7")
    create_checkout(revision=revision, start_time=NOW, git_commit_message="Linux 6.18-rc7\n\nand more")
    count()
    revision.refresh_from_db()
    assert (revision.describe, revision.subject) == ("v6.18-rc7", "Linux 6.18-rc7")
    assert revision.started == NOW - timedelta(hours=1)


def test_a_document_that_is_no_jsonb_stops_nothing():
    checkout = create_checkout(git_commit_name="v6.18")
    checkout.document.body = '{"misc": "\\ud800"}'
    checkout.document.save()
    count()
    assert_counts_are_right()


def test_when_an_issue_was_seen_follows_its_tests():
    issue = create_issue()
    test_id = "maestro:0000000000000000000000aa"
    create_incident(issue, test_id=test_id)
    create_incident(issue, build_id="maestro:never")
    create_incident(issue, test_id="maestro:other", present=False)
    count()
    assert IssueCount.objects.get().last_seen is None
    create_test(test_id, build=create_build())
    count()
    assert IssueCount.objects.get().last_seen == NOW
    assert_counts_are_right()


def test_refreshing_again_writes_nothing():
    build = create_build()
    create_test(build=build)
    count()
    before = [list(model.objects.values()) for model in (ResultCount, RevisionCount, DayCount)]
    due(build)
    count()
    assert [list(model.objects.values()) for model in (ResultCount, RevisionCount, DayCount)] == before


def test_a_limit_leaves_the_rest_for_later():
    for _ in range(3):
        create_test(build=create_build(known=False))
    rows = Due.objects.count()
    assert refresh(2) == 2
    assert Due.objects.count() == rows - 2


def test_a_crash_leaves_everything_due(monkeypatch):
    create_test(build=create_build())
    rows = Due.objects.count()
    monkeypatch.setattr("results.rollups.counts.count_days", lambda days: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        refresh()
    assert Due.objects.count() == rows
    assert not ResultCount.objects.exists()


def test_recount_repairs_whatever_is_wrong(capsys):
    build = create_build()
    create_test(build=build)
    create_incident(create_issue(), build_id=build.kcidb_id)
    count()
    ResultCount.objects.update(n_pass=7)
    DayCount.objects.update(n_pass=7)
    DayCount.objects.create(
        day=NOW.date() - timedelta(days=9), lab=DayCount.objects.get().lab, origin=build.origin, is_boot=True
    )
    RevisionCount.objects.all().delete()
    IssueCount.objects.update(builds=7)
    Build.objects.update(revision=None)
    Revision.objects.update(started=NOW - timedelta(days=99))
    call_command("recount")
    assert_counts_are_right()
    assert "recounted" in capsys.readouterr().out
    assert recount() == 3


def test_the_task_goes_on_until_nothing_is_due(monkeypatch):
    monkeypatch.setattr(tasks, "refresh_summaries", partial(refresh, 1))
    for _ in range(3):
        create_test(build=create_build(known=False))
    tasks.refresh()
    assert not Due.objects.exists()
    assert_counts_are_right()
    assert tasks.refresh.name == "results.refresh"


@pytest.mark.django_db(transaction=True)
def test_only_one_writes_summaries_at_a_time():
    create_test(build=create_build())
    consumed = []

    def try_it():
        consumed.append(refresh(wait=False))
        connection.close()

    with transaction.atomic():
        assert refresh() > 0
        create_test(build=create_build())
        thread = Thread(target=try_it)
        thread.start()
        thread.join()
    assert consumed == [0]
    count()
    assert_counts_are_right()


# --- Loads in any order ---------------------------------------------------------------------------


def objects(rng):
    """Return (kind, object) pairs: each object in one to three versions, some of them the same."""
    made = []
    for number in range(4):
        for _ in range(rng.choice((1, 2, 3))):
            made.append(("checkouts", _checkout(rng, number)))
    for number in range(10):
        for _ in range(rng.choice((0, 1, 1, 2))):
            made.append(("builds", _build(rng, number)))
    for number in range(60):
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            made.append(("tests", _test(rng, number)))
    for number in range(6):
        issue = {"id": f"maestro:i{number % 2}", "version": 1, "origin": "maestro"}
        made.append(("issues", issue))
        incident = {
            "id": f"maestro:n{number}",
            "origin": "maestro",
            "issue_id": issue["id"],
            "issue_version": 1,
        }
        place = rng.choice(
            ({"test_id": _test_id(rng.randrange(70))}, {"build_id": f"maestro:b{rng.randrange(12)}"})
        )
        made.append(("incidents", incident | place | {"present": rng.choice((True, True, False))}))
    rng.shuffle(made)
    return made


def _time(rng):
    return (NOW - timedelta(hours=rng.randrange(72))).isoformat()


def _checkout(rng, number):
    return {
        "id": f"maestro:c{number}",
        "origin": "maestro",
        "tree_name": rng.choice(("mainline", "next")),
        "git_repository_url": f"https://git.example.org/{number % 2}.git",
        "git_repository_branch": "master",
        "git_commit_hash": f"{rng.randrange(3):040x}",
        "start_time": _time(rng),
    }


def _build(rng, number):
    prefix = "dummy_" if number == 9 else "b"
    build = {
        "id": f"maestro:{prefix}{number}",
        "origin": "maestro",
        "checkout_id": f"maestro:c{rng.randrange(5)}",
        "start_time": _time(rng),
        "architecture": rng.choice(("arm64", "aarch64", "x86_64")),
    }
    optional = {"status": rng.choice(("PASS", "FAIL")), "config_name": "defconfig+", "compiler": "gcc-14"}
    return build | {name: value for name, value in optional.items() if rng.random() < 0.6}


def _test_id(number):
    return f"maestro:{number:024x}" if number % 3 else f"ti:test {number}"


def _test(rng, number):
    test_id = _test_id(number)
    test = {
        "id": test_id,
        "origin": test_id.partition(":")[0],
        "build_id": "maestro:dummy_9" if number % 10 == 9 else f"maestro:b{number % 12}",
        "path": rng.choice(("boot", "ltp.futex", "kselftest.net.tcp", "")),
    }
    optional = {
        "status": rng.choice(("PASS", "FAIL", "SKIP", "MISS", "ERROR", "DONE")),
        "start_time": _time(rng),
        "environment": {"misc": {"platform": rng.choice(("kevin", "rpi4"))}},
        "misc": {"lab": rng.choice(("lab-one", "lab-two"))},
    }
    return test | {name: value for name, value in optional.items() if rng.random() < 0.8}


def documents(rng):
    """Return documents of a few objects each, in random order; some of them arrive twice."""
    rest = objects(rng)
    made = []
    while rest:
        size = rng.randrange(1, 8)
        part, rest = rest[:size], rest[size:]
        body = {"version": {"major": 5, "minor": 3}}
        for kind, item in part:
            body.setdefault(kind, []).append(item)
        when = NOW - timedelta(minutes=rng.randrange(500))
        made.append(Document(f"{len(made)}.json", when, json.dumps(body).encode()))
    made += rng.sample(made, len(made) // 4)
    rng.shuffle(made)
    return made


@pytest.mark.parametrize("seed", range(4))
def test_loads_in_any_order_end_in_the_counts_of_a_recount(seed):
    rng = random.Random(seed)
    rest = documents(rng)
    while rest:
        size = rng.randrange(1, 12)
        part, rest = rest[:size], rest[size:]
        load_documents(part)
        if rng.random() < 0.5:
            refresh(rng.choice((1, 5, 500)))
    count()
    assert Test.objects.count() > 50
    assert_counts_are_right()
