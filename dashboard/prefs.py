"""How a reader likes the pages: three choices in one cookie, read by the server so nothing flashes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

from django.http import HttpRequest, HttpResponse

COOKIE: Final = "prefs"
COOKIE_SECONDS: Final = 400 * 24 * 3600

CHOICES: Final = {
    "theme": ("auto", "light", "dark"),
    "density": ("compact", "comfortable"),
    "keys": ("on", "off"),
}
"""Name of a preference -> its values, the default first."""


@dataclass(frozen=True, slots=True)
class Prefs:
    """The choices of one reader; see ``CHOICES`` for the values."""

    theme: str = "auto"
    density: str = "compact"
    keys: str = "on"

    def with_choice(self, name: str, value: str) -> Prefs:
        """Return these preferences with one choice changed; unknown names and values change nothing."""
        return replace(self, **{name: value}) if value in CHOICES.get(name, ()) else self


def read_prefs(request: HttpRequest) -> Prefs:
    """Return the preferences of the request's cookie; whatever it says wrongly is the default."""
    prefs = Prefs()
    for field, value in zip(fields(Prefs), request.COOKIES.get(COOKIE, "").split("."), strict=False):
        prefs = prefs.with_choice(field.name, value)
    return prefs


def write_prefs(response: HttpResponse, prefs: Prefs, *, secure: bool) -> None:
    """Set the cookie that ``read_prefs`` reads; its values are words without separators."""
    value = ".".join(getattr(prefs, field.name) for field in fields(Prefs))
    response.set_cookie(COOKIE, value, max_age=COOKIE_SECONDS, secure=secure, httponly=True, samesite="Lax")
