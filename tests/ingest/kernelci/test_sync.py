"""A sync brings everything in, once, whatever the API and the machine do meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from ingest.kernelci import store
from ingest.kernelci.client import Api, Unavailable
from ingest.kernelci.sync import FEEDS, LOOK_AGAIN, Sync
from ingest.locks import only_one
from ingest.models import Cursor
from tests.ingest.kernelci.samples import Grove, needs_samples, sample_nodes, site
from tests.kernelci_api import KernelCIApi

pytestmark = pytest.mark.django_db


@pytest.fixture
def server():
    with KernelCIApi() as running:
        yield running


@pytest.fixture
def grove(server):
    return Grove(start=server.clock.replace(tzinfo=None).isoformat())


@pytest.fixture
def run(server):
    """Return a function that does a round, at the server's time unless told another."""

    def do(*, now=None, before=lambda sync: None, **options):
        api = Api(server.url, tries=2, timeout=5, sleep=lambda seconds: None)
        moment = now or server.clock
        sync = Sync(api, site(excerpt=lambda url, status: None), now=lambda: moment, **options)
        before(sync)
        try:
            return sync.run()
        finally:
            api.close()

    return do


def job_with_cases(grove, build, count=3, name="ltp-mm", **more):
    job = grove.node("job", name, build, **more)
    suite = grove.node("job", name, job)
    cases = [grove.node("test", f"case{number}", suite, updated=job["updated"]) for number in range(count)]
    return job, [suite, *cases]


@pytest.fixture
def tree(server, grove):
    """A tree with a build and a job of three cases, told in events as the real API does."""
    checkout = grove.checkout()
    build = grove.kbuild(checkout)
    job, below = job_with_cases(grove, build)
    server.put(checkout)
    server.put(build)
    server.put_hierarchy(job, below)
    return checkout, build, job, below


def asked_for_children(server):
    return [target for target in server.asked if "parent=" in target]


def test_the_results_below_a_job_come_though_no_event_tells_of_them(tree, run, stored):
    report = run()
    assert stored.paths() == ["ltp", "ltp.case0", "ltp.case1", "ltp.case2"]
    assert (stored.checkouts(), stored.builds()) == (1, 1)
    assert report.events == 3


def test_reading_the_same_stretch_again_changes_nothing(tree, run, stored, server):
    run()
    before = stored.rows()
    server.asked.clear()
    report = run()
    assert report.events == 0
    assert asked_for_children(server) == []
    assert stored.rows() == before


def test_news_come_with_the_next_round(tree, run, stored, server, grove):
    run()
    server.put(grove.node("job", "baseline-arm64", tree[1]))
    run()
    assert "boot" in stored.paths()


def test_an_event_that_is_told_late_is_not_missed(tree, run, stored, server, grove):
    """Another process of the API, with a slower clock, inserts an event behind the newest one."""
    run()
    late = server.put(grove.node("job", "baseline-arm64", tree[1]))
    late["timestamp"] = (server.clock - timedelta(seconds=100)).replace(tzinfo=None).isoformat()
    run()
    assert "boot" in stored.paths()


def test_an_event_from_the_future_does_not_hide_the_next_ones(tree, run, stored, server, grove):
    server.happened[-1]["timestamp"] = "2031-01-01T00:00:00"
    run()
    server.tick(7200)
    server.put(grove.node("job", "baseline-arm64", tree[1]))
    run()
    assert "boot" in stored.paths()


def test_many_events_in_no_order_come_once_each(server, grove, run, stored):
    build = grove.kbuild(grove.checkout())
    for number in range(1500):
        server.put(grove.node("kbuild", f"kbuild-{number}", grove.nodes[0]))
    server.put(build)
    report = run()
    assert report.events == 1501
    assert stored.builds() == 1501


def test_builds_and_checkouts_show_before_they_are_done(server, grove, run, stored):
    checkout = grove.checkout(state="available")
    server.put(checkout)
    server.put(grove.kbuild(checkout, state="available"))
    server.put(grove.kbuild(checkout, name="kbuild-gcc-14-riscv", state="running", result=None))
    run()
    assert (stored.checkouts(), stored.builds()) == (1, 1)


def test_a_result_that_changes_is_changed(tree, run, stored, server):
    job = tree[2]
    server.put(job | {"result": None})
    run()
    assert stored.statuses()["ltp"] == "none"
    server.put(job | {"result": "fail", "updated": server.tick()})
    run()
    assert stored.statuses()["ltp"] == "fail"


def test_purged_nodes_are_passed_over_and_stay_here(tree, run, stored, server):
    run()
    server.purge(*tree[3], tree[2])
    server.put(tree[0])
    server.happened.append(server.happened[2] | {"id": "e" * 24, "timestamp": server.tick()})
    report = run()
    assert report.purged == 1
    assert stored.paths() == ["ltp", "ltp.case0", "ltp.case1", "ltp.case2"]


def test_a_job_that_cannot_be_read_now_is_read_with_its_tree_later(tree, run, stored, server):
    server.fail(f"parent={tree[2]['id']}", 504, times=100)
    report = run()
    assert report.failures == 1
    assert stored.builds() == 1
    server.faults.clear()
    run()
    assert stored.paths() == ["ltp", "ltp.case0", "ltp.case1", "ltp.case2"]


def test_when_the_api_goes_away_the_cursor_stays(tree, run, stored, server):
    server.fail("/node", 503, times=1000)
    with pytest.raises(Unavailable):
        run()
    assert stored.paths() == []
    server.faults.clear()
    run()
    assert len(stored.paths()) == 4


