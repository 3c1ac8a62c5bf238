"""Addresses that change something: who may, by which token, and what has to be sent.

Mix ``Writable`` into a ``Thing`` or ``Rows``, say what each method does, and write the methods::

    class ListGadgets(Writable, Rows):
        \"""Gadgets of everybody.\"""

        tag, shape = "gadgets", shapes.GadgetItem
        scope = Scope.PRODUCTS
        changes = {
            "post": Change("createGadget", "Make one.", shapes.GadgetBody, 201, shapes.GadgetItem)
        }

        def post(self, request: Request, **names: Any) -> HttpResponse:
            body = self.sent(request)  # checked against GadgetBody
            gadget = create_gadget(self.me, **body)
            return self.answer(shapes.gadget_item(gadget), location=f"/api/v1/gadgets/{gadget.id}")

Methods in ``changes`` need ``Authorization: Bearer …`` with a token that has ``scope``. GET stays open
to everybody and cacheable, unless ``is_private``: then it needs the token too, and only shows what
is its owner's. A body is a TypedDict: its required keys must be there, others may, unknown ones are
refused; the OpenAPI schema and the check are made of the same. Errors are problem+json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final

import jsonschema_rs
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from dashboard.api.described import components, reference
from dashboard.api.endpoint import Endpoint, Row
from dashboard.api.formats import JSON, dumps
from dashboard.filters import BadQuery
from dashboard.models import AccessToken, Scope
from dashboard.people.tokens import find_token

MOST_BYTES: Final = 256 * 1024
"""Of a body."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a method does: its name in the schema, in a sentence, the body it takes, and its answer."""

    name: str
    summary: str
    body: type | None
    status: int
    answer: type | None


class TooLarge(APIException):
    """A body of more than ``MOST_BYTES``."""

    status_code = 413
    default_detail = f"The body is longer than {MOST_BYTES // 1024} KiB."


class Bearer(BaseAuthentication):
    """Knows people by their access tokens."""

    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        """Return the user and the token; None without one. AuthenticationFailed if it opens nothing."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(secret.strip())
        if token is None:
            raise AuthenticationFailed("There is no such token.")
        if problem := token.problem(timezone.now()):
            raise AuthenticationFailed(problem)
        if not token.user.is_active:
            raise AuthenticationFailed("The account of this token is closed.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Return what a client has to send: without it the answer would be 403, not 401."""
        return 'Bearer realm="treewatch"'


class HasScope(BasePermission):
    """Lets those in whose token opens what the address changes."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return False without a token, True with the right one; PermissionDenied names what it lacks."""
        scope: Scope = view.scope  # type: ignore[attr-defined]
        if not isinstance(request.auth, AccessToken):
            return False
        if scope not in request.auth.scopes:
            raise PermissionDenied(f"The token lacks the scope {scope}.")
        return True


class Writable(Endpoint):
    """Mixed into an ``Endpoint`` that can change something; see the module."""

    http_method_names = ["get", "head", "options", "post", "put", "patch", "delete"]
    parser_classes: Sequence[type[BaseParser]] = (JSONParser,)
    scope: ClassVar[Scope]
    is_private: ClassVar[bool] = False
    changes: ClassVar[Mapping[str, Change]] = {}

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Return how people are known, where they have to be."""
        return [Bearer()] if self.needs_token else []

    def get_permissions(self) -> list[BasePermission]:
        """Return who is let in."""
        return [HasScope()] if self.needs_token else []

    @property
    def needs_token(self) -> bool:
        """Whether the request needs a token."""
        request: Any = getattr(self, "request", None)
        return self.is_private or (request is not None and request.method not in SAFE_METHODS)

    def finalize_response(  # type: ignore[override] # the framework lets any response pass
        self, request: Request, response: HttpResponseBase, *args: Any, **names: Any
    ) -> HttpResponseBase:
        """Keep what is private, and answers to changes, out of all caches."""
        finished = super().finalize_response(request, response, *args, **names)
        if self.needs_token:
            patch_cache_control(finished, private=True, no_store=True)
            patch_vary_headers(finished, ["Authorization"])
        return finished

    @property
    def token(self) -> AccessToken:
        """The token that was sent."""
        token = self.request.auth
        assert isinstance(token, AccessToken)
        return token

    @property
    def me(self) -> int:
        """The id of the user who asks."""
        return self.token.user_id

    def sent(self, request: Request) -> dict[str, Any]:
        """Return the body, as its shape says; BadQuery names the field that is wrong."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise TooLarge
        shape = self.changes[str(request.method).lower()].body
        assert shape is not None
        try:
            body = request.data
        except RecursionError:
            raise BadQuery("The body is nested too deeply.") from None
        error = next(_checker(shape).iter_errors(_plain(body)), None)
        if error is not None:
            field = str(error.instance_path[0]) if error.instance_path else ""
            known = tuple(getattr(shape, "__annotations__", {}))
            message = f"{field}: {error.message}" if field else error.message
            raise BadQuery(message, known, (field,) if field else ())
        if wrong := next(_unstorable(body), None):
            raise BadQuery(f"{wrong} has a character that no text can have", parameters=(wrong,))
        return dict(body)

    def answer(self, thing: Row | None = None, *, location: str = "") -> HttpResponse:
        """Return the answer to a change, with the status that ``changes`` promises."""
        status = self.changes[str(self.request.method).lower()].status
        if thing is None:
            return HttpResponse(status=status)
        response = HttpResponse(dumps(thing), status=status, content_type=JSON.media_type)
        if location:
            response["Location"] = self.request.build_absolute_uri(location)
        return response


@cache
def _checker(shape: type) -> jsonschema_rs.Validator:
    found = {"components": {"schemas": components([shape], frozenset())}}
    return jsonschema_rs.Draft202012Validator({**reference(shape), **found}, validate_formats=True)


def _plain(body: Any) -> Any:
    """Return the body as plain containers: a form field is no JSON, and fails as what it is."""
    return body if isinstance(body, dict | list | str | int | float | bool | None) else None


def _unstorable(value: Any, field: str = "") -> Iterator[str]:
    """Yield the top-level fields that hold what PostgreSQL cannot store."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            yield field or "the body"
    elif isinstance(value, list):
        for inner in value:
            yield from _unstorable(inner, field)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _unstorable(name, field or "the body")
            yield from _unstorable(inner, field or name)
