"""The addresses written by hand are those that the site answers."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.urls import resolve, reverse

from dashboard import paths
from results.queries.records import RevisionRef, TreeRef

IDS = (
    "maestro:67ab0123456789abcdef0123",
    "redhat:1935027264_x86_64_kernel",
    "o:a/b//c",
    "o:../../etc/passwd",
    "o:.",
    "o: \n\t%2F?#&=+é漢",
    "o:<script>",
)


@pytest.mark.parametrize("kcidb_id", IDS)
@pytest.mark.parametrize(
    ("path", "page", "name"),
    [
        (paths.test_path, "test", "kcidb_id"),
        (paths.build_path, "build", "kcidb_id"),
        (paths.issue_path, "issue", "kcidb_id"),
        (paths.device_path, "device", "platform"),
        (paths.lab_path, "lab", "name"),
    ],
)
def test_any_name_arrives_as_it_was(path, page, name, kcidb_id):
    address = path(kcidb_id)
    assert not set(address) & set(' \n?#<>"')
    assert "/../" not in address and "/./" not in address
    match = resolve(unquote(address))
    assert (match.url_name, match.kwargs) == (page, {name: kcidb_id})


def test_plain_names_read_as_elsewhere():
    for kcidb_id in IDS[:2]:
        assert paths.test_path(kcidb_id) == reverse("test", args=[kcidb_id]) == f"/t/{kcidb_id}"


def test_numbers():
    assert paths.series_path(7) == reverse("series", args=[7])
    assert paths.submission_path(7) == reverse("submission", args=[7])


@pytest.mark.parametrize("branch", ["", "master", "for-next/core", "a%b/c d", "9c0ffee"])
def test_trees_and_revisions(branch):
    tree = TreeRef("arm64", branch, "")
    match = resolve(unquote(paths.tree_path(tree)))
    assert match.kwargs.get("branch", "") == branch
    revision = RevisionRef(tree, "a" * 40, "", "")
    match = resolve(unquote(paths.revision_path(revision)))
    assert match.url_name in ("revision", "revision_without_branch")
    assert (match.kwargs.get("branch", ""), match.kwargs["commit"]) == (branch, "a" * 40)


def test_queries_keep_their_order_and_nothing_else():
    assert paths.with_query("/x", []) == "/x"
    assert (
        paths.with_query("/x", [("b", "1 2"), ("a", "!é&=#"), ("b", "x*")])
        == "/x?b=1+2&a=!%C3%A9%26%3D%23&b=x*"
    )
