"""The summaries as they should be, worked out from the rows in Python, another way than the product's."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC

from results.models import (
    Build,
    Checkout,
    DayCount,
    Incident,
    IssueCount,
    ResultCount,
    Revision,
    RevisionCount,
    Test,
)
from results.status import COUNT_COLUMNS


class Tally:
    """Counts by status, and the newest start."""

    def __init__(self):
        self.counts = dict.fromkeys(COUNT_COLUMNS, 0)
        self.last_start = None

    def add(self, status, start):
        """Count one object."""
        self.counts[status] += 1
        if start and (self.last_start is None or start > self.last_start):
            self.last_start = start

    def row(self):
        """Return what a row of counts should hold."""
        return (*self.counts.values(), self.last_start)


def _stored(model, *identity):
    return {
        tuple(row[: len(identity)]): tuple(row[len(identity) :])
        for row in model.objects.values_list(*identity, *COUNT_COLUMNS.values(), "last_start")
    }


def _tallied(pairs):
    tallies = defaultdict(Tally)
    for identity, row in pairs:
        tallies[identity].add(row.status, row.start_time)
    return {identity: tally.row() for identity, tally in tallies.items()}


def _day(test):
    return test.start_time.astimezone(UTC).date() if test.start_time else None


def assert_counts_are_right():
    """Compare every summary with the rows."""
    tests = list(Test.objects.select_related("build", "series"))
    assert _stored(
        ResultCount, "build_id", "origin_id", "lab_id", "platform_id", "suite_id", "is_boot", "day"
    ) == _tallied(
        (
            (
                t.build_id,
                t.series.origin_id,
                t.series.lab_id,
                t.series.platform_id,
                t.series.suite_id,
                t.is_boot,
                _day(t),
            ),
            t,
        )
        for t in tests
    )
    assert _stored(DayCount, "day", "platform_id", "lab_id", "origin_id", "is_boot") == _tallied(
        ((_day(t), t.series.platform_id, t.series.lab_id, t.series.origin_id, t.is_boot), t) for t in tests
    )
    _assert_revisions(tests)
    _assert_bound(tests)
    _assert_issues()


def _assert_revisions(tests):
    builds = Build.objects.filter(known=True, is_dummy=False, revision__isnull=False)
    assert _stored(RevisionCount, "revision_id", "kind", "origin_id") == _tallied(
        [
            *(
                (
                    (
                        t.build.revision_id,
                        RevisionCount.Kind.BOOT if t.is_boot else RevisionCount.Kind.TEST,
                        t.series.origin_id,
                    ),
                    t,
                )
                for t in tests
                if t.build.revision_id
            ),
            *(((b.revision_id, RevisionCount.Kind.BUILD, b.origin_id), b) for b in builds),
        ]
    )


def _assert_bound(tests):
    for build in Build.objects.select_related("checkout"):
        assert build.revision_id == (build.checkout.revision_id if build.checkout else None)
    for test in Test.objects.select_related("build__revision", "series"):
        build, series = test.build, test.series
        bound = (series.tree_id, series.architecture_id, series.config_id, series.compiler_id)
        if build.revision:
            assert bound == (
                build.revision.tree_id,
                build.architecture_id,
                build.config_id,
                build.compiler_id,
            )
        else:
            assert bound == (None, None, None, None)
    for revision in Revision.objects.all():
        starts = Checkout.objects.filter(revision=revision, known=True, start_time__isnull=False)
        if first := starts.order_by("start_time").first():
            assert revision.started == first.start_time


def _assert_issues():
    of_tests, of_builds = (dict(model.objects.values_list("key", "start_time")) for model in (Test, Build))
    expected = {}
    for incident in Incident.objects.all():
        builds, tests, absent, seen = expected.get(incident.issue_key, (0, 0, 0, ()))
        start = of_tests.get(incident.test_key) or of_builds.get(incident.build_key)
        expected[incident.issue_key] = (
            builds + bool(incident.present and incident.build_key),
            tests + bool(incident.present and incident.test_key),
            absent + (incident.present is False),
            (*seen, start) if incident.present and start else seen,
        )
    assert {
        row.issue_key: (row.builds, row.tests, row.absent, row.first_seen, row.last_seen)
        for row in IssueCount.objects.all()
    } == {
        key: (builds, tests, absent, min(seen, default=None), max(seen, default=None))
        for key, (builds, tests, absent, seen) in expected.items()
    }
