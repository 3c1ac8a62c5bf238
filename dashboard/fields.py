"""The text fields of a form that asks for a page: parameters of the page, and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.filters import Query


@dataclass(frozen=True, slots=True)
class Field:
    """A text field of a form."""

    name: str
    label: str
    value: str


def single_valued(query: Query, labels: Mapping[str, str]) -> list[str]:
    """Return the dimensions that fit into a field: of several values the chips tell."""
    return [name for name in labels if len(query.selection[name]) <= 1]


def text_fields(
    query: Query, asked: Mapping[str, str], texts: Mapping[str, str], filters: Mapping[str, str]
) -> tuple[Field, ...]:
    """Return the fields of parameters (``texts``: name -> label) and of filters that fit into one."""
    terms = query.selection
    return (
        *(Field(name, label, asked.get(name, "")) for name, label in texts.items()),
        *(
            Field(name, filters[name], "".join(str(term) for term in terms[name]))
            for name in single_valued(query, filters)
        ),
    )
