"""Headers of every response: the content security policy, and how long the answer took."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import Any, Concatenate, ParamSpec

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path

logger = logging.getLogger(__name__)

P = ParamSpec("P")
GetResponse = Callable[[HttpRequest], HttpResponseBase]

_OPENING = frozenset({"token", "proof"})
"""Parts of an address that open something to whoever knows them."""

SLOW_REQUEST_MS = 1000
"""A request that took longer is logged as a warning."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Plotly inserts an empty <style> (the hash is the empty string's) and exports pictures as blobs.
CHART_POLICY = POLICY.replace(
    "style-src 'self'", "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
).replace("img-src 'self'", "img-src 'self' data: blob:")


def with_charts(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Decorate a view whose page draws interactive charts: its policy allows what they need."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = CHART_POLICY
        return response

    return answer


def security_headers(get_response: GetResponse) -> GetResponse:
    """Add the content security policy and what Django's own middleware leaves out."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return answer


class _Statements:
    """Counts and times the SQL statements of one request."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        started = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.seconds += perf_counter() - started


def _logged(request: HttpRequest) -> str:
    """Return an address as it may stand in a log: on one line, without what opens something."""
    match = request.resolver_match
    if match and not _OPENING.isdisjoint(match.kwargs):
        return f"/{match.route}"
    return escape_uri_path(request.path)


def server_timing(get_response: GetResponse) -> GetResponse:
    """Tell in ``Server-Timing`` how long the request and its SQL took (ms), and count the statements."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        started = perf_counter()
        statements = _Statements()
        with connection.execute_wrapper(statements):
            response = get_response(request)
        total = (perf_counter() - started) * 1000
        response["Server-Timing"] = (
            f'total;dur={total:.1f}, sql;dur={statements.seconds * 1000:.1f};desc="{statements.count}"'
        )
        if total > SLOW_REQUEST_MS:
            logger.warning(
                "slow request %s",
                _logged(request),
                extra={"milliseconds": round(total), "statements": statements.count},
            )
        return response

    return answer
