"""Commits as they are printed."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.parts import plural
from results.errors import QueryTimeout
from results.queries.commits import CommitCount, CommitRow, commits_between
from results.queries.records import RevisionRef


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitsPart:
    """The commits between two revisions. ``log`` shows them all in a clone; ``is_all``: so do the rows."""

    count: str
    rows: tuple[CommitRow, ...]
    log: str
    is_all: bool


def commit_count(count: CommitCount) -> str:
    """Return a number of commits in words: "41 commits", "at least 41 commits"."""
    return f"{'' if count.is_exact else 'at least '}{plural(count.commits, 'commit')}"


def git_log(old: str, new: str) -> str:
    """Return the command that lists the commits between two."""
    return f"git log --oneline {old[:12]}..{new[:12]}"


def commits_part(old: RevisionRef | None, new: RevisionRef) -> CommitsPart | None:
    """Return the commits that came with a revision after another; None when git cannot tell (in time)."""
    if old is None or old.commit == new.commit:
        return None
    try:
        found = commits_between(old.commit, new.commit)
    except QueryTimeout:
        return None
    if found is None:
        return None
    return CommitsPart(
        count=commit_count(found.count),
        rows=found.rows,
        log=git_log(old.commit, new.commit),
        is_all=found.count.is_exact and len(found.rows) == found.count.commits,
    )
