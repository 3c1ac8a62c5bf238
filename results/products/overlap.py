"""Whether two selections can have a result in common: the parts of a product must not, to be added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from results.selection import Selection, Term

ONE_VALUED: Final = (
    "tree", "branch", "url", "origin", "lab", "platform", "arch", "config", "compiler", "suite", "path",
)  # fmt: skip
"""Dimensions of which a result has one value at most: what is told apart here is told apart."""

_ANYTHING: Final = Term("", prefix=True)


def overlap(one: Selection, other: Selection) -> bool:
    """Return whether some result could be under both; False only where none can."""
    return all(_meet(one[dimension], other[dimension]) for dimension in ONE_VALUED)


def merged(counted: Sequence[tuple[Selection, int]]) -> tuple[tuple[Selection, int], ...]:
    """Return counts of disjoint selections as counts of fewer: two that differ in one dimension are one."""
    kept: list[tuple[Selection, int]] = []
    for selection, count in counted:
        for place, (other, other_count) in enumerate(kept):
            if (both := _union(other, selection)) is not None:
                kept[place] = (both, other_count + count)
                break
        else:
            kept.append((selection, count))
    return merged(kept) if len(kept) < len(counted) else tuple(kept)


def _union(one: Selection, other: Selection) -> Selection | None:
    terms, others = dict(one.terms), dict(other.terms)
    differing = [name for name in terms | others if terms.get(name) != others.get(name)]
    if not differing:
        return one
    if len(differing) > 1 or terms.keys() != others.keys():
        return None
    both = (*terms[differing[0]], *others[differing[0]])
    if any(term.negated for term in both):
        return None
    return Selection.of({**terms, differing[0]: both})


def _meet(terms: tuple[Term, ...], others: tuple[Term, ...]) -> bool:
    refused = [term for term in (*terms, *others) if term.negated]
    return any(
        shared is not None and not any(_covers(no, shared) for no in refused)
        for mine in _wanted(terms)
        for theirs in _wanted(others)
        if (shared := _shared(mine, theirs))
    )


def _wanted(terms: tuple[Term, ...]) -> Iterator[Term]:
    wanted = [term for term in terms if not term.negated]
    yield from wanted or (_ANYTHING,)


def _shared(one: Term, other: Term) -> Term | None:
    """Return what is under both of two terms (taken as not negated); None when nothing is."""
    for wide, narrow in ((one, other), (other, one)):
        if _covers(wide, narrow):
            return narrow
    return None


def _covers(wide: Term, narrow: Term) -> bool:
    """Return whether all that ``narrow`` means ``wide`` means too. An absent value is like ""."""
    value, text = wide.value or "", narrow.value or ""
    return text.startswith(value) if wide.prefix else text == value and not narrow.prefix
