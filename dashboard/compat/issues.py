"""Issues: those of a time, one of them, and where they were seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from dashboard.compat.answers import Refused, answer, endpoint, streamed_array
from dashboard.compat.filters import moment, number, query_filters, text
from dashboard.compat.hardware import read_body
from dashboard.compat.lists import builds_of, runs_of
from dashboard.compat.shapes import Shape, object_shape
from results.keys import key_of
from results.queries.checkouts import Checkout
from results.queries.issue_reports import (
    IssueReport,
    Sightings,
    issue_report,
    issue_reports,
    keys_of_version,
    sightings,
)
from results.queries.whole import all_builds, all_tests
from results.selection import Selection, Term

DAYS: Final = 7
NO_ISSUES: Final = "No issues found"
NO_EXTRAS: Final = "No extra details found. Issue id has no incident or doesn't exist."
CULPRITS: Final = ("code", "tool", "harness")
LARGEST: Final = 2**31 - 1


@endpoint("GET")
def issues(request: HttpRequest) -> HttpResponseBase:
    """Answer issue/: what was reported in a time."""
    since = moment(request.GET, "startTimestampInSeconds") or timezone.now() - timedelta(days=DAYS)
    until = moment(request.GET, "endTimestampInSeconds") or timezone.now()
    filters = query_filters(request.GET)
    origins: list[str | None] = [*filters.get("origin", ())] or [None]
    found = [
        report for origin in origins for report in issue_reports(since=since, until=until, origin=origin)
    ]
    if not found:
        raise Refused(NO_ISSUES)
    seen = sightings([report.id for report in found])
    return answer(
        {
            "issues": [_issue(report) for report in found],
            "extras": {id: _first(versions[0]) for id, versions in seen.items() if versions[0].first},
            "filters": {
                "origins": sorted({report.origin for report in found}),
                "culprits": list(CULPRITS),
                "categories": sorted({name for report in found for name in _categories(report)}),
            },
        }
    )


@endpoint("GET")
def issue(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Answer issue/<id>: one version, the newest by default."""
    report = issue_report(kcidb_id, _version(request))
    if report is None:
        raise Refused("Issue not found")
    return answer(
        {
            **_issue(report),
            **object_shape(report.fields, ("report_url", "report_subject", "misc")),
            "extra": _extras([kcidb_id]),
        }
    )


@endpoint("POST")
def extras(request: HttpRequest) -> HttpResponseBase:
    """Answer issue/extras/: where issues were seen first and last, and in which trees."""
    asked = read_body(request).get("issues")
    if not isinstance(asked, list) or not all(isinstance(pair, list) and pair for pair in asked):
        raise Refused("issues is a list of pairs of id and version")
    found = _extras([text({"issues": pair[0]}, "issues") or "" for pair in asked])
    if not found:
        raise Refused(NO_EXTRAS)
    return answer({"issues": found})


@endpoint("GET")
def issue_part(request: HttpRequest, kcidb_id: str, part: str) -> HttpResponseBase:
    """Answer issue/<id>/builds and issue/<id>/tests."""
    selection = Selection().where(issue=kcidb_id)
    if origins := query_filters(request.GET).get("origin"):
        selection = selection.within(Selection.of({"origin": [Term(origin) for origin in origins]}))
    version = _version(request)
    keys = None if version is None else keys_of_version(kcidb_id, version)
    pieces = builds_of(all_builds(selection)) if part == "builds" else runs_of(all_tests(selection))
    wanted = ([item for item in piece if keys is None or key_of(item["id"]) in keys] for piece in pieces)
    return streamed_array(wanted, otherwise=f"No {part} found for this issue")


def _version(request: HttpRequest) -> int | None:
    return number(request.GET, "version", 0, least=0, most=LARGEST) if text(request.GET, "version") else None


def _issue(report: IssueReport) -> Shape:
    return {
        "id": report.id,
        "version": report.version,
        "origin": report.origin,
        "comment": report.fields.get("comment"),
        "field_timestamp": report.reported_at,
        "categories": _categories(report),
        **culprits_shape(report),
    }


def culprits_shape(report: IssueReport) -> Shape:
    """Return what an issue blames, as tree reports have it."""
    return {f"culprit_{name}": _culprits(report).get(name) for name in CULPRITS}


def _culprits(report: IssueReport) -> dict[str, Any]:
    found = report.fields.get("culprit")
    return found if isinstance(found, dict) else {}


def _categories(report: IssueReport) -> list[str]:
    found = report.fields.get("categories")
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _extras(ids: Iterable[str]) -> dict[str, Shape]:
    return {
        kcidb_id: {
            "first_incident": _first(versions[0]),
            "last_incident": _place(versions[-1], versions[-1].last) | {"last_seen": versions[-1].last_seen},
            "versions": {
                str(found.version): {
                    "id": kcidb_id,
                    "version": found.version,
                    "trees": [
                        {
                            "tree_name": tree.name,
                            "git_repository_url": tree.url,
                            "git_repository_branch": tree.branch,
                        }
                        for tree in found.trees
                    ],
                    "tags": [],
                }
                for found in versions
            },
        }
        for kcidb_id, versions in sightings(list(ids)).items()
    }


def _first(found: Sightings) -> Shape:
    return _place(found, found.first) | {"first_seen": found.first_seen}


def _place(found: Sightings, checkout: Checkout | None) -> Shape:
    return {
        "issue_version": found.version,
        "checkout_id": checkout.id if checkout else None,
        "git_commit_hash": checkout.revision.commit if checkout else None,
        "git_commit_name": checkout.revision.describe if checkout else None,
        "git_repository_url": checkout.url if checkout else None,
        "git_repository_branch": checkout.branch if checkout else None,
        "tree_name": checkout.tree_name if checkout else None,
    }
