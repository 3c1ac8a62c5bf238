from __future__ import annotations

from datetime import timedelta
from itertools import cycle

import pytest
from django.db import transaction

from results.models import Build
from results.status import WORST_FIRST, Status
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

PATHS = ("boot", "boot.nfs", "kselftest.net.tcp", "kselftest.dt.probe", "ltp.futex_wait05", "ltp%_", "")
PLATFORMS = ("rk3399-gru-kevin", "rpi-4", None, "none", "!odd*")
LABS = ("lab-one", "lab-two", "k8s-all")
ORIGINS = ("maestro", "linaro", "ti")
VARIANTS = (("arm64", "defconfig", "gcc-14"), ("x86_64", None, "clang-20"), (None, "allmodconfig", None))


def _checkouts():
    checkouts = create_history(2)
    twin = create_tree(url="https://git.example.org/fork.git")
    same_commit = checkouts[1].revision.commit
    checkouts.append(create_checkout(revision=create_revision(same_commit, tree=twin)))
    patched = create_revision(same_commit, tree=checkouts[1].revision.tree, patchset="ab" * 32)
    checkouts.append(create_checkout(revision=patched, origin="linaro"))
    checkouts.append(create_checkout(revision=create_revision(tree=create_tree("next", branch="", url=""))))
    return checkouts


def _builds(checkouts):
    builds = [
        create_build(
            checkout=checkout,
            origin=ORIGINS[number % 2],
            status=WORST_FIRST[number % len(WORST_FIRST)],
            arch=variant[0],
            config=variant[1],
            compiler=variant[2],
            start_time=NOW - timedelta(hours=30 * number) if number % 4 else None,
            duration=float(number) if number % 3 else None,
        )
        for number, (checkout, variant) in enumerate(
            (checkout, variant) for checkout in checkouts for variant in VARIANTS
        )
    ]
    dummy = create_build(
        "maestro:dummy_1_arm64", checkout=checkouts[0], arch="arm64", config=None, compiler=None
    )
    return [*builds, dummy, create_build("maestro:never", known=False), create_build(known=False)]


@pytest.fixture(scope="module")
def odd_world(django_db_setup, django_db_blocker):
    """A few hundred tests with every oddity that counting could stumble over; the builds.

    For modules whose tests only read; they are marked ``django_db``.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield _make_world()
        transaction.set_rollback(True)


def _make_world():
    builds = _builds(_checkouts())
    statuses, paths, platforms = cycle(WORST_FIRST), cycle(PATHS), cycle(PLATFORMS)
    labs, origins = cycle(LABS), cycle(ORIGINS)
    for number in range(300):
        create_test(
            f"ti:test {number}" if number % 7 == 0 else None,
            build=builds[number * number % len(builds)],
            status=next(statuses),
            path=next(paths),
            platform=next(platforms),
            compatibles=("rockchip,kevin", "rockchip,rk3399") if number % 2 else (),
            lab=next(labs),
            origin=next(origins),
            start_time=None if number % 11 == 0 else NOW - timedelta(hours=number % 100),
            duration=None if number % 5 == 0 else float(number % 13),
        )
    _incidents(builds)
    count()
    return list(Build.objects.select_related("revision__tree").order_by("id"))


def _incidents(builds):
    issue = create_issue("maestro:known", version=1)
    create_issue("maestro:known", version=2, comment="a better known problem", culprit_code=True)
    tests = [test for build in builds for test in build.tests.filter(status=Status.FAIL)]
    for number, test in enumerate(tests[:9]):
        test_id = test.kcidb_id or f"maestro:{test.key.hex[8:]}"
        create_incident(issue, test_id=test_id, present=number % 3 > 0)
    create_incident(issue, build_id=builds[0].kcidb_id)
    create_incident(issue, build_id="maestro:nobody", present=None)
