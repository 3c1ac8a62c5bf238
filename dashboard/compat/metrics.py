"""What all origins sent in some days, by lab."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from dashboard.compat.answers import answer, endpoint
from dashboard.compat.filters import number
from results.queries.lab_counts import lab_counts

MOST_DAYS: Final = 60


@endpoint("GET")
def metrics(request: HttpRequest) -> HttpResponseBase:
    """Answer metrics/: the builds, boots and tests of each lab."""
    today = timezone.now().astimezone(UTC).date()
    first = number(request.GET, "start_days_ago", 7, least=0, most=MOST_DAYS)
    last = number(request.GET, "end_days_ago", 0, least=0, most=MOST_DAYS)
    found = lab_counts(since=today - timedelta(days=first), until=today - timedelta(days=last))
    return answer(
        {
            "lab_maps": {
                row.lab: {"builds": row.builds, "boots": row.boots, "tests": row.tests} for row in found
            },
            "n_builds": sum(row.builds for row in found),
            "n_boots": sum(row.boots for row in found),
            "n_tests": sum(row.tests for row in found),
        }
    )
