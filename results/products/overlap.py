"""Whether two selections can have a result in common: the parts of a product must not, to be added up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from results.selection import Selection, Term

ONE_VALUED: Final = (
    "tree", "branch", "url", "origin", "lab", "platform", "arch", "config", "compiler", "suite", "path",
)  # fmt: skip
"""Dimensions of which a result has one value at most: what is told apart here is told apart."""


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


@dataclass(frozen=True, slots=True)
class _Values:
    """Some values, and all that begin with some texts. An absent value is like ""."""

    exact: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, terms: Iterable[Term]) -> _Values:
        """Return what terms mean, whether or not they are negated."""
        terms = list(terms)
        return cls(
            frozenset(term.value or "" for term in terms if not term.prefix),
            tuple({term.value or "" for term in terms if term.prefix}),
        )

    def cover(self, text: str, *, is_beginning: bool) -> bool:
        """Return whether a value, or all that begins with a text, is among them."""
        return text.startswith(self.beginnings) or (not is_beginning and text in self.exact)


def _meet(terms: tuple[Term, ...], others: tuple[Term, ...]) -> bool:
    """Return whether a value can be under the terms of both sides.

    Of what both want the narrower one says how much they share, so it is enough to look at each.
    """
    one, other = _wanted(terms), _wanted(others)
    refused = _Values.of(term for term in (*terms, *others) if term.negated)
    return any(
        one.cover(text, is_beginning=is_beginning)
        and other.cover(text, is_beginning=is_beginning)
        and not refused.cover(text, is_beginning=is_beginning)
        for values in (one, other)
        for texts, is_beginning in ((values.exact, False), (values.beginnings, True))
        for text in texts
    )


def _wanted(terms: Iterable[Term]) -> _Values:
    wanted = [term for term in terms if not term.negated]
    return _Values.of(wanted or [Term("", prefix=True)])
