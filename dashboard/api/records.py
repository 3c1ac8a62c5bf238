"""Records of the read functions as answers, where both are the same: the record is the shape.

``row_of`` makes an answer of a record: fields keep their names, enumerations become words, what is
inside of many answers looks as it does everywhere (``dashboard.api.shapes.refs``). The schema is
made of the same types, by ``dashboard.api.described``. In a TypedDict, ``Annotated[Row, Record]``
says that a field is a record.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from dashboard.api.shapes import refs
from results.queries.records import BuildRef, IssueRef, RevisionRef, StatusCounts, TreeRef
from results.status import Status

Convert = Callable[[Any], Any]
Row = Mapping[str, Any]

SHAPES: Final[dict[Any, tuple[type, Convert]]] = {
    RevisionRef: (refs.Revision, refs.revision),
    TreeRef: (refs.Tree, refs.tree),
    BuildRef: (refs.Build, refs.build),
    IssueRef: (refs.Issue, refs.issue),
    StatusCounts: (refs.Counts, refs.counts),
}
"""Records that have a shape of their own, and what makes it."""


def row_of(record: Any) -> Row:
    """Return a record as an answer."""
    return {
        name: getattr(record, name) if convert is None else convert(getattr(record, name))
        for name, convert in _fields(record.__class__)
    }


def words(kind: type[Enum]) -> list[str]:
    """Return the words that an enumeration is answered with."""
    return [str(getattr(each, "label", each.value)) for each in kind]


@cache
def _fields(record: type) -> tuple[tuple[str, Convert | None], ...]:
    return tuple((name, _converter(hint)) for name, hint in get_type_hints(record).items())


def _converter(hint: Any) -> Convert | None:
    """Return what makes an answer of a value of a type; None where it is one already."""
    if hint in SHAPES:
        return SHAPES[hint][1]
    if hint is Status:
        return refs.status_name
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: str(getattr(value, "label", value.value))
    if is_dataclass(hint):
        return row_of
    origin, arguments = get_origin(hint), get_args(hint)
    inside = _converter(arguments[0]) if arguments else None
    if origin is tuple:
        return list if inside is None else lambda values: [inside(value) for value in values]
    if origin in (types.UnionType, Union) and inside is not None:
        return lambda value: None if value is None else inside(value)
    return None
