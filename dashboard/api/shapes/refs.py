"""What is inside of many answers: counts, and the names of things."""

from __future__ import annotations

from typing import Literal, TypedDict

from results.queries.records import BuildRef, IssueRef, RevisionRef, StatusCounts, TreeRef
from results.status import Status

StatusName = Literal["fail", "error", "miss", "pass", "done", "skip", "none"]

Counts = TypedDict(
    "Counts",
    {"fail": int, "error": int, "miss": int, "pass": int, "done": int, "skip": int, "none": int},
)
Counts.__doc__ = "How many results of each status; `none` has not finished, or nobody said."


class Tree(TypedDict):
    """A branch of a repository. `branch` and `url` may be empty."""

    name: str
    branch: str
    url: str


class Revision(TypedDict):
    """A commit of a tree. `patchset` and `describe` may be empty."""

    tree: Tree
    commit: str
    patchset: str
    describe: str


class Build(TypedDict):
    """How a build was made. One that is not `known` is only a name that a test mentioned."""

    id: str
    known: bool
    dummy: bool
    architecture: str | None
    config: str | None
    compiler: str | None


class Issue(TypedDict):
    """A known problem, in the words of its newest version."""

    id: str
    comment: str


def status_name(status: Status) -> StatusName:
    """Return a status as parameters of the pages spell it."""
    return STATUS_NAMES[status]


STATUS_NAMES: dict[Status, StatusName] = {
    Status.FAIL: "fail",
    Status.ERROR: "error",
    Status.MISS: "miss",
    Status.PASS: "pass",
    Status.DONE: "done",
    Status.SKIP: "skip",
    Status.NONE: "none",
}


def counts(found: StatusCounts) -> Counts:
    """Return counts, zeros included."""
    fail, error, miss, passed, done, skip, none = found.by_status
    return {
        "fail": fail,
        "error": error,
        "miss": miss,
        "pass": passed,
        "done": done,
        "skip": skip,
        "none": none,
    }


def tree(ref: TreeRef) -> Tree:
    """Return the names of a tree."""
    return {"name": ref.name, "branch": ref.branch, "url": ref.url}


def revision(ref: RevisionRef) -> Revision:
    """Return what names a revision."""
    return {
        "tree": tree(ref.tree),
        "commit": ref.commit,
        "patchset": ref.patchset,
        "describe": ref.describe,
    }


def known_revision(ref: RevisionRef | None) -> Revision | None:
    """Return what names a revision, None when it is not known."""
    return revision(ref) if ref else None


def build(ref: BuildRef) -> Build:
    """Return what tells a build from others."""
    return {
        "id": ref.id,
        "known": ref.known,
        "dummy": ref.is_dummy,
        "architecture": ref.architecture,
        "config": ref.config,
        "compiler": ref.compiler,
    }


def issue(ref: IssueRef) -> Issue:
    """Return what names an issue."""
    return {"id": ref.id, "comment": ref.comment}
