"""What stands around every page: navigation, breadcrumb, heading, and how an answer is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from time import monotonic
from typing import Any, Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers

from dashboard.prefs import read_prefs
from results.errors import QueryTimeout
from results.queries.freshness import Freshness, freshness

FRESHNESS_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to an address of this site ("" = no link, the text alone)."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of the header. ``key`` is pressed after ``g``."""

    text: str
    url: str
    section: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the shell prints of a page; each view extends it with its content.

    ``title`` is the document's title, counts first. ``section`` is the entry of the header that
    the page belongs to. ``summary`` is announced after a part of the page was exchanged.
    """

    title: str
    heading: str
    section: str = ""
    verdict: str = ""
    summary: str = ""
    crumbs: tuple[Link, ...] = ()

    @property
    def description(self) -> str:
        """The text that link previews show."""
        return self.verdict or self.summary or self.heading


@cache
def _navigation() -> tuple[NavEntry, ...]:
    entries = (
        ("Broke", "home", "b"),
        ("Regressions", "regressions", "r"),
        ("Flaky", "flaky", "f"),
        ("Trees", "trees", "t"),
        ("Grid", "grid", "h"),
        ("Compare", "compare", "c"),
        ("Devices", "devices", "d"),
        ("Labs", "labs", "l"),
        ("Issues", "issues", "i"),
        ("Submissions", "submissions", "s"),
    )
    return tuple(NavEntry(text, reverse(name), name, key) for text, name, key in entries)


@lru_cache(maxsize=1)
def _freshness(period: int) -> Freshness:
    """Ask the database how fresh it is, once per period of ``FRESHNESS_SECONDS``."""
    return freshness(now=timezone.now())


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what ``base.html`` needs on every page."""
    try:
        fresh = _freshness(int(monotonic() // FRESHNESS_SECONDS))
    except (DatabaseError, QueryTimeout):
        # An error page must come out even when the database does not answer.
        fresh = None
    return {"prefs": read_prefs(request), "nav": _navigation(), "freshness": fresh}


def render_page(request: HttpRequest, template: str, page: Frame, *, status: int = 200) -> HttpResponse:
    """Return a whole page, the same for browsers, htmx and scripts; only the cookie changes it."""
    response = render(request, template, {"page": page}, status=status)
    patch_vary_headers(response, ("Cookie",))
    patch_cache_control(response, private=True, no_cache=True)
    return response
