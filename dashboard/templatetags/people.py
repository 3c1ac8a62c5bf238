"""What a reader can do with a page: follow what it is about, keep it, subscribe to it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest

from dashboard.models import Follow, Subscription
from dashboard.people.follows import Followed, followed
from dashboard.people.saved_views import LISTINGS
from results.selection import Term

register = template.Library()

_ABOUT: Final = {
    "tree": Follow.Kind.TREE,
    "tree_without_branch": Follow.Kind.TREE,
    "device": Follow.Kind.DEVICE,
    "lab": Follow.Kind.LAB,
    "series": Follow.Kind.TEST,
    "test": Follow.Kind.TEST,
    "suite": Follow.Kind.SUITE,
}
"""What the heading of a page names, by the name of its address."""
_DIMENSIONS: Final = {
    Follow.Kind.TREE: "tree",
    Follow.Kind.DEVICE: "platform",
    Follow.Kind.LAB: "lab",
    Follow.Kind.TEST: "path",
    Follow.Kind.SUITE: "suite",
}
"""The filter that says what is followed."""
_UNNAMED: Final = ("(no path)", "(no suite)")


@register.inclusion_tag("components/actions.html", takes_context=True)
def page_actions(context: template.RequestContext) -> dict[str, Any]:
    """Return what the reader of a page can do with it; nothing on a page of an error."""
    request: HttpRequest = context["request"]
    page = context.get("page")
    match = request.resolver_match
    if match is None or page is None or hasattr(page, "status"):
        return {}
    name, kind = match.url_name or "", _ABOUT.get(match.url_name or "")
    about = Followed(kind, page.heading) if kind and page.heading not in _UNNAMED else None
    listing = name if name in Subscription.Listing.values else ""
    query = request.GET.urlencode()
    if about:
        # News of a thing are its regressions; the parameters of its own page mean something else.
        listing = str(Subscription.Listing.REGRESSIONS)
        query = urlencode([(_DIMENSIONS[Follow.Kind(about.kind)], str(Term(about.name)))])
    return {
        "about": about,
        "is_followed": about in followed(request) if about else False,
        "person": context.get("person", ""),
        "is_listing": name in LISTINGS,
        "listing": listing,
        "query": query,
        "here": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }
