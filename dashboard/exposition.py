"""The text format that Prometheus reads, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "treewatch_"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric and its values, each with its labels. ``kind``: gauge or counter."""

    name: str
    kind: str
    about: str
    values: Sequence[tuple[Mapping[str, str], float]]


def exposition(families: Iterable[Family]) -> str:
    """Return metrics as text."""
    return "".join(_lines(family) for family in families)


def _lines(family: Family) -> str:
    name = f"{PREFIX}{family.name}"
    head = f"# HELP {name} {family.about}\n# TYPE {name} {family.kind}\n"
    return head + "".join(f"{name}{_labels(labels)} {value!r}\n" for labels, value in family.values)


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items()) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
