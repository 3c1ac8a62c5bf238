"""Error pages, in the shell like any other page, so that htmx and people get the same."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from dashboard.shell import Frame, render_page

HEADINGS = {
    400: "This address asks for something that does not exist",
    403: "This is not allowed",
    404: "There is no such thing here",
    429: "Too many requests",
    503: "The database is not answering",
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


def error_page(request: HttpRequest, status: int, reason: str = "", known: tuple[str, ...] = ()) -> HttpResponse:
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


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django finds wrong with a request itself."""
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer ``PermissionDenied``."""
    return error_page(request, 403, str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that no page has, and a thing that is not there."""
    reason = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return error_page(request, 404, reason)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a mistake of ours: no context, no database, nothing that could fail again."""
    return HttpResponse(render_to_string("500.html"), status=500)
