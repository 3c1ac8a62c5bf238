"""Preferences: a page with a form, and the switches at the foot of every page."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from dashboard.prefs import CHOICES, read_prefs, write_prefs
from dashboard.shell import Frame, render_page

LABELS = {
    "theme": ("Theme", "auto follows your system"),
    "density": ("Density", "compact rows are 24 pixels high, comfortable ones 32"),
    "keys": ("Single-key shortcuts", "off when they are in the way of speech input or a screen reader"),
}


@dataclass(frozen=True, slots=True)
class Preference:
    """One choice of the form."""

    name: str
    label: str
    hint: str
    choices: tuple[str, ...]
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefsPage(Frame):
    """The form of /prefs."""

    preferences: tuple[Preference, ...]
    back: str


# No token: one in every page would make each answer differ from the last and end caching, while a
# forged request could do no more than change a colour scheme. Browsers that say that a request
# comes from another site are refused all the same.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def prefs(request: HttpRequest) -> HttpResponse:
    """Show the preferences; a POST stores them in a cookie and goes back to where it came from."""
    if request.method == "POST":
        return _store(request)
    current = read_prefs(request)
    page = PrefsPage(
        title="Preferences",
        heading="Preferences",
        verdict="Kept in a cookie of this browser, nowhere else.",
        preferences=tuple(
            Preference(name, *LABELS[name], choices, getattr(current, name))
            for name, choices in CHOICES.items()
        ),
        back=_safe(request, request.GET.get("back", "")),
    )
    return render_page(request, "prefs.html", page)


def _store(request: HttpRequest) -> HttpResponse:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise PermissionDenied("Preferences are changed on this site only.")
    choices = read_prefs(request)
    for name in CHOICES:
        choices = choices.with_choice(name, request.POST.get(name, ""))
    response = HttpResponseRedirect(_safe(request, request.POST.get("back", "")))
    response.status_code = 303
    write_prefs(response, choices, secure=request.is_secure())
    return response


def _safe(request: HttpRequest, address: str) -> str:
    """Return the address if it is one of this site, else that of the preferences."""
    if address.startswith("/") and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}
    ):
        return address
    return reverse("prefs")
