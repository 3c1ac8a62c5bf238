"""Error pages, in the shell like any other page, so that htmx and people get the same."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from dashboard.filters import BadQuery
from dashboard.people.saved_views import BadView
from dashboard.people.tokens import TooMany
from dashboard.shell import Frame, render_page
from results.errors import BadCursor, NotFound, QueryTimeout

logger = logging.getLogger(__name__)

HEADINGS = {
    400: "This address asks for something that does not exist",
    403: "This is not allowed",
    404: "There is no such thing here",
    409: "This cannot be done",
    429: "Too many requests",
    503: "The database cannot answer this now",
}
ADVICE = {
    404: "It may not have arrived yet, or the address may have lost a character on its way.",
    429: "Please wait a minute, and read pages one after another.",
    503: "This page may work again in a minute.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Frame):
    """What went wrong. ``reason`` names the culprit; ``known`` lists what would have been right."""

    status: int
    reason: str
    known: tuple[str, ...] = ()


def error_page(
    request: HttpRequest, status: int, reason: str = "", known: tuple[str, ...] = ()
) -> HttpResponse:
    """Return the page of one error status."""
    page = ErrorPage(
        title=f"{status} {HEADINGS[status]}",
        heading=HEADINGS[status],
        verdict=ADVICE.get(status, ""),
        status=status,
        reason=reason,
        known=known,
    )
    return render_page(request, "error.html", page, status=status)


class ErrorPages:
    """Middleware: what a question can go wrong with becomes a page that says so.

    A reader's mistake is no news; a question that took too long, or a database that is gone, is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of an exception that a view let through; None for a mistake of ours."""
        match exception:
            case BadQuery():
                return error_page(request, 400, str(exception), exception.known)
            case BadCursor():
                return error_page(request, 400, "This address is not one of the pages of the list.")
            case TooMany() | BadView():
                return error_page(request, 409, str(exception))
            case NotFound():
                return error_page(request, 404, str(exception))
            case QueryTimeout():
                logger.error("question took too long", extra={"path": request.get_full_path()})
                return error_page(
                    request, 503, "The answer would have taken too long. Fewer days or more filters help."
                )
            case OperationalError():
                logger.error("database not available", exc_info=exception)
                return error_page(request, 503)
        return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django finds wrong with a request itself."""
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer ``PermissionDenied``."""
    return error_page(request, 403, str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without the token of its page."""
    logger.info("a form was refused", extra={"path": request.path, "reason": reason})
    return error_page(request, 403, "The form is too old, or not one of this site. Load its page again.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that no page has, and a thing that is not there."""
    reason = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return error_page(request, 404, reason)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a mistake of ours: no context, no database, nothing that could fail again."""
    return HttpResponse(render_to_string("500.html"), status=500)
