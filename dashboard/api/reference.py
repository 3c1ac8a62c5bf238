"""The reference of the API as a page, made from its schema on the server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from dashboard.filters import read_query
from dashboard.shell import Frame, render_page

_NOT_TRIED: Final = ("listRevisions",)
"""What answers only to further parameters."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: ``kind`` is what it may be, in words."""

    name: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An address and what can be done there. ``url`` can be followed ("" when more is needed).

    ``shape`` is "" of an answer that says nothing, ``body`` of what takes none.
    """

    method: str
    path: str
    anchor: str
    url: str
    summary: str
    description: str
    shape: str
    body: str
    is_listing: bool
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What an answer is made of."""

    name: str
    text: str
    fields: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePage(Frame):
    """All addresses and all shapes."""

    operations: tuple[Operation, ...]
    shapes: tuple[Shape, ...]


@cache
def api_schema() -> dict[str, Any]:
    """Return the OpenAPI schema; it does not change while the process runs."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Answer /api/."""
    read_query(request.GET)
    schema = api_schema()
    page = ReferencePage(
        title="API",
        heading="API",
        verdict="Everything that the pages show, as JSON, JSON lines and CSV.",
        operations=tuple(
            _operation(path, method, found)
            for path, methods in schema["paths"].items()
            for method, found in methods.items()
        ),
        shapes=tuple(_shape(name, found) for name, found in schema["components"]["schemas"].items()),
    )
    return render_page(request, "api/reference.html", page)


def _operation(path: str, method: str, found: dict[str, Any]) -> Operation:
    answers = (one for status, one in found["responses"].items() if status.startswith("2"))
    answer = _schema_of(next(answers))
    items = answer.get("properties", {}).get("items", {}).get("items")
    return Operation(
        method=method.upper(),
        path=path,
        anchor=found["operationId"],
        url="" if "{" in path or found["operationId"] in _NOT_TRIED or found.get("security") else path,
        summary=found["summary"],
        description=found["description"] if found["description"] != found["summary"] else "",
        shape=_name(items or answer),
        body=_name(_schema_of(found.get("requestBody", {}))),
        is_listing=items is not None,
        parameters=tuple(
            Parameter(one["name"], _kind(one["schema"]), one.get("description", ""))
            for one in found.get("parameters", ())
        ),
    )


def _schema_of(found: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the JSON in a body or an answer; {} without one."""
    schema: dict[str, Any] = found.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _shape(name: str, found: dict[str, Any]) -> Shape:
    fields = (Parameter(field, _kind(schema), "") for field, schema in found["properties"].items())
    return Shape(name, found.get("description", ""), tuple(fields))


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _kind(schema: dict[str, Any]) -> str:
    """Return what a value may be, in words: "string or null", "list of Issue"."""
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if "enum" in schema:
        return _or(schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _or(words: Iterable[str]) -> str:
    return " | ".join(words)
