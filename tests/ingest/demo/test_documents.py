"""The demo's documents: the same for a seed, valid, in order, about as many as asked for."""

from dataclasses import replace
from datetime import timedelta
from itertools import islice, pairwise

import kcidb_io
import pytest

from ingest.demo.kernels import BRANCHES, describe
from ingest.demo.plan import Spec
from ingest.demo.timeline import Timeline
from ingest.schema import accept
from tests.ingest.demo.conftest import SPEC, UNTIL


def _made(spec, count=None):
    return [
        (document.name, document.submitted_at, document.raw)
        for document in islice(Timeline(spec).documents(), count)
    ]


def test_a_seed_and_an_end_give_the_same_bytes():
    spec = Spec(600, 6, 7, UNTIL)
    assert _made(spec) == _made(spec)


@pytest.mark.parametrize("other", [replace(SPEC, seed=4), replace(SPEC, until=UNTIL + timedelta(hours=1))])
def test_another_seed_or_end_gives_others(other):
    assert {name for name, _, _ in _made(SPEC, 40)}.isdisjoint(name for name, _, _ in _made(other, 40))


def test_kcidb_accepts_every_document(world):
    for content in world.contents:
        assert kcidb_io.schema.LATEST.is_compatible(content)
        kcidb_io.schema.LATEST.upgrade(content)


def test_nothing_is_refused_at_our_door(world):
    refusals = [refusal for document in world.documents for refusal in accept(document).refusals]
    assert refusals == []


def test_documents_come_in_order_and_end_with_the_demo(world):
    times = [document.submitted_at for document in world.documents]
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert UNTIL - timedelta(hours=5) < times[-1] <= UNTIL
    assert times[0] >= UNTIL - timedelta(days=world.spec.days + 1)


@pytest.mark.parametrize(("tests", "days"), [(1500, 10), (8000, 20), (30_000, 5)])
def test_there_are_about_as_many_tests_as_asked_for(tests, days):
    timeline = Timeline(Spec(tests, days, 1, UNTIL))
    for _ in timeline.documents():
        pass
    assert 0.7 * tests < timeline.tests < 1.3 * tests


def test_documents_hold_one_origin_each(world):
    for content in world.contents:
        origins = {item["origin"] for kind, items in content.items() if kind != "version" for item in items}
        assert len(origins) == 1


def test_tests_of_a_series_recur_on_many_revisions(world):
    commits = {item["id"]: item["git_commit_hash"] for item in world.checkouts}
    builds = {item["id"]: commits.get(item["checkout_id"]) for item in world.builds}
    runs = {}
    for test in world.tests:
        platform = test["environment"].get("misc", {}).get("platform")
        runs.setdefault((test["path"], platform, test["origin"]), set()).add(builds.get(test["build_id"]))
    assert sum(len(positions) >= 5 for positions in runs.values()) > 0.3 * len(runs)


def test_every_branch_has_a_name_for_its_commits():
    names = {branch.label: describe(branch, UNTIL, "0123456789abcdef") for branch in BRANCHES}
    assert names["mainline/master"] == "v7.4-rc5-61-g0123456789ab"
    assert names["next/master"] == "next-20261124"
    assert names["stable/linux-6.12.y"] == "v6.12.115"
    assert names["stable-rc/linux-6.12.y"].startswith("v6.12.115-")
    assert names["android/android16-6.12"].startswith("android16-6.12.107_r00-")
    assert names["net-next/main"].startswith("v7.4-rc1-")
