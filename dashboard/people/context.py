"""Who reads a page, for the header of all pages."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest


def person(request: HttpRequest) -> dict[str, str]:
    """Context processor: the reader's name, "" for anybody. Without a session nobody is asked."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return {"person": ""}
    try:
        return {"person": request.user.get_username()}
    except DatabaseError:
        # An error page must come out even when the database does not answer.
        return {"person": ""}
