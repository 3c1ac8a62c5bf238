"""Commits, as git knows them."""

from __future__ import annotations

from typing import Annotated, TypedDict

from dashboard.api.records import Row, row_of
from results.queries.commits import CommitRow, NearestTested


class CommitWhole(TypedDict):
    """A commit, and the tested revisions near it: those that it contains, and that contain it."""

    commit: Annotated[Row, CommitRow]
    nearest: list[Annotated[Row, NearestTested]]


def commit_whole(commit: CommitRow, nearest: tuple[NearestTested, ...]) -> CommitWhole:
    """Return a commit."""
    return {"commit": row_of(commit), "nearest": [row_of(each) for each in nearest]}
