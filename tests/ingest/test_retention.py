"""Deleting what is old: counts stay, nothing that is named goes, nothing is counted twice."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.utils import timezone

from ingest import tasks
from ingest.intake.spool import own_spool
from ingest.load import Loader, _arrival, load_documents
from ingest.locks import loading, only_one
from ingest.retention import contents, prune, tests
from results.models import (
    Build,
    DayCount,
    Document,
    Excerpt,
    FieldSource,
    Incident,
    IssueCount,
    Pruning,
    Rejection,
    ResultCount,
    RevisionCount,
    Submission,
    Test,
)
from results.rollups import recount, refresh
from tests.ingest import kcidb

pytestmark = pytest.mark.django_db

NOW = kcidb.NOW
BEFORE = NOW + timedelta(days=30)
"""Everything that kcidb makes is older."""


@pytest.fixture(autouse=True)
def quick(monkeypatch, settings, tmp_path):
    monkeypatch.setattr("ingest.retention.run.PAUSE", 0)
    settings.SPOOL_DIR = tmp_path / "spool"


def load(*items, at=0, **objects):
    return load_documents([kcidb.document(f"{at}.json", at=at, tests=list(items), **objects)])


def count():
    while refresh():
        pass


def counts():
    """Return every count, whatever the ids of its rows."""
    return {
        model: sorted(str({**row, "id": 0}) for row in model.objects.values())
        for model in (ResultCount, RevisionCount, DayCount)
    }


def known_build(**more):
    return {"checkouts": [kcidb.checkout()], "builds": [kcidb.build(**more)]}


def test_tests_go_and_counts_stay():
    start = NOW.isoformat()
    load(
        kcidb.run(1, status="PASS", path="boot", start_time=start),
        kcidb.run(2, status="FAIL", start_time=start),
        **known_build(start_time=start),
    )
    count()
    before = counts()
    done = prune(BEFORE)
    assert (done.builds, done.tests, done.finished_at is not None) == (1, 2, True)
    assert not Test.objects.exists()
    assert Build.objects.get(kcidb_id="o:b1").pruned_at
    assert counts() == before
    recount()
    assert counts() == before


def test_what_arrived_since_the_last_refresh_is_counted_before_it_goes():
    load(kcidb.run(1, status="PASS", start_time=NOW.isoformat()), **known_build())
    count()
    load(kcidb.run(2, status="FAIL", start_time=NOW.isoformat()), at=1)
    prune(BEFORE)
    (row,) = ResultCount.objects.all()
    assert (row.n_pass, row.n_fail) == (1, 1)
    (tests_of_revision, *_) = [*RevisionCount.objects.filter(kind=RevisionCount.Kind.TEST), None]
    assert tests_of_revision is None or tests_of_revision.n_fail == 1
    count()
    assert DayCount.objects.get().n_fail == 1


def test_the_tests_that_incidents_name_stay():
    named = kcidb.run(1, status="FAIL", start_time=NOW.isoformat())
    load(
        named,
        kcidb.run(2, start_time=NOW.isoformat()),
        issues=[kcidb.issue()],
        incidents=[kcidb.incident(test_id=named["id"], present=True)],
    )
    count()
    prune(BEFORE)
    count()
    assert Test.objects.count() == 1
    assert Incident.objects.get().seen_at == NOW
    assert IssueCount.objects.get().tests == 1


def test_a_build_with_anything_young_stays_whole():
    young = (BEFORE + timedelta(hours=1)).isoformat()
    load(
        kcidb.run(1, start_time=NOW.isoformat()),
        kcidb.run(2, start_time=young),
        kcidb.run(3, start_time=NOW.isoformat(), build_id="o:b2"),
        builds=[kcidb.build(2, start_time=young)],
    )
    count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tests, "_OLD", tests._OLD.replace("now()", "'2027-06-01'::timestamptz"))
        assert prune(BEFORE).builds == 0
    assert Test.objects.count() == 3


def test_a_clock_that_is_ahead_keeps_nothing():
    load(
        kcidb.run(1, start_time=NOW.isoformat()),
        kcidb.run(2, start_time=(timezone.now() + timedelta(days=999)).isoformat()),
    )
    count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tests, "_OLD", tests._OLD.replace("now()", f"'{BEFORE.isoformat()}'::timestamptz"))
        assert prune(BEFORE).tests == 2


def test_what_has_no_date_is_as_old_as_its_arrival():
    load(kcidb.run(1))
    count()
    Submission.objects.update(received_at=NOW)
    load(kcidb.run(2, build_id="o:b2"), at=1)
    count()
    Submission.objects.filter(name="1.json").update(received_at=NOW + timedelta(days=60))
    assert prune(BEFORE).tests == 1
    assert Test.objects.get().build.kcidb_id == "o:b2"
    assert prune(BEFORE).tests == 0


def test_what_comes_too_late_is_refused_with_the_reason():
    load(kcidb.run(1, status="PASS", start_time=NOW.isoformat()), **known_build())
    count()
    prune(BEFORE)
    before = counts()
    summary = load(
        kcidb.run(1, status="FAIL"), kcidb.run(2), kcidb.run(3, build_id="o:b2"), at=5, **known_build()
    )
    count()
    assert Test.objects.get().build.kcidb_id == "o:b2"
    assert len(summary.rejections) == 2
    (reason, other) = Rejection.objects.values_list("reason", flat=True)
    today = timezone.now().date()
    assert reason == other == f"too late: the tests of build o:b1 were deleted for their age on {today}"
    assert Submission.objects.get(name="5.json").state == "partial"
    old = {str(row) for row in before[ResultCount]}
    assert old <= set(counts()[ResultCount])


def test_contents_go_when_nothing_names_them():
    load(
        kcidb.run(1, start_time=NOW.isoformat(), log_excerpt="gone", misc={"x": 1}),
        kcidb.run(2, start_time=NOW.isoformat(), log_excerpt="shared"),
        **known_build(log_excerpt="shared"),
    )
    count()
    done = prune(BEFORE)
    assert done.contents == 3
    assert set(Excerpt.objects.values_list("body", flat=True)) == {"shared"}
    assert Document.objects.count() == 2  # of the checkout and of the build
    assert prune(BEFORE).contents == 0


def test_contents_are_looked_at_in_windows(monkeypatch):
    monkeypatch.setattr(contents, "WINDOW", 2)
    load(*[kcidb.run(n, start_time=NOW.isoformat(), misc={"x": n}) for n in range(7)])
    count()
    assert prune(BEFORE).contents == 7


def test_a_loader_forgets_contents_that_are_gone():
    """It remembers ids of contents over many batches."""
    loader = Loader("kcidb")

    def store(item, at):
        document = kcidb.document(f"{at}", at=at, tests=[item])
        loader.load([_arrival(document)])

    old = kcidb.run(1, start_time=NOW.isoformat(), log_excerpt="same", misc={"x": 1})
    store(old, 0)
    count()
    prune(BEFORE)
    assert not Document.objects.exists()
    store(old | {"build_id": "o:b2"}, 1)
    test = Test.objects.select_related("document", "excerpt").get()
    assert (test.excerpt.body, "x" in test.document.body) == ("same", True)


def test_where_fields_came_from_is_forgotten_with_them():
    load(kcidb.run(1, start_time=NOW.isoformat(), status="PASS", log_url="https://x/1"))
    load(kcidb.run(1, status="FAIL"), at=1)
    assert FieldSource.objects.exists()
    count()
    prune(BEFORE)
    assert not FieldSource.objects.exists()


def test_submissions_rejections_and_files_go():
    load(kcidb.run(1, status="NONSENSE"), kcidb.run(2))
    Submission.objects.update(received_at=NOW)
    load(kcidb.run(3), at=1)
    Submission.objects.filter(name="1.json").update(received_at=BEFORE)
    spool = own_spool()
    spool.prepare()
    for folder in ("2026-11-01", "2026-12-24", "mine"):
        (spool.folder / "archive" / folder).mkdir()
    (spool.folder / "failed" / "submission-x.json").touch()
    done = prune(BEFORE)
    assert done.submissions == 1
    assert not Rejection.objects.exists()
    assert Submission.objects.get().name == "1.json"
    assert {path.name for path in (spool.folder / "archive").iterdir()} == {"2026-12-24", "mine"}


def test_small_transactions(monkeypatch):
    monkeypatch.setattr(tests, "BATCH_TESTS", 2)
    load(*[kcidb.run(n, build_id=f"o:b{n}", start_time=NOW.isoformat()) for n in range(5)])
    count()
    steps = list(tests.prune_tests(BEFORE))
    assert [(step.builds, step.tests) for step in steps] == [(2, 2), (2, 2), (1, 1)]


def test_what_was_interrupted_goes_on(monkeypatch):
    monkeypatch.setattr(tests, "BATCH_TESTS", 1)
    load(*[kcidb.run(n, build_id=f"o:b{n}", start_time=NOW.isoformat()) for n in range(3)])
    count()
    next(tests.prune_tests(BEFORE))
    assert (Test.objects.count(), ResultCount.objects.count()) == (2, 3)
    prune(BEFORE)
    assert (Test.objects.count(), ResultCount.objects.count()) == (0, 3)


def test_the_command():
    load(kcidb.run(1, start_time="2020-01-01T00:00:00Z"))
    count()
    out = StringIO()
    call_command("prune", keep=365, stdout=out)
    assert "1 tests of 1 builds, 1 documents and excerpts, 0 submissions deleted." in out.getvalue()
    with pytest.raises(CommandError, match="at least one day"):
        call_command("prune", keep=0)


def _elsewhere(work):
    """Run something on another connection."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time():
    refused = []
    with only_one("prune"):
        _elsewhere(lambda: refused.append(prune(BEFORE))).join(20)
    assert refused == [None]
    assert not Pruning.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_deleted_while_a_batch_is_loaded():
    load(kcidb.run(1, start_time=NOW.isoformat()))
    count()
    with loading():
        pruning = _elsewhere(lambda: prune(BEFORE))
        pruning.join(0.5)
        assert pruning.is_alive()
        assert Test.objects.exists()
    pruning.join(20)
    assert not Test.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_pages_do_not_wait():
    load(kcidb.run(1, start_time=NOW.isoformat()))
    count()
    seen = []
    with transaction.atomic():
        assert [step.tests for step in tests.prune_tests(BEFORE)] == [1]
        _elsewhere(lambda: seen.append((Test.objects.count(), ResultCount.objects.count()))).join(20)
        transaction.set_rollback(True)
    assert seen == [(1, 1)]


