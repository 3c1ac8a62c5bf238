"""The text form of a product: what a vendor writes, keeps in git and compares.

A line says one thing; blanks separate words, a word with blanks in it stands in double quotes (a
quote in it is doubled), ``#`` begins a comment. ``name`` and ``about`` are followed by free text.
``select`` begins a set of results; each line after it names a dimension and its values, in the
grammar of the filters of all pages (several values are OR, several dimensions AND, ``!x`` is not
x, ``x*`` begins with x, ``none`` is absent). ``gate`` is followed by what must hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from results.products.gates import FORMS, Gate, quoted, read_gate
from results.products.overlap import overlap
from results.selection import DIMENSIONS, Selection, Term

PICKED: Final = (
    "tree", "branch", "url", "origin", "lab", "platform", "compatible", "arch", "config", "compiler",
    "suite", "path",
)  # fmt: skip
"""Dimensions that a product can be selected by: those that say what ran where, not when or how it ended."""
KEYWORDS: Final = ("name", "about", "select", "gate")

LONGEST_TEXT: Final = 32 * 1024
LONGEST_NAME: Final = 100
LONGEST_WORD: Final = 512
MOST_PARTS: Final = 20
MOST_TERMS: Final = 100
"""Values in one ``select``."""
MOST_GATES: Final = 30

_WORD: Final = re.compile(r'"((?:[^"]|"")*)"(?=[ \t]|$)|([^ \t"#][^ \t"]*)(?=[ \t]|$)')
_BLANKS: Final = re.compile(r"[ \t]*")
_UNPRINTABLE: Final = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line (counted from 1; 0: with the whole), and what would be understood."""

    line: int
    reason: str
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        known = f" ({', '.join(self.known)})" if self.known else ""
        return f"{place}{self.reason}{known}"


class BadDefinition(ValueError):
    """A text that is no definition; ``problems`` are in the order of lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a product is. ``parts`` have no result in common, so that counts of them add up."""

    name: str
    about: str
    parts: tuple[Selection, ...]
    gates: tuple[Gate, ...]

    def __str__(self) -> str:
        """Return the definition in its usual form; ``parse`` of it is this definition again."""
        lines = [f"name {self.name}", *([f"about {self.about}"] if self.about else [])]
        for part in self.parts:
            lines += ["", "select"]
            lines += [
                f"{name:<10} {' '.join(quoted(str(term)) for term in terms)}" for name, terms in part.terms
            ]
        if self.gates:
            lines += ["", *(f"gate {gate}" for gate in self.gates)]
        return "\n".join(lines) + "\n"


def parse(text: str) -> Definition:
    """Return the definition that a text says; BadDefinition with all that is wrong with it."""
    if len(text) > LONGEST_TEXT:
        raise BadDefinition([Problem(0, f"a definition has at most {LONGEST_TEXT:,} characters")])
    reader = _Reader()
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1):
        reader.read(number, line.strip(" \t"))
    return reader.definition()