def test_data_and_cursor_are_stored_together_or_not_at_all(tree, run, stored, monkeypatch):
    def fail(*_cursors, **_owed):
        raise OperationalError("the database stops")

    with monkeypatch.context() as patch:
        patch.setattr(store.Store, "_move", fail)
        with pytest.raises(OperationalError):
            run()
    assert stored.paths() == []
    assert not Cursor.objects.exists()
    run()
    assert len(stored.paths()) == 4


def test_changes_without_an_event_are_found_by_looking_again(tree, run, stored, server, grove):
    run()
    server.tick(60)
    late = grove.node("test", "late", tree[3][0], updated=server.tick())
    server.store(late)
    run()
    assert "ltp.late" not in stored.paths()
    run(now=server.clock + LOOK_AGAIN + timedelta(minutes=1))
    assert "ltp.late" in stored.paths()


def test_a_suite_seen_alone_is_not_taken_for_a_case(tree, run, stored, server):
    """The bridge to KCIDB marks nodes one by one, which moves ``updated`` and nothing else."""
    run()
    server.tick(600)
    server.change(tree[3][0], processed_by_kcidb_bridge=True)
    run(now=server.clock + LOOK_AGAIN + timedelta(minutes=1))
    assert stored.paths() == ["ltp", "ltp.case0", "ltp.case1", "ltp.case2"]


def test_a_tree_is_looked_at_until_it_is_old(tree, run, server):
    run()
    trees = Cursor.objects.filter(feed__startswith="tree ")
    assert trees.count() == 1
    run(now=server.clock + timedelta(days=4, minutes=-1))
    run(now=server.clock + timedelta(days=4, hours=2))
    assert trees.count() == 0


def test_after_a_long_absence_the_trees_of_the_time_since_are_read(tree, run, stored, server):
    run()
    server.happened.clear()
    away = Grove(start=(server.clock + timedelta(days=3)).replace(tzinfo=None).isoformat(), tree="next")
    away.node("job", "baseline-arm64", away.kbuild(away.checkout()))
    server.store(*away.nodes)
    run(now=server.clock + timedelta(days=20))
    assert "boot" in stored.paths()
    assert not Cursor.objects.filter(feed="backfill").exists()
    position = Cursor.objects.get(feed=FEEDS[0].name).position
    assert position == server.clock + timedelta(days=19)


def days_of_trees(server, count):
    for day in range(count):
        start = server.clock.replace(tzinfo=None) - timedelta(days=count - day)
        old = Grove(start=start.isoformat(), tree=f"tree{day}")
        old.node("job", "baseline-arm64", old.kbuild(old.checkout()))
        server.store(*old.nodes)


def test_backfill_reads_day_after_day(server, run, stored):
    days_of_trees(server, 9)
    run(before=lambda sync: sync.backfill_from(server.clock - timedelta(days=9)))
    assert stored.checkouts() == 9
    assert not Cursor.objects.filter(feed="backfill").exists()


def test_a_backfill_that_was_stopped_goes_on_where_it_was(server, run, stored):
    days_of_trees(server, 9)
    server.fail("treeid=", 503, times=0)
    stopped = {"after": 3}

    def stop(sync):
        sync.backfill_from(server.clock - timedelta(days=9))
        sync._is_over = lambda: stored.checkouts() >= stopped["after"]

    run(before=stop)
    assert stored.checkouts() == 3
    server.asked.clear()
    run()
    assert stored.checkouts() == 9
    read = [target for target in server.asked if "treeid=" in target]
    assert len(read) == 6 + 4  # six days to go; the last four are looked at as recent trees, too


def test_trees_without_a_tree_id_are_read_from_the_checkout_down(server, run, stored):
    days_of_trees(server, 1)
    for node in server.stored.values():
        node["treeid"] = None
    run(before=lambda sync: sync.backfill_from(server.clock - timedelta(days=2)))
    assert stored.paths() == ["boot"]


def test_since_moves_the_start_of_events(tree, run, stored, server):
    run(before=lambda sync: sync.begin_at(server.clock))
    assert Cursor.objects.get(feed=FEEDS[0].name).position >= server.clock


def test_malformed_nodes_do_not_stop_the_others(tree, run, stored, server, grove):
    server.put(grove.node("job", "broken", tree[1], path="not a list"))
    server.put(grove.node("job", "baseline-arm64", tree[1]))
    run()
    assert "boot" in stored.paths()


def test_a_round_that_has_no_time_left_goes_on_at_the_next(tree, run, stored, server):
    run(seconds=-1.0)
    assert stored.paths() == []
    for _ in range(3):
        run(seconds=-1.0)
    assert len(stored.paths()) == 4


@needs_samples
def test_the_samples_come_in_as_they_are_expected(server, run, stored):
    nodes = sample_nodes()
    server.store(*nodes)
    for node in nodes:
        if node["kind"] in ("checkout", "kbuild", "process") or node["path"][-1].startswith(node["group"]):
            server.put(node)
    run(now=datetime.fromisoformat("2026-09-02T18:00:00+00:00"))
    assert stored.paths() == sorted(
        ["boot"] * 3
        + ["coverage", "coverage.coverage.lines"]
        + ["kselftest.cpufreq", "kselftest.cpufreq.cpufreq_main_sh", "kselftest.cpufreq.shardfile-cpufreq"]
        + ["kunit", "kunit.exec.time_test_cases.time64_to_tm_test_date_range"]
        + ["rt-tests.cyclictest", "rt-tests.cyclictest.t0-max-latency"]
    )


def test_two_readers_take_turns():
    with only_one("http://api") as first:
        assert first
    with only_one("http://api") as again:
        assert again
