"""Hardware: platforms, by their own name or by a compatible."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from dashboard.compat.answers import Refused, answer, endpoint
from dashboard.compat.filters import DEFAULT_ORIGIN, body_filters, moment, narrow, text
from dashboard.compat.lists import Part, choices, summary, whole_list
from dashboard.compat.shapes import Shape, grouped_counts
from results.queries.devices import DeviceRow, device_listing
from results.queries.scopes import of_results
from results.queries.submitted import platform_compatibles, what_is_called
from results.selection import Selection, Term

DAYS: Final = 7
HEAD: Final = "head"


@endpoint("GET")
def hardware(request: HttpRequest) -> HttpResponseBase:
    """Answer hardware/: the platforms with results of an origin in a time."""
    since, selection = _window(request.GET)
    compatibles = platform_compatibles()
    rows = device_listing(selection.without("since"), since=since.date())
    if not rows:
        raise Refused("No hardware found")
    return answer({"hardware": [_row(row, compatibles.get(row.platform, ())) for row in rows]})


@endpoint("POST")
def hardware_part(request: HttpRequest, name: str, part: str) -> HttpResponseBase:
    """Answer hardware/<name>/<part>: the results of a platform, or of all with a compatible."""
    body = read_body(request)
    scope = narrow(of_results(_about(name, body)), body_filters(body))
    if part != "summary":
        return whole_list(scope, cast(Part, part))
    sections = summary(scope)
    return answer(
        {
            "common": {"trees": [], "compatibles": sorted(sections["tests"]["environment_compatible"])},
            "summary": sections,
            "filters": choices(sections),
        }
    )


def read_body(request: HttpRequest) -> Mapping[str, Any]:
    """Return the JSON object that was posted; {} when nothing was."""
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as failure:
        raise Refused("The body is not JSON") from failure
    if not isinstance(body, dict):
        raise Refused("The body is not a JSON object")
    return body


def _window(params: Mapping[str, object]) -> tuple[datetime, Selection]:
    """Return the first time that is asked for, and what selects the results by origin and day (UTC)."""
    now = timezone.now().astimezone(UTC)
    since = moment(params, "startTimestampInSeconds") or now - timedelta(days=DAYS)
    until = moment(params, "endTimestampInSeconds") or now
    selection = Selection().where(
        origin=text(params, "origin") or DEFAULT_ORIGIN, since=since.date().isoformat()
    )
    return since, selection.where(until=until.date().isoformat()) if until.date() < now.date() else selection


def _about(name: str, body: Mapping[str, Any]) -> Selection:
    """Return what selects the results of a platform; the name may have come with + for spaces."""
    _, selection = _window(body)
    for spelled in dict.fromkeys((name, name.replace("+", " "))):
        if called := what_is_called(spelled):
            return _commits(selection.where(**{called: spelled}), body)
    raise Refused("Hardware not found")


def _commits(selection: Selection, body: Mapping[str, Any]) -> Selection:
    """Return a selection of those commits that were picked by hash; heads are not special here."""
    picked = body.get("selectedCommits")
    if not isinstance(picked, dict):
        return selection
    hashes = [Term(str(commit)) for commit in picked.values() if commit != HEAD]
    return selection.within(Selection.of({"commit": hashes})) if hashes else selection


def _row(row: DeviceRow, compatibles: tuple[str, ...]) -> Shape:
    return {
        "platform": row.platform,
        "hardware": list(compatibles) or None,
        "boot_status_summary": grouped_counts(row.boots),
        "test_status_summary": grouped_counts(row.tests),
    }
