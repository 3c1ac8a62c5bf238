"""Definitions in the names that things have here: an operator may have said that two names are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from results.models import NameAlias
from results.products.definition import Definition
from results.selection import Selection, Term

ALIASED = tuple(str(kind) for kind in NameAlias.Kind)


def canonical(definitions: Sequence[Definition]) -> tuple[Definition, ...]:
    """Return the definitions with every alias of a lab, a platform or an origin replaced by its name."""
    said = {
        term.value
        for definition in definitions
        for part in definition.parts
        for dimension in ALIASED
        for term in part[dimension]
    }
    rows = NameAlias.objects.filter(alias__in=said - {None}).values_list("kind", "alias", "name")
    names = {(kind, alias): name for kind, alias, name in rows}

    def named(dimension: str, term: Term) -> Term:
        if term.prefix or term.value is None:
            return term
        return replace(term, value=names.get((dimension, term.value), term.value))

    def part_named(part: Selection) -> Selection:
        return Selection.of({name: [named(name, term) for term in terms] for name, terms in part.terms})

    return tuple(
        replace(definition, parts=tuple(map(part_named, definition.parts))) for definition in definitions
    )
