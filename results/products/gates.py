"""Gates: what must hold before a revision of a product may ship. One line of a definition each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from typing import Literal as OneOf

from results.selection import Term

Kind = OneOf["boot", "tests"]
What = OneOf["fail", "newfail", "newflaky"]

FORMS: Final = (
    "gate boot >= 99 %",
    "gate tests >= 98 %",
    "gate tests fail <= 5",
    "gate tests newfail = 0",
    "gate tests newflaky = 0",
    "gate coverage >= 90 %",
    "gate boot time p50 +10 %",
    "gate <path of a test> p50 +5 %",
)
"""An example of each kind of gate."""


@dataclass(frozen=True, slots=True)
class PassRate:
    """At least so many percent of what passed or failed has passed."""

    kind: Kind
    least: Decimal

    def __str__(self) -> str:
        return f"{self.kind} >= {_number(self.least)} %"


@dataclass(frozen=True, slots=True)
class AtMost:
    """At most so many FAIL results, regressions or new flakes."""

    kind: Kind
    what: What
    most: int

    def __str__(self) -> str:
        return f"{self.kind} {self.what} {f'<= {self.most}' if self.most else '= 0'}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """At least so many percent of what is expected has passed or failed."""

    least: Decimal

    def __str__(self) -> str:
        return f"coverage >= {_number(self.least)} %"


@dataclass(frozen=True, slots=True)
class Measured:
    """A percentile of measurements moves by no more than so many percent, in the direction of the sign.

    ``path`` is the test that measures; None is the time that boots take.
    """

    path: Term | None
    percentile: int
    most: Decimal

    def __str__(self) -> str:
        sign = "+" if self.most >= 0 else ""
        path = "boot time" if self.path is None else quoted(str(self.path))
        return f"{path} p{self.percentile} {sign}{_number(self.most)} %"


Gate = PassRate | AtMost | Coverage | Measured

_PERCENT: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?", re.ASCII)
_CHANGE: Final = re.compile(r"[+-][0-9]{1,4}(\.[0-9]{1,3})?", re.ASCII)
_PERCENTILE: Final = re.compile(r"p([1-9][0-9]?)", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,7}", re.ASCII)
_PLAIN: Final = re.compile(r'[^ \t"#][^ \t"]*')


def read_gate(words: Sequence[str]) -> Gate | None:
    """Return the gate that the words after ``gate`` say; None when they say none."""
    words = _apart(words)
    match words:
        case ["boot" | "tests" as kind, ">=", percent, "%"] if (least := _share(percent)) is not None:
            return PassRate(kind, least)
        case ["coverage", ">=", percent, "%"] if (least := _share(percent)) is not None:
            return Coverage(least)
        case ["boot" | "tests" as kind, "fail" | "newfail" | "newflaky" as what, "=", "0"]:
            return AtMost(kind, what, 0)
        case ["boot" | "tests" as kind, "fail" | "newfail" | "newflaky" as what, "<=", most]:
            return AtMost(kind, what, int(most)) if _WHOLE.fullmatch(most) else None
        case ["boot", "time", percentile, change, "%"]:
            return _measured(None, percentile, change)
        case [path, percentile, change, "%"]:
            term = Term.parse(path)
            return None if term.negated or term.value is None else _measured(term, percentile, change)
    return None


def quoted(word: str) -> str:
    """Return a word as a definition writes it: in quotes where blanks would tear it apart."""
    if _PLAIN.fullmatch(word):
        return word
    return '"' + word.replace('"', '""') + '"'


def _apart(words: Sequence[str]) -> list[str]:
    """Return the words with a percent sign at the end standing alone: "99%" is "99 %"."""
    *first, last = words or [""]
    return [*first, last[:-1], "%"] if last.endswith("%") and last != "%" else [*first, last]


def _share(text: str) -> Decimal | None:
    return number if _PERCENT.fullmatch(text) and (number := Decimal(text)) <= 100 else None


def _measured(path: Term | None, percentile: str, change: str) -> Measured | None:
    found = _PERCENTILE.fullmatch(percentile)
    if not found or not _CHANGE.fullmatch(change):
        return None
    most = Decimal(change)
    return Measured(path, int(found[1]), most if most else Decimal(0))


def _number(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
