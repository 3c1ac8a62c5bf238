"""The OpenAPI schema: what each endpoint says of itself, in the words of OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from dashboard.api.described import Schema, components, reference
from dashboard.api.parameters import DESCRIPTIONS, GRAMMAR, NAMES, OTHERS

if TYPE_CHECKING:
    from dashboard.api.writing import Change

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
REFUSALS: Final = {
    401: "No token, or one that opens nothing.",
    403: "The token lacks the scope.",
}
"""Of addresses that need a token."""
WRITE_PROBLEMS: Final = {
    400: "The body is not understood.",
    404: "There is no such thing.",
    406: "There is no such format.",
    409: "It cannot be so, as things are.",
    413: "The body is too long.",
    415: "The body is no JSON.",
    429: "Too many requests.",
    503: "The database cannot answer now, or would take too long.",
}
TOKEN_SCHEME: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "An access token, made on the page of your account; its scopes say what it opens.",
}
PROBLEM_TYPE: Final = "application/problem+json"
NOT_MODIFIED: Final = "Nothing has changed since (If-None-Match, If-Modified-Since)."


class ApiSchema(AutoSchema):
    """Reads the class attributes of ``dashboard.api.endpoint.Endpoint``."""

    @property
    def endpoint(self) -> Any:
        """The view: an Endpoint."""
        return self.view

    @property
    def change(self) -> Change | None:
        """What this method changes; None for a method that reads."""
        changes: dict[str, Change] = getattr(self.endpoint, "changes", {})
        return changes.get(self.method.lower())

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Return that a token is needed, where it is."""
        return [{"token": []}] if self._needs_token() else []

    def get_operation_id(self) -> str:
        """Return the name of the class, as a verb: listTests, getTest."""
        if self.change:
            return self.change.name
        return str(type(self.view).__name__[:1].lower() + type(self.view).__name__[1:])

    def get_tags(self) -> list[str]:
        """Return the noun."""
        return [self.endpoint.tag]

    def get_summary(self) -> str:
        """Return the first line of the class."""
        if self.change:
            return self.change.summary
        return str((type(self.view).__doc__ or "").split("\n")[0])

    def get_description(self) -> str:  # type: ignore[override] # spectacular's own has no arguments
        """Return the rest of it, and what the token has to open."""
        if self._needs_token():
            return f"Needs a token with the scope `{self.endpoint.scope}`."
        return " ".join((type(self.view).__doc__ or "").split("\n\n", 1)[-1].split())

    def get_override_parameters(self) -> list[Any]:
        """Return the parameters that the endpoint understands."""
        view = self.endpoint
        return [
            *(_path(name) for name in view.names),
        ] + ([] if self.change else self._asked())

    def _asked(self) -> list[Any]:
        view = self.endpoint
        return [
            *(_dimension(name) for name in view.dimensions),
            *(_own(name, words) for name, words in view.extra.items()),
            *([_sort(view.sorts)] if view.sorts else []),
            *(self._form()),
        ]

    def _get_format_parameters(self) -> Any:
        """Return the choice of a format: our own listings say it themselves, changes have none."""
        return []

    def get_request_serializer(self) -> Any:
        """Return what is sent."""
        body = self.change.body if self.change else None
        if body is None:
            return None
        as_text = {"text/plain": {"type": "string"}} if getattr(self.endpoint, "takes_text", False) else {}
        return {"application/json": reference(body), **as_text}

    def _get_request_body(self, direction: Any = "request") -> Any:
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        return {**body, "required": True} if body else None

    def get_response_serializers(self) -> Any:
        """Return the answers: a page, lines or a table of a listing; a thing; problems."""
        if self.change:
            return self._answers_to_change(self.change)
        shape = self.endpoint.shape
        body = _page(shape) if self._is_listing() else reference(shape)
        found: dict[Any, OpenApiResponse] = {
            (200, renderer.media_type): OpenApiResponse(
                body if renderer.format == "json" else {"type": "string"},
                "A page." if self._is_listing() else "The thing.",
            )
            for renderer in self.endpoint.renderer_classes
        }
        if not self._needs_token():
            found[304] = OpenApiResponse(description=NOT_MODIFIED)
        return found | _problems(PROBLEMS | (REFUSALS if self._needs_token() else {}))

    def _answers_to_change(self, change: Change) -> Any:
        made = "What it is now." if change.answer else "It is done."
        shape = reference(change.answer) if change.answer else None
        key: Any = (change.status, "application/json") if shape else change.status
        return {key: OpenApiResponse(shape, made), **_problems(WRITE_PROBLEMS | REFUSALS)}

    def _needs_token(self) -> bool:
        return self.change is not None or getattr(self.endpoint, "is_private", False)

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
    """Return the addresses that answer with data, and what changes them (a hook of drf-spectacular)."""
    return [
        found
        for found in endpoints
        if hasattr(view := found[3].cls, "shape")
        and (found[2] == "GET" or found[2].lower() in getattr(view, "changes", {}))
    ]


def add_components(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Put the shapes of answers and the problem into a schema (a hook of drf-spectacular)."""
    from dashboard.api.urls import endpoints  # the views name this module's class

    views = list(endpoints())
    rows = frozenset(view.shape for view in views if "limit" in view().parameters)
    changes = [change for view in views for change in getattr(view, "changes", {}).values()]
    sent = [shape for change in changes for shape in (change.body, change.answer) if shape]
    found = components([*(view.shape for view in views), *sent], rows)
    parts = result.setdefault("components", {})
    parts["schemas"] = {**found, "Problem": PROBLEM}
    parts["securitySchemes"] = {"token": TOKEN_SCHEME}
    return result


def _problems(known: dict[int, str]) -> dict[Any, OpenApiResponse]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        (status, PROBLEM_TYPE): OpenApiResponse(schema, description)
        for status, description in sorted(known.items())
    }


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
