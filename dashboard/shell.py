"""What stands around every page: navigation, breadcrumb, heading, and how an answer is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from time import monotonic
from typing import Any, Final

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.encoding import escape_uri_path

from dashboard.mailto import mailto
from dashboard.paths import with_query
from dashboard.plaintext.pages import page_text
from dashboard.prefs import read_prefs
from dashboard.searched import searched_text
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
    mail: str = ""
    """The mailto: address of a mail about the page; "" for one with what its head says."""

    @property
    def description(self) -> str:
        """The text that link previews show: with counts, where the page has any."""
        has_counts = any(letter.isdigit() for letter in self.verdict)
        said = [self.verdict] if has_counts else [self.verdict, self.summary]
        return " ".join(part for part in said if part) or self.heading


@cache
def _navigation() -> tuple[NavEntry, ...]:
    entries = (
        ("Broke", "home", "b"),
        ("Regressions", "regressions", "r"),
        ("Flaky", "flaky", "f"),
        ("Trees", "trees", "t"),
        ("Grid", "grid", "h"),
        ("Compare", "compare", "c"),
        ("Suites", "suites", "e"),
        ("Devices", "devices", "d"),
        ("Labs", "labs", "l"),
        ("Products", "products", "p"),
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
    return {
        "prefs": read_prefs(request),
        "nav": _navigation(),
        "freshness": fresh,
        "searched": searched_text(request),
    }


def render_page(
    request: HttpRequest,
    template: str,
    page: Frame,
    *,
    status: int = 200,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return a whole page, the same for browsers, htmx and scripts; only the cookie changes it.

    As text, when that is asked for: see ``dashboard.twins``. ``more``: further names for the template.
    """
    twins = getattr(request, "twins", None)
    address = _permanent(request)
    said = f"{page.heading}\n{page.verdict}\n\n{address}\n"
    context = {
        **(more or {}),
        "page": page,
        "twins": twins.links if twins and status == 200 else (),
        "address": address,
        "mail": page.mail or mailto(page.title, said, address),
    }
    response = render(request, template, context, status=status)
    if twins and twins.is_text:
        text = page_text(response.content, request.build_absolute_uri())
        response = HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    patch_vary_headers(response, ("Cookie",))
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _permanent(request: HttpRequest) -> str:
    """Return the whole address of a page, without a cursor: rows move, the page stays.

    Without the host where that is none of ours: the page that refuses it has to come out.
    """
    params = [(name, value) for name, values in request.GET.lists() for value in values if name != "after"]
    address = with_query(escape_uri_path(request.path), params)
    try:
        return request.build_absolute_uri(address)
    except DisallowedHost:
        return address
