"""The report of a tree: its newest checkout, and the tests that no longer end as they did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from dashboard.compat.answers import Refused, answer, endpoint
from dashboard.compat.filters import DEFAULT_ORIGIN, number, text
from dashboard.compat.issues import culprits_shape
from dashboard.compat.shapes import STATUS_NAMES, UNKNOWN, Shape, lower_counts, upper_counts
from results.queries.changed_series import ChangedSeries, changed_series
from results.queries.checkout_counts import CheckoutCounts, checkout_counts
from results.queries.checkouts import Checkout, recent_checkouts
from results.queries.issue_reports import build_incidents, sightings

OLDEST_HOURS: Final = 24 * 3650
NAMES: Final = {
    "regression": "possible_regressions",
    "fixed": "fixed_regressions",
    "unstable": "unstable_tests",
}
GRAVEST: Final = ("regression", "unstable", "fixed")
"""Which history is told where two labs ran the same: the answer has no place for labs."""


@endpoint("GET")
def tree_report(request: HttpRequest) -> HttpResponseBase:
    """Answer tree-report; a tree without a checkout in the time asked for has nothing that changed."""
    params = request.GET
    origin = text(params, "origin") or DEFAULT_ORIGIN
    oldest = number(params, "max_age_in_hours", 24, least=1, most=OLDEST_HOURS)
    youngest = number(params, "min_age_in_hours", 0, least=0, most=OLDEST_HOURS)
    length = number(params, "group_size", 3, least=2, most=100)
    patterns = [pattern for pattern in params.getlist("path") if pattern and "\0" not in pattern]
    head = _head(request, origin, oldest, youngest)
    is_quiet = bool(head[0].start_time and head[0].start_time < timezone.now() - timedelta(hours=oldest))
    changed = () if is_quiet else changed_series(head, patterns=patterns or ["%"], length=length)
    url = request.build_absolute_uri(reverse("commit", args=[head[0].revision.commit]))
    return answer(
        {
            "dashboard_url": url,
            "git_url": head[0].url,
            "git_branch": head[0].branch,
            "commit_hash": head[0].revision.commit,
            "origin": origin,
            "checkout_start_time": head[0].start_time,
            **_counts(head),
            **{name: _tree(changed, change) for change, name in NAMES.items()},
            "issues": {"builds": _issues(head)},
        }
    )


def _head(request: HttpRequest, origin: str, oldest: int, youngest: int) -> list[Checkout]:
    """Return the checkouts of the newest revision that an origin has of a tree.

    What is older than asked for is only looked at when there is nothing else.
    """
    for hours in (oldest, OLDEST_HOURS):
        if found := _matching(request, origin, hours, youngest):
            return [checkout for checkout in found if checkout.revision == found[0].revision]
    raise Refused("Tree checkout not found")


def _matching(request: HttpRequest, origin: str, oldest: int, youngest: int) -> list[Checkout]:
    now = timezone.now()
    wanted = {"url": text(request.GET, "git_url"), "branch": text(request.GET, "git_branch"),
              "tree_name": text(request.GET, "tree_name")}  # fmt: skip
    ours = {"url": "url", "branch": "branch", "tree_name": "name"}
    return [
        checkout
        for checkout in recent_checkouts(origin, since=now - timedelta(hours=oldest))
        if all(
            value in (None, getattr(checkout, name), getattr(checkout.revision.tree, ours[name]))
            for name, value in wanted.items()
        )
        and (checkout.start_time or now) <= now - timedelta(hours=youngest)
    ]


def _counts(head: Sequence[Checkout]) -> Shape:
    counts = sum(checkout_counts([checkout.number for checkout in head]).values(), CheckoutCounts())
    return {
        "build_status_summary": upper_counts(counts.builds),
        "boot_status_summary": lower_counts(counts.boots, "_count"),
        "test_status_summary": lower_counts(counts.tests, "_count"),
    }


def _tree(changed: Sequence[ChangedSeries], change: str) -> Shape:
    """Return the series of one change: platform -> config -> arch/compiler -> path -> runs."""
    gravest: dict[tuple[str, str, str, str], ChangedSeries] = {}
    for series in sorted(changed, key=lambda series: GRAVEST.index(series.change)):
        gravest.setdefault(_place(series), series)
    found: dict[str, Any] = {}
    for (platform, config, variant, path), series in gravest.items():
        if series.change == change:
            paths = found.setdefault(platform, {}).setdefault(config, {}).setdefault(variant, {})
            paths[path] = _runs(series)
    return found


def _place(series: ChangedSeries) -> tuple[str, str, str, str]:
    return (
        series.platform or UNKNOWN.lower(),
        series.config or UNKNOWN.lower(),
        f"{series.architecture or UNKNOWN.lower()}/{series.compiler or UNKNOWN.lower()}",
        series.path,
    )


def _runs(series: ChangedSeries) -> list[Shape]:
    return [
        {"id": run.id, "status": STATUS_NAMES[run.status], "start_time": run.start_time}
        for run in series.runs
    ]


def _issues(head: Sequence[Checkout]) -> list[Shape]:
    found = build_incidents([checkout.number for checkout in head])
    seen = {id: versions[0] for id, versions in sightings([one.report.id for one in found]).items()}
    return [
        {
            "issue_id": one.report.id,
            "build_id": one.build_id,
            "version": one.report.version,
            "comment": one.report.fields.get("comment"),
            "report_url": one.report.fields.get("report_url"),
            **culprits_shape(one.report),
            "first_seen": first.first_seen,
            "is_new_issue": first.first is not None and first.first.revision == head[0].revision,
        }
        for one in found
        if (first := seen.get(one.report.id))
    ]
