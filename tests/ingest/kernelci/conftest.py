"""What the tests of the KernelCI source share: what is stored, in a few words."""

from __future__ import annotations

import pytest

from results.models import Build, Checkout, Submission, Test
from results.status import Status


class Stored:
    def tests(self):
        return Test.objects.select_related("series__path").order_by("key")

    def paths(self):
        return sorted(test.series.path.name for test in self.tests())

    def statuses(self):
        return {test.series.path.name: Status(test.status).label for test in self.tests()}

    def checkouts(self):
        return Checkout.objects.filter(known=True).count()

    def builds(self):
        return Build.objects.filter(known=True).count()

    def rows(self):
        return [*Test.objects.values().order_by("key"), *Build.objects.values().order_by("key")]

    def refused(self):
        return Submission.objects.exclude(state=Submission.State.ACCEPTED).count()


@pytest.fixture
def stored():
    return Stored()
