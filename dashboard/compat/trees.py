"""Trees: the listing of their newest checkouts, and one checkout's summary, lists and history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby
from typing import Final, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from dashboard.compat.answers import Refused, answer, endpoint
from dashboard.compat.filters import DEFAULT_ORIGIN, narrow, number, query_filters, text
from dashboard.compat.lists import Part, choices, summary, whole_list
from dashboard.compat.shapes import Shape, grouped_counts, lower_counts, upper_counts
from results.queries.checkout_counts import CheckoutCounts, checkout_counts
from results.queries.checkouts import Checkout, checkouts_before, checkouts_of, newest_checkouts
from results.queries.scopes import of_checkouts

COMMITS: Final = 10
HEAD_DAYS: Final = (7, 90, 3650)
"""How far back the newest checkout of a tree is looked for: as little as need be."""
NOTHING: Final = "No results available for this tree/branch/commit"
NO_PART: Final = {"builds": "No builds available", "boots": "No boots available"}
"""What a client takes for an empty list."""


@endpoint("GET")
def trees(request: HttpRequest) -> HttpResponseBase:
    """Answer tree/: the newest checkout of each tree, branch and URL of an origin."""
    origin = text(request.GET, "origin") or DEFAULT_ORIGIN
    days = number(request.GET, "interval_in_days", 7, least=1, most=3650)
    heads = newest_checkouts(origin, since=timezone.now() - timedelta(days=days))
    if not heads:
        raise Refused("No trees found")
    counts = checkout_counts([head.number for head in heads])
    return answer([_tree(head, counts[head.number]) for head in heads])


@endpoint("GET")
def tree_head(request: HttpRequest, tree: str, branch: str) -> HttpResponseBase:
    """Answer tree/<tree>/<branch>: its newest checkout."""
    origin = text(request.GET, "origin") or DEFAULT_ORIGIN
    for days in HEAD_DAYS:
        for head in newest_checkouts(origin, since=timezone.now() - timedelta(days=days)):
            if (head.tree_name, head.branch) == (tree, branch):
                return answer({**_checkout(head), "api_url": request.path, "old_api_url": request.path})
    raise Refused("Tree not found")


@endpoint("GET")
def tree_part(
    request: HttpRequest, commit: str, part: str, tree: str = "", branch: str = ""
) -> HttpResponseBase:
    """Answer tree/<commit>/<part> and tree/<tree>/<branch>/<commit>/<part>."""
    filters = query_filters(request.GET)
    found = _checkouts(request.GET, filters, commit, tree, branch)
    if not found:
        raise Refused(f"{NO_PART[part]}. {NOTHING}" if part in NO_PART else NOTHING)
    scope = narrow(of_checkouts([checkout.number for checkout in found]), filters)
    if part != "summary":
        return whole_list(scope, cast(Part, part))
    sections = summary(scope)
    common = {
        "hardware": sorted({*sections["boots"]["platforms"], *sections["tests"]["platforms"]}),
        "tree_url": found[0].url or found[0].revision.tree.url,
        "git_commit_tags": list(found[0].tags),
    }
    return answer({"common": common, "summary": sections, "filters": choices(sections)})


@endpoint("GET")
def tree_commits(request: HttpRequest, commit: str, tree: str = "", branch: str = "") -> HttpResponseBase:
    """Answer …/commits: this and the revisions before it, newest first."""
    found = _checkouts(request.GET, query_filters(request.GET), commit, tree, branch)
    if not found:
        raise Refused(f"Tree checkout not found. {NOTHING}")
    history = checkouts_before(found[0], limit=COMMITS)
    counts = checkout_counts([checkout.number for checkout in history])
    groups = groupby(history, key=lambda checkout: checkout.revision)
    return answer([_commit([*group], counts) for _, group in groups])


def _checkouts(
    params: Mapping[str, object], filters: Mapping[str, list[str]], commit: str, tree: str, branch: str
) -> tuple[Checkout, ...]:
    named = [*filters.get("tree_name", ()), tree or None]
    return checkouts_of(
        commit,
        origin=text(params, "origin") or DEFAULT_ORIGIN,
        url=text(params, "git_url"),
        branch=branch or text(params, "git_branch"),
        tree=named[0],
    )


def _checkout(checkout: Checkout) -> Shape:
    return {
        "tree_name": checkout.tree_name,
        "git_repository_url": checkout.url,
        "git_repository_branch": checkout.branch,
        "git_commit_hash": checkout.revision.commit,
        "git_commit_name": checkout.revision.describe,
        "git_commit_tags": list(checkout.tags),
        "origin": checkout.origin,
        "start_time": checkout.start_time,
    }


def _tree(checkout: Checkout, counts: CheckoutCounts) -> Shape:
    return {
        "id": checkout.id,
        **_checkout(checkout),
        "build_status": grouped_counts(counts.builds),
        "boot_status": grouped_counts(counts.boots),
        "test_status": grouped_counts(counts.tests),
    }


def _commit(checkouts: list[Checkout], counts: Mapping[int, CheckoutCounts]) -> Shape:
    total = sum((counts[checkout.number] for checkout in checkouts), CheckoutCounts())
    newest = checkouts[0]
    return {
        "git_commit_hash": newest.revision.commit,
        "git_commit_name": newest.revision.describe,
        "git_commit_tags": list(newest.tags),
        "earliest_start_time": min((c.start_time for c in checkouts if c.start_time), default=None),
        "builds": upper_counts(total.builds),
        "boots": lower_counts(total.boots),
        "tests": lower_counts(total.tests),
    }
