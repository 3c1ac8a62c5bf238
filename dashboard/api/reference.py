"""The reference of the API as a page, made from its schema on the server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from dashboard.filters import read_query
from dashboard.shell import Frame, render_page


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: ``kind`` is what it may be, in words."""

    name: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An address. ``url`` can be followed ("" when a name has to be put in)."""

    path: str
    anchor: str
    url: str
    summary: str
    description: str
    shape: str
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
        operations=tuple(_operation(path, methods["get"]) for path, methods in schema["paths"].items()),
        shapes=tuple(_shape(name, found) for name, found in schema["components"]["schemas"].items()),
    )
    return render_page(request, "api/reference.html", page)


def _operation(path: str, found: dict[str, Any]) -> Operation:
    content = found["responses"]["200"]["content"]
    answer = content["application/json"]["schema"]
    items = answer.get("properties", {}).get("items", {}).get("items")
    return Operation(
        path=path,
        anchor=found["operationId"],
        url="" if "{" in path or found["operationId"] == "listRevisions" else path,
        summary=found["summary"],
        description=found["description"] if found["description"] != found["summary"] else "",
        shape=_name(items or answer),
        is_listing=items is not None,
        parameters=tuple(
            Parameter(one["name"], _kind(one["schema"]), one.get("description", ""))
            for one in found.get("parameters", ())
        ),
    )


def _shape(name: str, found: dict[str, Any]) -> Shape:
    fields = (Parameter(field, _kind(schema), "") for field, schema in found["properties"].items())
    return Shape(name, found.get("description", ""), tuple(fields))


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


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
