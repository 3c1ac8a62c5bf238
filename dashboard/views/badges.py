"""Badges of trees, devices and products, and what programs that crawl may read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from dashboard.badges import Badge, state_badge
from dashboard.rows import tree_name
from results.errors import NotFound, QueryTimeout
from results.models import Event
from results.products.definition import parse
from results.products.state import Verdict, product_states
from results.queries.devices import device_detail
from results.queries.events import EventFilter, event_counts
from results.queries.products import product_row
from results.queries.records import StatusCounts
from results.queries.revisions import revision_history
from results.queries.trees import find_trees
from results.selection import Selection

SECONDS: Final = 300
"""How long a badge may be kept: whoever embeds one asks for it with every reader."""
DAYS: Final = 7
GATES: Final = {
    Verdict.PASS: ("gates pass", "pass"),
    Verdict.FAIL: ("a gate fails", "fail"),
    Verdict.UNKNOWN: ("no verdict", "skip"),
}
ROBOTS: Final = """\
User-agent: *
Disallow: /_/
Disallow: /api/
Disallow: /admin/
Disallow: /accounts/
Disallow: /prefs
Disallow: /*after=
Disallow: /*?*&
Allow: /
"""
"""Pages, their twins and single filters are open; combinations of filters have no end."""


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Answer /robots.txt."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


def _picture(badge: Callable[..., Badge]) -> Callable[..., HttpResponse]:
    """Make the view of a badge: it may be kept a while; what does not exist is grey and a 404."""

    @require_safe
    @wraps(badge)
    def answer(request: HttpRequest, **names: Any) -> HttpResponse:
        try:
            drawn, status = badge(**names), 200
        except NotFound:
            drawn, status = Badge("treewatch", "not found", "skip"), 404
        except QueryTimeout:
            drawn, status = Badge("treewatch", "no answer", "skip"), 503
        response = HttpResponse(drawn.svg(), content_type="image/svg+xml", status=status)
        patch_cache_control(response, public=True, max_age=SECONDS)
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answer


@_picture
def tree_badge(tree: str, branch: str = "") -> Badge:
    """Answer /badge/tree/<tree>/<branch>.svg: open regressions, else the newest revision."""
    found = find_trees(tree, branch=branch)
    if not found:
        raise NotFound(f"tree {tree}")
    history = revision_history(found[0], limit=1)
    row = history.rows[0] if history.rows else None
    counts = row.builds + row.boots + row.tests if row else StatusCounts()
    return state_badge(tree_name(found[0]), _regressions(found[0].selection), counts)


@_picture
def device_badge(platform: str) -> Badge:
    """Answer /badge/device/<device>.svg: open regressions, else the results of the last days."""
    detail = device_detail(platform, since=timezone.now().date() - timedelta(days=DAYS - 1))
    regressions = _regressions(Selection().where(platform=detail.platform))
    return state_badge(detail.platform, regressions, detail.boots + detail.tests)


@_picture
def product_badge(slug: str) -> Badge:
    """Answer /badge/product/<product>.svg: what the gates say."""
    row = product_row(slug)
    (state,) = product_states([(parse(row.text), None)])
    return Badge(row.name, *GATES[state.verdict])


def _regressions(about: Selection) -> int:
    return event_counts(EventFilter(about=about, live=True))[Event.State.CONFIRMED]
