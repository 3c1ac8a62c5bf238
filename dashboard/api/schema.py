"""The OpenAPI schema: what each endpoint says of itself, in the words of OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from dashboard.api.described import Schema, components, reference
from dashboard.api.parameters import DESCRIPTIONS, GRAMMAR, NAMES, OTHERS

Parameter = OpenApiParameter

PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "What went wrong (RFC 9457): `parameters` is to blame, `known` would be right.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "parameters": {"type": "array", "items": {"type": "string"}},
        "known": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["type", "title", "status", "detail"],
}
PROBLEMS: Final = {
    400: "A parameter is not understood.",
    404: "There is no such thing.",
    406: "There is no such format.",
    429: "Too many requests.",
    503: "The database cannot answer now, or would take too long.",
}
PROBLEM_TYPE: Final = "application/problem+json"
NOT_MODIFIED: Final = "Nothing has changed since (If-None-Match, If-Modified-Since)."


class ApiSchema(AutoSchema):
    """Reads the class attributes of ``dashboard.api.endpoint.Endpoint``."""

    @property
    def endpoint(self) -> Any:
        """The view: an Endpoint."""
        return self.view

    def get_operation_id(self) -> str:
        """Return the name of the class, as a verb: listTests, getTest."""
        return str(type(self.view).__name__[:1].lower() + type(self.view).__name__[1:])

    def get_tags(self) -> list[str]:
        """Return the noun."""
        return [self.endpoint.tag]

    def get_summary(self) -> str:
        """Return the first line of the class."""
        return str((type(self.view).__doc__ or "").split("\n")[0])

    def get_description(self) -> str:  # type: ignore[override] # spectacular's own has no arguments
        """Return the rest of it."""
        return " ".join((type(self.view).__doc__ or "").split("\n\n", 1)[-1].split())

    def get_override_parameters(self) -> list[Any]:
        """Return the parameters that the endpoint understands."""
        view = self.endpoint
        return [
            *(_path(name) for name in view.names),
            *(_dimension(name) for name in view.dimensions),
            *(_own(name, words) for name, words in view.extra.items()),
            *([_sort(view.sorts)] if view.sorts else []),
            *(self._form()),
        ]

    def get_request_serializer(self) -> None:
        """Nothing is sent."""

    def get_response_serializers(self) -> Any:
        """Return the answers: a page, lines or a table of a listing; a thing; problems."""
        shape = self.endpoint.shape
        if not self._is_listing():
            found: dict[Any, OpenApiResponse] = {
                (200, "application/json"): OpenApiResponse(reference(shape), "The thing.")
            }
        else:
            text = {"type": "string"}
            found = {
                (200, "application/json"): OpenApiResponse(_page(shape), "A page."),
                (200, "application/x-ndjson"): OpenApiResponse(text, "A page."),
                (200, "text/csv"): OpenApiResponse(text, "A page."),
            }
        found[304] = OpenApiResponse(description=NOT_MODIFIED)
        for status, description in PROBLEMS.items():
            found[(status, PROBLEM_TYPE)] = OpenApiResponse(
                {"$ref": "#/components/schemas/Problem"}, description
            )
        return found

    def _is_listing(self) -> bool:
        return "limit" in self.endpoint.parameters

    def _form(self) -> Iterator[Parameter]:
        if self._is_listing():
            yield _query("after", {"type": "string"})
        for name in self.endpoint.parameters:
            match name:
                case "limit":
                    yield _query(name, {"type": "integer", "minimum": 1, "maximum": 1000})
                case "format":
                    words = [renderer.format for renderer in self.endpoint.renderer_classes]
                    yield _query(name, {"type": "string", "enum": words})
                case _:
                    yield _query(name, {"type": "string"})


def only_data(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """Return the addresses that answer with data (a hook of drf-spectacular)."""
    return [found for found in endpoints if found[2] == "GET" and hasattr(found[3].cls, "shape")]


def add_components(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Put the shapes of answers and the problem into a schema (a hook of drf-spectacular)."""
    from dashboard.api.urls import endpoints  # the views name this module's class

    views = list(endpoints())
    rows = frozenset(view.shape for view in views if "limit" in view().parameters)
    found = components([view.shape for view in views], rows)
    result.setdefault("components", {})["schemas"] = {**found, "Problem": PROBLEM}
    return result


def _page(shape: type) -> Schema:
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": reference(shape)},
            "next": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "The next page."},
            "total": {
                "anyOf": [{"type": "integer"}, {"type": "null"}],
                "description": "Rows in all, where counting them is cheap.",
            },
        },
        "required": ["items", "next", "total"],
        "additionalProperties": False,
    }


def _path(name: str) -> Parameter:
    description, example = NAMES[name]
    kind = "integer" if isinstance(example, int) else "string"
    return OpenApiParameter(
        name,
        {"type": kind, "example": example},
        OpenApiParameter.PATH,
        required=True,
        description=description,
    )


def _dimension(name: str) -> Parameter:
    description, example = DESCRIPTIONS[name]
    return OpenApiParameter(
        name,
        {"type": "array", "items": {"type": "string"}, "example": [example]},
        OpenApiParameter.QUERY,
        description=f"{description} {GRAMMAR}",
        explode=True,
    )


def _own(name: str, words: Any) -> Parameter:
    text = OTHERS.get(name) or DESCRIPTIONS[name][0]
    schema = {"type": "string", "enum": list(words)} if words else {"type": "string"}
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=text)


def _sort(sorts: tuple[str, ...]) -> Parameter:
    return _query("sort", {"type": "string", "enum": [*sorts, *(f"-{name}" for name in sorts)]})


def _query(name: str, schema: Schema) -> Parameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=OTHERS[name])
