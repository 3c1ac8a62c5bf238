"""From the types of answers to their JSON Schema, in the dialect of OpenAPI 3.1."""

from __future__ import annotations

import types
from collections.abc import Iterable
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from inspect import cleandoc
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, is_typeddict
from typing import get_type_hints as plain_hints

from dashboard.api.records import SHAPES, words

Schema = dict[str, Any]

_PLAIN: Final[dict[Any, Schema]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    type(None): {"type": "null"},
    Any: {},
}


def reference(shape: type) -> Schema:
    """Return the reference to the component of a shape."""
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def components(shapes: Iterable[type], sparse: frozenset[type]) -> dict[str, Schema]:
    """Return the component of each shape and of all that are inside of them, by name.

    Fields of ``sparse`` shapes may be left out: those are the rows that ``fields=`` picks from.
    """
    found: dict[str, Schema] = {}
    waiting = list(shapes)
    while waiting:
        shape = waiting.pop()
        if shape.__name__ not in found:
            hints = get_type_hints(shape)
            found[shape.__name__] = _object(shape, hints, is_sparse=shape in sparse)
            waiting += [inside for hint in hints.values() for inside in _shapes_in(hint)]
    return dict(sorted(found.items()))


def get_type_hints(shape: type) -> dict[str, Any]:
    """Return the types of the fields of a shape."""
    return plain_hints(shape, include_extras=True)


def _shown(hint: Any) -> Any:
    """Return the type that an answer shows for another one: the record that is meant, or its shape."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[1]
    return SHAPES[hint][0] if hint in SHAPES else hint


def _has_fields(hint: Any) -> bool:
    return is_typeddict(hint) or is_dataclass(hint)


def fields_of(shape: type) -> tuple[str, ...]:
    """Return the names of the fields of a shape."""
    return tuple(get_type_hints(shape))


def columns(shape: type, before: str = "") -> list[str]:
    """Return the names of the columns of a shape as a table: ``revision.tree.name``."""
    found = []
    for name, hint in get_type_hints(shape).items():
        inside = [shown for one in (hint, *get_args(hint)) if _has_fields(shown := _shown(one))]
        is_list = get_origin(hint) in (list, dict, tuple)
        found += columns(inside[0], f"{before}{name}.") if inside and not is_list else [f"{before}{name}"]
    return found


def _object(shape: type, hints: dict[str, Any], *, is_sparse: bool) -> Schema:
    schema: Schema = {
        "type": "object",
        "description": " ".join(cleandoc(shape.__doc__ or "").split()).replace("``", "`"),
        "properties": {name: _schema(hint) for name, hint in hints.items()},
        "additionalProperties": False,
    }
    required = getattr(shape, "__required_keys__", hints)
    return schema if is_sparse else {**schema, "required": [name for name in hints if name in required]}


def _schema(hint: Any) -> Schema:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if _has_fields(hint := _shown(hint)):
        return reference(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "string", "enum": words(hint)}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if origin in (types.UnionType, Union):
        return {"anyOf": [_schema(argument) for argument in arguments]}
    raise TypeError(f"no schema for {hint}")


def _shapes_in(hint: Any) -> list[type]:
    if _has_fields(hint := _shown(hint)):
        return [hint]
    return [shape for argument in get_args(hint) for shape in _shapes_in(argument)]
