"""What people call a revision: a commit, a describe, ``latest~2``, or any of these after ``tree/branch@``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.sql import SQL, Composable, Identifier, Literal

from results.db import fetch
from results.errors import NotFound
from results.queries.commits import digits_of, find_commits, nearest_tested, tagged
from results.queries.records import RevisionRef
from results.queries.refs import REVISION_COLUMNS, as_revision
from results.queries.revision_counts import HAS_CHECKOUT
from results.selection import NONE
from results.vocabulary import all_of

LATEST: Final = "latest"
CANDIDATES: Final = 10

_LATEST: Final = re.compile(rf"{LATEST}(?:~([0-9]{{1,4}}))?")
_PATCHED: Final = re.compile(r"([0-9a-f]{4,40})\+([0-9a-f]{4,64})")


@dataclass(frozen=True, slots=True)
class TreeName:
    """As much as is said of a tree; None says nothing. A branch that has no name is ""."""

    name: str | None = None
    branch: str | None = None
    url: str | None = None

    def __str__(self) -> str:
        return "/".join(part for part in (self.name, self.branch) if part)


@dataclass(frozen=True, slots=True)
class NamedRevision:
    """A revision that a name may mean. ``number`` and ``tree`` are row numbers, ``place`` its order."""

    revision: RevisionRef
    number: int
    tree: int
    started: datetime
    place: datetime
    subject: str


# Leans on revision_commit or revision_history; descriptions are few enough to be looked through.
_NAMED: Final = SQL("""
    SELECT * FROM (
        SELECT DISTINCT ON (r.tree_id)
               {revision}, r.id AS number, r.tree_id AS tree, r.started, r.place, r.subject
        FROM results_revision r JOIN results_tree tr ON tr.id = r.tree_id
        WHERE {condition} AND {has_checkout}
        ORDER BY r.tree_id, r.patchset <> '', r.place DESC, r.id DESC
    ) found
    ORDER BY place DESC, number DESC LIMIT {limit}
""")

_LAST: Final = SQL("""
    SELECT {revision}, r.id AS number, r.tree_id AS tree, r.started, r.place, r.subject
    FROM results_tree tr
    CROSS JOIN LATERAL (
        SELECT r.* FROM results_revision r WHERE r.tree_id = tr.id AND {has_checkout}
        ORDER BY r.place DESC, r.id DESC LIMIT 1 OFFSET {back}
    ) r
    WHERE {condition}
    ORDER BY r.place DESC, r.id DESC LIMIT {limit}
""")


def named_revisions(text: str, within: TreeName) -> tuple[NamedRevision, ...]:
    """Return what a name may mean, one revision of each tree, newest first; at most ``CANDIDATES``.

    ``within`` is the tree where the name does not say one. A commit may be shortened to 4 digits,
    and be followed by ``+`` and the hash of a patchset; a branch without a name is called "none".
    NotFound says why there is none.
    """
    tree, _, ref = text.strip().rpartition("@")
    if tree:
        name, _, branch = tree.partition("/")
        within = TreeName(name, ("" if branch == NONE else branch) if branch else None)
    latest = _LATEST.fullmatch(ref)
    if latest and within.name is None:
        raise NotFound(f"{text} needs a tree, as in mainline/master@{ref}")
    conditions = [_is_of(within), SQL("true") if latest else _is_called(ref)]
    form = _LAST if latest else _NAMED
    about = {
        "revision": REVISION_COLUMNS,
        "has_checkout": HAS_CHECKOUT,
        "limit": Literal(CANDIDATES),
        "back": Literal(int(latest[1] or 0) if latest else 0),
    }
    if found := tuple(fetch(form.format(condition=all_of(conditions), **about), _named)):
        return found
    raise NotFound(("" if latest else _untested(ref, within)) or f"no revision {ref} is known{_of(within)}")


def _of(within: TreeName) -> str:
    return f" of {within}" if within.name else ""


def _untested(ref: str, within: TreeName) -> str:
    """Return what is said of a commit that git knows and nobody tested; "" when it is not one."""
    commits = find_commits(ref, limit=2)
    if len(commits) != 1:
        return ""
    which = "" if commits[0].hash.startswith(ref) else f" ({commits[0].hash[:12]})"
    said = f"{ref}{which} was not tested"
    for near in nearest_tested(commits[0].hash):
        if within.name in (None, near.tree.name) and within.branch in (None, near.tree.branch):
            ends = ((near.before, "before"), (near.after, "after"))
            named = " and ".join(f"{end.title} {word}" for end, word in ends if end)
            return f"{said}; the nearest tested ones in {near.tree.name}/{near.tree.branch} are {named} it"
    return f"{said} in {within}" if within.name else said


def _is_of(tree: TreeName) -> Composable:
    said = (("name", tree.name), ("branch", tree.branch), ("url", tree.url))
    return all_of(
        SQL("tr.{} = {}").format(Identifier(name), Literal(value))
        for name, value in said
        if value is not None
    )


def _is_called(ref: str) -> Composable:
    described = SQL("r.describe = {} AND r.describe <> ''").format(Literal(ref))
    conditions = [described, tagged(SQL('r."commit"'), ref)]
    patched = _PATCHED.fullmatch(ref)
    if digits := digits_of(patched[1] if patched else ref):
        begins: list[Composable] = [  # "g" comes after every hex digit
            SQL('r."commit" >= {} AND r."commit" < {}').format(Literal(digits), Literal(digits + "g"))
        ]
        if patched:
            begins.append(SQL("starts_with(r.patchset, {})").format(Literal(patched[2])))
        conditions.append(all_of(begins))
    return SQL("({})").format(SQL(" OR ").join(conditions))


def _named(**columns: Any) -> NamedRevision:
    return NamedRevision(revision=as_revision(columns), **columns)
