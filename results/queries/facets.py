"""Facets: what a listing could be narrowed to, with counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from results.queries.records import StatusCounts
from results.selection import Selection

FACETS: Final = ("status", "suite", "platform", "lab", "arch", "config", "compiler", "origin")
FACET_VALUES: Final = 12

Noun = Literal["builds", "boots", "tests", "results"]
"""What is listed and counted; results are boots and tests together."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value: how many rows the listing would have with it, the other filters staying.

    ``text`` is the value as a URL says it ("none" for absent); ``name`` is for people. ``picked``:
    the URL has it (``negated``: as ``!value``).
    """

    text: str
    name: str
    count: int
    picked: bool
    negated: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """The most frequent values of a dimension, and those picked; ``more`` others exist."""

    dimension: str
    values: tuple[FacetValue, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Facets:
    """The facets of a selection; ``counts`` is what its listing shows, by status."""

    facets: tuple[Facet, ...]
    counts: StatusCounts


@dataclass(frozen=True, slots=True)
class Totals:
    """The rows under a selection of each kind; they are the numbers on the tabs."""

    builds: StatusCounts
    boots: StatusCounts
    tests: StatusCounts


def facets(selection: Selection, *, noun: Noun = "results") -> Facets:
    """Return what a listing of ``noun`` under a selection can be narrowed to; may raise QueryTimeout."""
    raise NotImplementedError


def totals(selection: Selection) -> Totals:
    """Return how many builds, boots and tests a selection has; may raise QueryTimeout.

    ``kind`` is ignored: the numbers are those of the three tabs.
    """
    raise NotImplementedError
