"""Which results a page is about: the filter grammar, as a value.

Repeated values of one dimension are OR, different dimensions are AND; ``!x`` means not x, ``x*``
means begins with x, ``none`` means absent. A backslash takes the special meaning from what
follows it (``\\none``, ``\\!x``, ``x\\*``). ``results.vocabulary`` says what each dimension is in
SQL; ``dashboard.filters`` checks what arrives in a URL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

DIMENSIONS: Final = (
    "tree", "branch", "url", "commit", "patchset", "build", "origin", "lab", "platform", "compatible",
    "arch", "config", "compiler", "suite", "path", "status", "kind", "since", "until", "issue", "q",
)  # fmt: skip
"""Every dimension, in the order of a canonical URL."""

REVISION: Final = ("tree", "branch", "url", "commit", "patchset")
"""What names a revision."""

NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a dimension; ``value`` is None for "absent"."""

    value: str | None
    negated: bool = False
    prefix: bool = False

    @classmethod
    def parse(cls, text: str) -> Term:
        """Read a term as written in a URL."""
        negated = text.startswith("!")
        text = text.removeprefix("!")
        if text == NONE:
            return cls(None, negated)
        prefix = text.endswith("*") and not text.endswith("\\*")
        text = text.removesuffix("*") if prefix else text
        if text.endswith("\\*"):
            text = text[:-2] + "*"
        return cls(text.removeprefix("\\"), negated, prefix)

    def __str__(self) -> str:
        if self.value is None:
            text = NONE
        else:
            text = self.value
            if text.startswith(("!", "\\")) or text == NONE:
                text = "\\" + text
            if self.prefix:
                text += "*"
            elif text.endswith("*"):
                text = text[:-1] + "\\*"
        return f"!{text}" if self.negated else text


@dataclass(frozen=True, slots=True)
class Selection:
    """Terms by dimension, in canonical order; equal selections are equal values."""

    terms: tuple[tuple[str, tuple[Term, ...]], ...] = ()

    @classmethod
    def of(cls, terms: Mapping[str, Iterable[Term]]) -> Selection:
        """Make a selection; KeyError when a dimension is not known."""
        if unknown := set(terms) - set(DIMENSIONS):
            raise KeyError(*sorted(unknown))
        picked = ((dimension, tuple(dict.fromkeys(terms.get(dimension, ())))) for dimension in DIMENSIONS)
        return cls(tuple((dimension, values) for dimension, values in picked if values))

    @classmethod
    def parse(cls, params: Mapping[str, Iterable[str]]) -> Selection:
        """Read a selection from the parameters of a URL; KeyError when one is not known."""
        return cls.of({name: [Term.parse(text) for text in texts] for name, texts in params.items()})

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __contains__(self, dimension: object) -> bool:
        return any(name == dimension for name, _ in self.terms)

    def __getitem__(self, dimension: str) -> tuple[Term, ...]:
        return dict(self.terms).get(dimension, ())

    def where(self, **values: str | None) -> Selection:
        """Return this selection with these dimensions each at one exact value (None: absent)."""
        return Selection.of({**dict(self.terms), **{name: [Term(value)] for name, value in values.items()}})

    def within(self, other: Selection) -> Selection:
        """Return this selection with the dimensions of another one replaced by its terms."""
        return Selection.of({**dict(self.terms), **dict(other.terms)})

    def without(self, *dimensions: str) -> Selection:
        """Return this selection less some dimensions."""
        return Selection(tuple(item for item in self.terms if item[0] not in dimensions))

    def only(self, dimensions: Iterable[str]) -> Selection:
        """Return the part of this selection that is about some dimensions."""
        kept = frozenset(dimensions)
        return Selection(tuple(item for item in self.terms if item[0] in kept))

    def params(self) -> list[tuple[str, str]]:
        """Return the parameters of the URL that says this, in canonical order."""
        return [(dimension, str(term)) for dimension, terms in self.terms for term in terms]


EVERYTHING: Final = Selection()
"""The selection that restricts nothing."""
