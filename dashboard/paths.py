"""The address of each thing that has a page. ``dashboard.urls`` answers what is written here.

A test compares the two: ``reverse`` is too slow for a listing with ten links in each of a hundred rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, urlencode

from results.queries.records import RevisionRef, TreeRef

# What RFC 3986 allows in a path, so that ids read in an address as they do elsewhere.
_SAFE: Final = "/:@!$&'()*+,;=~"
_DOTS: Final = re.compile(r"(^|/)\.{0,2}(/|$)")


def _segment(text: str) -> str:
    """Quote a text for a path; slashes too where a browser would tidy them away ("a/../b")."""
    return quote(text, safe=_SAFE.replace("/", "") if _DOTS.search(text) else _SAFE)


def with_query(path: str, params: Iterable[tuple[str, str]]) -> str:
    """Return an address with these parameters, in this order."""
    query = urlencode(list(params), safe="/:*!,@")
    return f"{path}?{query}" if query else path


def test_path(kcidb_id: str) -> str:
    """Return the address of a test run."""
    return f"/t/{_segment(kcidb_id)}"


def build_path(kcidb_id: str) -> str:
    """Return the address of a build."""
    return f"/b/{_segment(kcidb_id)}"


def issue_path(kcidb_id: str) -> str:
    """Return the address of an issue."""
    return f"/i/{_segment(kcidb_id)}"


def series_path(series: int) -> str:
    """Return the address of a series."""
    return f"/s/{series}"


def event_path(event: int) -> str:
    """Return the address of an event."""
    return f"/r/{event}"


def device_path(platform: str) -> str:
    """Return the address of a device."""
    return f"/device/{_segment(platform)}"


def lab_path(lab: str) -> str:
    """Return the address of a lab."""
    return f"/lab/{_segment(lab)}"


def suite_path(suite: str) -> str:
    """Return the address of a suite."""
    return f"/suite/{_segment(suite)}"


def product_path(slug: str) -> str:
    """Return the address of a product."""
    return f"/p/{slug}"


def submission_path(submission: int) -> str:
    """Return the address of a submission."""
    return f"/submission/{submission}"


def tree_path(tree: TreeRef) -> str:
    """Return the address of a branch, without the repository that may be needed to tell it apart."""
    return f"/tree/{_branch(tree)}"


def revision_path(revision: RevisionRef) -> str:
    """Return the address of a revision, without repository and patches."""
    return f"/c/{_branch(revision.tree)}/{revision.commit}"


def _branch(tree: TreeRef) -> str:
    return "/".join(_segment(part) for part in (tree.name, tree.branch) if part)
