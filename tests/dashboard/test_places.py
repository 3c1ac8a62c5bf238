"""What pages of devices and series say about elsewhere and before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from results.models import Series
from results.queries.device_coverage import boot_times, stopped_suites
from results.queries.devices import device_detail
from results.queries.series_near import series_near
from results.status import Status
from tests.factories import (
    NOW,
    count,
    create_build,
    create_checkout,
    create_history,
    create_incident,
    create_issue,
    create_test,
    create_tree,
)
from tests.factories import create_revision as revision_of

pytestmark = pytest.mark.django_db
BOARD = "rk3399-gru-kevin"
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(page.select_one("#main").get_text(" ").split())


def test_a_device_is_compared_with_the_revision_before(client):
    for failures, checkout in zip((1, 3), create_history(2), strict=True):
        build = create_build(checkout=checkout)
        for number in range(4):
            status = Status.FAIL if number < failures else Status.PASS
            create_test(build=build, path=f"net.t{number}", status=status, start_time=checkout.start_time)
    count()
    (tree,) = device_detail(BOARD, since=TODAY - timedelta(days=6)).trees
    assert (tree.tests.failed, tree.before.tests.failed) == (3, 1)
    assert f"+2 fail since {tree.before.revision.title}" in text(client, f"/device/{BOARD}")


def test_the_revision_before_may_be_older_than_the_window():
    old, new = create_history(2, step=timedelta(days=9))
    for checkout in (old, new):
        create_test(build=create_build(checkout=checkout), start_time=checkout.start_time)
    count()
    (tree,) = device_detail(BOARD, since=TODAY - timedelta(days=10)).trees
    assert tree.before.revision.commit == old.revision.commit
    assert device_detail(BOARD, since=TODAY - timedelta(days=3)).trees == ()


def test_suites_that_stopped_are_named(client):
    create_test(path="ltp.open", start_time=NOW - timedelta(days=12))
    create_test(path="kunit.list", start_time=NOW - timedelta(days=12))
    create_test(path="kunit.list", start_time=NOW)
    create_test(path="xfstests.one", start_time=NOW - timedelta(days=60))
    count()
    assert [gone.suite for gone in stopped_suites(BOARD, since=TODAY - timedelta(days=6))] == ["ltp"]
    assert "Stopped ltp on 11-12" in text(client, f"/device/{BOARD}")


def test_boot_times_are_medians_of_builds(client):
    for seconds, checkout in zip((10, 20, 40), create_history(3), strict=True):
        build = create_build(checkout=checkout)
        for extra in (-1, 0, 5):
            create_test(build=build, path="boot", duration=seconds + extra, start_time=checkout.start_time)
        create_test(build=build, path="boot", duration=900, status=Status.FAIL)
        create_test(build=build, path="boot", duration=900, platform="rpi-4")
    count()
    assert boot_times(BOARD, since=TODAY) == (10_000, 20_000, 40_000)
    assert "40,000 ms now" in text(client, f"/device/{BOARD}")


def test_a_series_knows_where_else_its_test_runs(client):
    here = create_build(checkout=create_history(1)[0])
    test = create_test(build=here)
    create_test(build=here, platform="rpi-4", status=Status.FAIL)
    create_test(build=here, path="kselftest.net.other", platform="rpi-4", status=Status.FAIL)
    other = create_build(checkout=create_checkout(revision=revision_of(tree=create_tree("next"))))
    create_test(build=other)
    create_test(build=other, platform="rpi-4")
    count()
    series = Series.objects.get(tests=test.key)
    near = series_near(series.id)
    assert [(one.platform, one.is_same_tree, one.status) for one in near] == [
        ("rpi-4", True, Status.FAIL), (BOARD, False, Status.PASS),
    ]  # fmt: skip
    said = text(client, f"/s/{series.id}")
    assert "Same test in this tree 1 of 1 series fail" in said
    assert "Same test here, other branches 0 of 1 series fail" in said


def test_an_issue_tells_whether_it_still_happens(client):
    issue = create_issue("maestro:now", comment="lately")
    for days in (1, 2, 9):
        test = create_test(f"maestro:{days:024x}", start_time=NOW - timedelta(days=days), status=Status.FAIL)
        create_incident(issue, test_id=f"maestro:{test.key.hex[8:]}")
    gone = create_issue("maestro:gone", comment="long ago")
    build = create_build("maestro:b1", start_time=NOW - timedelta(days=20))
    create_incident(gone, build_id=build.kcidb_id)
    create_issue("maestro:never")
    count()
    assert "Still happening: 2 incidents in the last 7 days, 1 in the week before." in text(
        client, "/i/maestro:now"
    )
    assert "3 incidents in 30 days, at most 1 a day" in text(client, "/i/maestro:now")
    assert "Not seen for 20 days." in text(client, "/i/maestro:gone")
    assert "happening" not in text(client, "/i/maestro:never")
