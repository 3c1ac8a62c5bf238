"""Revisions of a product as an address names them: what is not one is a mistake that is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dashboard.filters import BadQuery
from dashboard.revision_refs import tree_of
from dashboard.rows import tree_name
from results.errors import NotFound
from results.products.definition import Definition
from results.products.naming import canonical
from results.queries.product_branches import Branch, Position, product_branches
from results.queries.product_cells import product_cells
from results.queries.revision_names import NamedRevision, named_revisions

PLACES: Final = {"tree": None, "branch": None, "url": None}
"""Parameters that name a branch."""

Branches = tuple[Branch, ...]


def branches_of(definition: Definition, asked: Mapping[str, str]) -> Branches:
    """Return the branches of a product that the parameters name, or all; BadQuery when there is none."""
    (found,) = product_branches([(canonical([definition])[0].parts, None)])
    within = tree_of(asked)
    shown = tuple(
        branch
        for branch in found
        if within.name in (None, branch.ref.name)
        and within.branch in (None, branch.ref.branch)
        and within.url in (None, branch.ref.url)
    )
    if found and not shown:
        known = tuple(tree_name(branch.ref) for branch in found)
        raise BadQuery(f"tree: the product has no branch {within}", known, ("tree",))
    return shown


def one_of(parameter: str, text: str, branches: Branches, asked: Mapping[str, str]) -> NamedRevision:
    """Return the revision of one of these branches that a parameter names; BadQuery when there is not one."""
    try:
        candidates = named_revisions(text, tree_of(asked))
    except NotFound as error:
        raise BadQuery(f"{parameter}: {error}", parameters=(parameter,)) from error
    trees = {branch.tree for branch in branches}
    found = [one for one in candidates if one.tree in trees and not one.revision.patchset]
    if not found:
        raise BadQuery(f"{parameter}: {text} is in no branch of the product", parameters=(parameter,))
    if len(found) > 1:
        names = tuple(dict.fromkeys(tree_name(one.revision.tree) for one in found))
        raise BadQuery(
            f"{parameter}: {text} is in several branches of the product: say tree and branch too",
            names,
            (parameter, "tree", "branch"),
        )
    return found[0]


def ends_of(definition: Definition, asked: Mapping[str, str]) -> tuple[NamedRevision, NamedRevision] | None:
    """Return the revisions that ``from`` and ``to`` name; None when the product has no branch at all.

    Without them these are the oldest that is looked at, and the newest on which anything of the
    product ran; of the branch that the parameters name or the other revision is of, or else of the
    one tested last.
    """
    branches = branches_of(definition, asked)
    if not branches:
        return None
    named: dict[str, NamedRevision] = {}
    for parameter in ("to", "from"):
        if parameter in asked:
            named[parameter] = one_of(parameter, asked[parameter], branches, asked)
            branches = tuple(branch for branch in branches if branch.tree == named[parameter].tree)
    branch, head = branches[0], 0
    if "to" not in named:
        branch, head = _newest(definition, branches)
    newest = named.get("to") or as_named(branch, branch.revisions[head])
    oldest = named.get("from") or as_named(branch, branch.revisions[-1])
    return oldest, newest


def _newest(definition: Definition, branches: Branches) -> tuple[Branch, int]:
    """Return the first branch on which anything of a product ran, and where its newest such revision is."""
    ran = product_cells([canonical([definition])[0].parts], branches)
    for branch in branches:
        if (branch.product, branch.tree) in ran:
            return branch, ran[branch.product, branch.tree].head
    return branches[0], 0


def as_named(branch: Branch, position: Position) -> NamedRevision:
    """Return a revision of a branch as what a name means."""
    return NamedRevision(
        revision=position.revision,
        number=position.number,
        tree=branch.tree,
        started=position.started,
        place=position.place,
        subject="",
    )
