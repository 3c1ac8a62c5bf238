"""Revisions as an address names them: what is not understood is a mistake that is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils import timezone

from dashboard.filters import BadQuery
from dashboard.paths import with_query
from dashboard.rows import tree_name, tree_params
from dashboard.shell import Link
from results.errors import NotFound
from results.queries.baseline import with_baseline
from results.queries.records import RevisionRef
from results.queries.revision_names import NamedRevision, TreeName, named_revisions
from results.queries.trees import tree_listing
from results.selection import NONE

DAYS: Final = 30

Candidates = tuple[NamedRevision, ...]


def tree_of(asked: Mapping[str, str]) -> TreeName:
    """Return the tree that the parameters tree, branch and url name; a branch belongs to its tree."""
    if "tree" not in asked:
        return TreeName()
    branch = asked.get("branch")
    return TreeName(asked["tree"], "" if branch == NONE else branch, asked.get("url"))


def tree_links(path: str) -> tuple[Link, ...]:
    """Return a link to a page that needs a tree, for each tree tested in the last ``DAYS`` days."""
    names = {tree_name(row.tree): row.tree for row in tree_listing(days=DAYS, now=timezone.now())}
    return tuple(Link(name, with_query(path, tree_params(tree))) for name, tree in names.items())


def one_revision(parameter: str, text: str, within: TreeName) -> NamedRevision:
    """Return the revision that a parameter names; BadQuery when there is none, or more than one."""
    return _only(parameter, text, _candidates(parameter, text, within))


def two_revisions(a: str, b: str, within: TreeName) -> tuple[NamedRevision, NamedRevision]:
    """Return the revisions that the parameters a and b name; one tells which tree the other means."""
    first, second = _candidates("a", a, within), _candidates("b", b, within)
    if len(first) > 1:
        first = _also_in(second, first)
    if len(second) > 1:
        second = _also_in(first, second)
    return _only("a", a, first), _only("b", b, second)


def with_chosen_baseline(
    revision: RevisionRef, baseline: str | None
) -> tuple[NamedRevision | None, NamedRevision]:
    """Return what a revision is compared with, by its own choice or the reader's, and the revision itself."""
    usual, this = with_baseline(revision)
    if baseline is None:
        return usual, this
    tree = revision.tree
    chosen = one_revision("baseline", baseline, TreeName(tree.name, tree.branch, tree.url))
    if chosen.tree != this.tree:
        raise BadQuery("baseline: it is of another tree; /compare compares trees.", parameters=("baseline",))
    return chosen, this


def _candidates(parameter: str, text: str, within: TreeName) -> Candidates:
    try:
        return named_revisions(text, within)
    except NotFound as error:
        raise BadQuery(f"{parameter}: {error}", parameters=(parameter,)) from error


def _also_in(others: tuple[NamedRevision, ...], found: Candidates) -> Candidates:
    trees = {other.tree for other in others}
    return tuple(one for one in found if one.tree in trees) or found


def _only(parameter: str, text: str, found: Candidates) -> NamedRevision:
    if len(found) == 1:
        return found[0]
    names = dict.fromkeys(tree_name(one.revision.tree) for one in found)
    which = (
        f"is in several trees: {', '.join(names)}; say which, as in {next(iter(names))}@{text}"
        if len(names) > 1
        else f"is in several repositories of {next(iter(names))}: say which with url="
    )
    raise BadQuery(f"{parameter}: {text} {which}", parameters=(parameter,))
