"""For what the reader searched, told on the page where the search led: a cookie that lasts seconds."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, unquote, urlsplit

from django.http import HttpRequest, HttpResponse

COOKIE: Final = "searched"
SECONDS: Final = 20
LONGEST: Final = 200


def remember_search(response: HttpResponse, url: str, text: str) -> None:
    """Let the page at an address of this site know the text that led to it."""
    if len(text) <= LONGEST:
        response.set_cookie(
            COOKIE, quote(text), max_age=SECONDS, path=urlsplit(url).path, httponly=True, samesite="Lax"
        )


def searched_text(request: HttpRequest) -> str:
    """Return the text that was searched for a moment ago, when the search led here; else ""."""
    return unquote(request.COOKIES.get(COOKIE, ""))[:LONGEST]
