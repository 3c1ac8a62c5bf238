"""Help: the words, the grammar of filters, the keys."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from results.status import WORST_FIRST, Status

MEANINGS = {
    Status.FAIL: "the kernel did not do what the test or the build asked",
    Status.ERROR: "the test itself broke; nothing is known about the kernel",
    Status.MISS: "the test should have run and did not",
    Status.PASS: "the kernel did what was asked",
    Status.DONE: "the test ran to its end and gives no verdict, as measurements do",
    Status.SKIP: "the test does not apply here",
    Status.NONE: "no status was sent: scheduled, running, or not known",
}

KEYS = (
    ("/", "go to the text filter, or to the search"),
    ("f", "go to the filters"),
    ("j  k", "next, previous row"),
    ("n  p", "next, previous failure: of rows, of a grid, of a log"),
    ("Enter  o", "open the row"),
    ("[  ]", "older, newer revision"),
    ("u", "one level up"),
    ("x", "mark a revision"),
    ("c", "compare the two that are marked"),
    ("l  L", "the whole log; the raw one"),
    ("m", "a mail about the page"),
    ("g b  g r  g f", "go to broke, regressions, flaky tests"),
    ("g t  g h  g c", "go to trees, to the history grid, to a comparison"),
    ("g e  g d  g l  g p", "go to suites, devices, labs, products"),
    ("g i  g s", "go to issues, submissions"),
    ("y", "copy the address of the page"),
    (".", "switch between compact and comfortable"),
    ("?", "these keys"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage(Frame):
    """Glossary, statuses and filter grammar."""

    meanings: tuple[tuple[Status, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPage(Frame):
    """The keyboard shortcuts: (keys, what they do)."""

    keys: tuple[tuple[list[str], str], ...]


@require_safe
@twins()
def help_index(request: HttpRequest) -> HttpResponse:
    """Answer /help."""
    page = HelpPage(
        title="Help",
        heading="Help",
        verdict="What the words mean, and how to ask.",
        meanings=tuple((status, MEANINGS[status]) for status in WORST_FIRST),
    )
    return render_page(request, "help/index.html", page)


@require_safe
@twins()
def help_keys(request: HttpRequest) -> HttpResponse:
    """Answer /help/keys, which is also the dialog that ``?`` opens."""
    page = KeysPage(
        title="Keys",
        heading="Keys",
        verdict="They can be switched off in the preferences.",
        crumbs=(Link("Help", reverse("help")),),
        keys=tuple((keys.split("  "), does) for keys, does in KEYS),
    )
    return render_page(request, "help/keys.html", page)
