"""Addresses of the KernelCI dashboard's pages, in mails and chats, lead to ours.

Its query strings are kept where they say what we understand: the tree of a commit
(``tri|t``, ``tri|gu``, ``tri|gb``) and the statuses of builds (``df|bs|FAIL=true``).
"""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import path, re_path, reverse
from django.views.decorators.http import require_safe

from dashboard.paths import (
    build_path,
    device_path,
    issue_path,
    revision_path,
    test_path,
    tree_path,
    with_query,
)
from results.errors import NotFound
from results.queries.builds import build_detail
from results.queries.records import RevisionRef, TreeRef
from results.queries.submitted import what_is_called
from results.queries.test_runs import test_detail
from results.status import Status

COMMIT: Final = "(?P<commit>[0-9a-f]{40})"
NO_COMMIT: Final = r"(?P<branch>(?![0-9a-f]{7,40}$)(?![\s\S]*/[0-9a-f]{40}$)[\s\S]+)"

_BUILD_STATUS: Final = re.compile(r"df\|bs\|([A-Z]+)")


@require_safe
def build(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Lead /build/<id> to the build, or to the test run that has this id."""
    try:
        build_detail(kcidb_id)
    except NotFound:
        try:
            test_detail(kcidb_id)
        except NotFound:
            return HttpResponseRedirect(build_path(kcidb_id))
        return HttpResponseRedirect(test_path(kcidb_id))
    return HttpResponseRedirect(build_path(kcidb_id))


@require_safe
def test(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Lead /test/<id> to the test run."""
    return HttpResponseRedirect(test_path(kcidb_id))


@require_safe
def issue(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Lead /issue/<id> to the issue."""
    return HttpResponseRedirect(issue_path(kcidb_id))


@require_safe
def hardware(request: HttpRequest, name: str) -> HttpResponseBase:
    """Lead /hardware/<name> to the device, or to the devices with this compatible."""
    if what_is_called(name) == "compatible":
        return HttpResponseRedirect(with_query(reverse("devices"), [("compatible", name)]))
    return HttpResponseRedirect(device_path(name))


@require_safe
def listing(request: HttpRequest, name: str) -> HttpResponseBase:
    """Lead /tree and /hardware to the listings, with the origin (``o`` or ``origin``)."""
    origin = request.GET.get("o") or request.GET.get("origin")
    return HttpResponseRedirect(with_query(reverse(name), [("origin", origin)] if origin else []))


@require_safe
def revision(request: HttpRequest, commit: str, tree: str = "", branch: str = "") -> HttpResponseBase:
    """Lead /tree/<commit> and /tree/<tree>/<branch>/<commit> to the revision."""
    asked = request.GET
    ref = RevisionRef(
        TreeRef(tree or asked.get("tri|t", ""), branch or asked.get("tri|gb", ""), asked.get("tri|gu", "")),
        commit, "", "",
    )  # fmt: skip
    if not ref.tree.name:
        return HttpResponseRedirect(reverse("commit", args=[commit]))
    url = [("url", ref.tree.url)] if ref.tree.url else []
    return HttpResponseRedirect(with_query(revision_path(ref), [*_statuses(asked), *url]))


@require_safe
def tree(request: HttpRequest, tree: str, branch: str) -> HttpResponseBase:
    """Lead /c/<tree>/<branch> and /checkout/<tree>/<branch> to the branch."""
    return HttpResponseRedirect(tree_path(TreeRef(tree, branch, "")))


def _statuses(asked: QueryDict) -> list[tuple[str, str]]:
    """Return the tab of builds with the statuses that a query picks; [] when it picks none."""
    names = [match[1] for name in asked if (match := _BUILD_STATUS.fullmatch(name)) and asked[name] == "true"]
    picked = [("status", str(Status[name].label)) for name in names if name in Status.__members__]
    return [("tab", "builds"), *picked] if picked else []


urlpatterns = [
    path("build/<anything:kcidb_id>", build),
    path("test/<anything:kcidb_id>", test),
    path("issue/<anything:kcidb_id>", issue),
    path("hardware/<anything:name>", hardware),
    path("tree", listing, {"name": "trees"}),
    path("hardware", listing, {"name": "devices"}),
    re_path(rf"^tree/{COMMIT}$", revision),
    re_path(rf"^(?:tree|checkout)/(?P<tree>[^/]+)/(?P<branch>[\s\S]+)/{COMMIT}$", revision),
    re_path(rf"^(?:c|checkout)/(?P<tree>[^/]+)/{NO_COMMIT}$", tree),
]