@dataclass(slots=True)
class _Part:
    line: int
    terms: dict[str, tuple[Term, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Reader:
    """Reads line after line; what is wrong is noted, and reading goes on."""

    texts: dict[str, str] = field(default_factory=dict)
    parts: list[_Part] = field(default_factory=list)
    gates: dict[Gate, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, number: int, line: str) -> None:
        """Read a line without the blanks around it."""
        if not line or line.startswith("#"):
            return
        if any(unicodedata.category(letter) in _UNPRINTABLE and letter != "\t" for letter in line):
            self._wrong(number, "has a character that cannot be printed")
            return
        keyword, _, rest = line.replace("\t", " ").partition(" ")
        if keyword in ("name", "about"):
            self._text(number, keyword, rest)
            return
        words = _words(line)
        if words is None:
            self._wrong(number, 'a word with blanks or quotes in it stands in double quotes: "a b"')
        elif keyword == "select":
            self._select(number, words[1:])
        elif keyword == "gate":
            self._gate(number, words[1:])
        else:
            self._terms(number, words)

    def definition(self) -> Definition:
        """Return what was read, unless something was wrong with it."""
        if not self.texts.get("name"):
            self._wrong(0, "a product needs a line that says its name", ("name Acme Tab 3",))
        if not self.parts:
            self._wrong(0, "a product needs a set of results: a line select, and below it what it selects")
        selections = [Selection.of(part.terms) for part in self.parts]
        self._check_parts(selections)
        if self.problems:
            raise BadDefinition(sorted(self.problems, key=lambda problem: problem.line))
        return Definition(
            self.texts["name"], self.texts.get("about", ""), tuple(selections), tuple(self.gates)
        )

    def _wrong(self, line: int, reason: str, known: Sequence[str] = ()) -> None:
        self.problems.append(Problem(line, reason, tuple(known)))

    def _text(self, number: int, keyword: str, rest: str) -> None:
        text = " ".join(rest.split())
        if keyword in self.texts:
            self._wrong(number, f"there is a line {keyword} already")
        elif not text:
            self._wrong(number, f"{keyword} says nothing")
        elif keyword == "name" and len(text) > LONGEST_NAME:
            self._wrong(number, f"a name has at most {LONGEST_NAME} characters")
        self.texts.setdefault(keyword, text)

    def _select(self, number: int, words: Sequence[str]) -> None:
        if words:
            self._wrong(number, "select stands alone; what it selects is said on the lines below it", PICKED)
        if len(self.parts) == MOST_PARTS:
            self._wrong(number, f"a product has at most {MOST_PARTS} sets of results")
        self.parts.append(_Part(number))

    def _gate(self, number: int, words: Sequence[str]) -> None:
        gate = read_gate(words)
        if gate is None:
            self._wrong(number, f"there is no gate {' '.join(words)}".rstrip(), FORMS)
        elif gate in self.gates:
            self._wrong(number, "there is this gate already")
        elif len(self.gates) == MOST_GATES:
            self._wrong(number, f"a product has at most {MOST_GATES} gates")
        else:
            self.gates[gate] = None

    def _terms(self, number: int, words: Sequence[str]) -> None:
        name, *values = words
        if name not in PICKED:
            known = PICKED if self.parts else KEYWORDS
            what = "cannot be selected by" if name in DIMENSIONS else "is not understood"
            self._wrong(number, f"{name} {what}", known)
        elif not self.parts:
            self._wrong(number, f"{name} belongs below a line select")
        elif not values:
            self._wrong(number, f"{name} needs a value; none is absent")
        elif wrong := next((word for word in values if not 0 < len(word) <= LONGEST_WORD), None):
            self._wrong(number, f"a value has at most {LONGEST_WORD} characters: {wrong[:40]}…")
        elif name == "tree" and any("/" in word for word in values):
            self._wrong(number, "no tree has a slash in its name; its branch stands on a line of its own")
        elif "" in map(str, map(Term.parse, values)):
            self._wrong(number, "a value is empty; none is absent")
        else:
            part = self.parts[-1]
            part.terms[name] = (*part.terms.get(name, ()), *map(Term.parse, values))

    def _check_parts(self, selections: Sequence[Selection]) -> None:
        if len(selections) > MOST_PARTS:
            return  # which was said; comparing each with each would take long
        for place, (part, selection) in enumerate(zip(self.parts, selections, strict=True)):
            if not any(not term.negated and term.value is not None for term in selection["tree"]):
                self._wrong(part.line, "select needs a tree", ("tree stable-rc",))
            if sum(len(terms) for _, terms in selection.terms) > MOST_TERMS:
                self._wrong(part.line, f"select has more than {MOST_TERMS} values")
                continue
            for other, earlier in zip(self.parts[:place], selections[:place], strict=True):
                if overlap(selection, earlier):
                    self._wrong(
                        part.line,
                        f"may select the same results as line {other.line}, which would count twice: "
                        "let them differ in tree, branch, platform, suite or the like",
                    )
                    break


def _words(line: str) -> list[str] | None:
    """Return the words of a line; None when its quotes make no sense."""
    words: list[str] = []
    place = 0
    while place < len(line):
        if line[place] == "#":
            break
        found = _WORD.match(line, place)
        if found is None:
            return None
        words.append(found[1].replace('""', '"') if found[1] is not None else found[2])
        place = _BLANKS.match(line, found.end()).end()  # type: ignore[union-attr] # matches always
    return words
