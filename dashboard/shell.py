"""What stands around every page: navigation, breadcrumb, heading, and how an answer is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers

from dashboard.prefs import read_prefs


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
        ("Trees", "trees", "t"),
        ("Devices", "devices", "d"),
        ("Labs", "labs", "l"),
        ("Issues", "issues", "i"),
        ("Submissions", "submissions", "s"),
    )
    return tuple(NavEntry(text, reverse(name), name, key) for text, name, key in entries)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what ``base.html`` needs on every page. Asks no database."""
    return {"prefs": read_prefs(request), "nav": _navigation()}


def render_page(request: HttpRequest, template: str, page: Frame, *, status: int = 200) -> HttpResponse:
    """Return a whole page, the same for browsers, htmx and scripts; only the cookie changes it."""
    response = render(request, template, {"page": page}, status=status)
    patch_vary_headers(response, ("Cookie",))
    patch_cache_control(response, private=True, no_cache=True)
    return response