def test_a_day_s_pruning_is_done_once(settings, monkeypatch):
    settings.KEEP_DAYS, settings.KEEP_FILES_DAYS = 30, 0
    old, new = (timezone.now() - timedelta(days=days) for days in (31, 29))
    load(kcidb.run(1, start_time=old.isoformat()), **known_build())
    load(kcidb.run(2, build_id="o:b2", start_time=new.isoformat()), at=1)
    count()
    tasks.prune()
    assert list(Test.objects.values_list("kcidb_id", flat=True)) == ["o:t2"]
    tasks.prune()
    assert Pruning.objects.count() == 1
    Pruning.objects.update(finished_at=timezone.now() - timedelta(days=1))
    tasks.prune()
    Pruning.objects.filter(pk=Pruning.objects.latest("id").pk).update(finished_at=None)  # cut off
    Pruning.objects.exclude(pk=Pruning.objects.latest("id").pk).delete()
    tasks.prune()
    assert Pruning.objects.count() == 2


def test_files_may_go_earlier_than_results(settings, tmp_path):
    settings.SPOOL_DIR, settings.KEEP_DAYS, settings.KEEP_FILES_DAYS = tmp_path, 0, 7
    days = {days: (timezone.now() - timedelta(days=days)).date().isoformat() for days in (9, 5)}
    for day in days.values():
        (tmp_path / "archive" / day).mkdir(parents=True)
    tasks.prune()
    assert [folder.name for folder in (tmp_path / "archive").iterdir()] == [days[5]]
    assert not Pruning.objects.exists()
