"""One box for everything: a commit, an id, two revisions, a filter, or a piece of a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.api.search import Search
from dashboard.filters import BadQuery, read_query
from dashboard.hits import ID_PATHS, hit_path
from dashboard.listing import TITLES
from dashboard.parts import enumeration, plural
from dashboard.paths import with_query
from dashboard.revision_refs import two_revisions
from dashboard.rows import RevisionLine
from dashboard.searched import remember_search
from dashboard.shell import Frame, render_page
from dashboard.twins import twins
from results.errors import QueryTimeout
from results.queries.commits import find_commits
from results.queries.revision_names import TreeName
from results.queries.revisions import RevisionRow, find_revisions
from results.queries.search import LIMIT, Hit, Hits, Kind, kinds_with_id, search
from results.selection import DIMENSIONS

_VAGUE: Final = re.compile(r"[0-9a-f]{4,6}")
"""A beginning of a hash that may well be a word."""
_RANGE: Final = re.compile(r"(\S*[^\s.])\.\.\.?([^\s.]\S*)")
_WORD: Final = re.compile(r"(\w+):(.+)")
_ALSO: Final = {"test": "path", "device": "platform"}
"""Words that people use for a dimension."""

_LISTS: Final[dict[Kind, str]] = {
    "tree": "trees", "test": "tests", "device": "devices", "lab": "labs", "config": "builds",
    "product": "products", "issue": "issues", "regression": "regressions",
}  # fmt: skip
"""The listings that can be searched on for more."""


@dataclass(frozen=True, slots=True)
class Found:
    """A link to something that was found."""

    text: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """What was found of a kind; ``more`` leads to all of it, "" when this is all."""

    noun: str
    links: tuple[Found, ...]
    is_all: bool
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage(Frame):
    """What may be meant. ``note``: why something else was not understood.

    ``search_text`` is what the box in the header shows; ``groups`` is None when it took too long.
    """

    search_text: str = ""
    note: str = ""
    revisions: tuple[RevisionLine, ...] = ()
    groups: tuple[FoundGroup, ...] | None = ()


@require_safe
@twins(Search)
def find(request: HttpRequest) -> HttpResponse:
    """Answer /search: the one thing that is meant, or a list of what may be."""
    asked = read_query(request.GET, extra={"q": None, "all": ("yes",)}).extra
    text, is_direct = asked.get("q", "").strip(), "all" not in asked
    if not text:
        page = SearchPage(
            title="Search",
            heading="Search",
            verdict="A commit, a describe, an id, two revisions as a..b, filters as lab:name status:fail, "
            "or a part of the name of a test, device, compatible, config, tree, lab, suite, issue or error.",
        )
        return render_page(request, "search/results.html", page)
    url, note = _meant(text)
    if url and is_direct:
        return _there(url, text)
    revisions = find_revisions(text, limit=LIMIT)
    if is_direct and (url := _only_revision(text, revisions)):
        return _there(url, text)
    lines = tuple(RevisionLine.of(row, with_repository=True) for row in revisions)
    try:
        found = search(text)
    except QueryTimeout:
        return render_page(request, "search/results.html", _page(text, note, lines, None))
    exact = [
        hit_path(hits.kind, hit)
        for hits in found
        for hit in hits.hits
        if hit.name.lower() == text.lower() and hits.kind != "regression"
    ]
    if len(exact) == 1 and not lines and is_direct:
        return _there(exact[0], text)
    groups = tuple(_group(hits, text) for hits in sorted(found, key=lambda hits: hits.kind != "regression"))
    return render_page(request, "search/results.html", _page(text, note, lines, groups))


def _only_revision(text: str, revisions: tuple[RevisionRow, ...]) -> str:
    """Return the address of the one revision or commit that a text names, "" for none or several."""
    if _VAGUE.fullmatch(text):
        return ""
    if len(revisions) == 1:
        return RevisionLine.of(revisions[0]).url
    if not revisions and len(commits := find_commits(text, limit=2)) == 1:
        return reverse("commit", args=[commits[0].hash])
    return ""


def _there(url: str, text: str) -> HttpResponse:
    """Go to what is meant; that page says for what was searched, in case something else was."""
    response = HttpResponseRedirect(url)
    remember_search(response, url, text)
    return response


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    """Answer /opensearch.xml: how browsers search here."""
    context = {"home": request.build_absolute_uri("/")}
    return render(
        request, "search/opensearch.xml", context, content_type="application/opensearchdescription+xml"
    )


def _meant(text: str) -> tuple[str, str]:
    """Return the address of what a text says in so many words ("" for nothing), and what is wrong with it."""
    if sides := _RANGE.fullmatch(text):
        try:
            two_revisions(sides[1], sides[2], TreeName())
        except BadQuery as error:
            return "", f"Not two revisions: {error}."
        return with_query(reverse("compare"), [("a", sides[1]), ("b", sides[2])]), ""
    if params := _filters(text):
        return with_query(reverse("tests"), params), ""
    if ":" in text and len(kinds := kinds_with_id(text)) == 1:
        return ID_PATHS[kinds[0]](text), ""
    return "", ""


def _filters(text: str) -> list[tuple[str, str]]:
    """Return the filters that a text spells as words like ``lab:name``; none when no word is one."""
    params, rest = [], []
    for word in text.split():
        said = _WORD.fullmatch(word)
        name = _ALSO.get(said[1], said[1]) if said else ""
        if said and name in DIMENSIONS and name in TITLES:
            params.append((name, said[2]))
        else:
            rest.append(word)
    if params and rest:
        params.append(("q", " ".join(rest)))
    return params


def _page(
    text: str, note: str, lines: tuple[RevisionLine, ...], groups: tuple[FoundGroup, ...] | None
) -> SearchPage:
    said = [plural(len(lines), "revision")] if lines else []
    for group in groups or ():
        count = plural(len(group.links), group.noun)
        said.append(count if group.is_all else f"more than {count}")
    verdict = f"As a piece of a name: {enumeration(said)}." if said else "Nothing here is called like that."
    return SearchPage(
        title=f"Search for {text}",
        heading=f"Search for {text}",
        verdict=verdict,
        search_text=text,
        note=note,
        revisions=lines,
        groups=groups,
    )


def _group(hits: Hits, text: str) -> FoundGroup:
    more = with_query(reverse(_LISTS[hits.kind]), [("q", text)]) if hits.more and hits.kind in _LISTS else ""
    return FoundGroup(
        noun=hits.kind,
        links=tuple(
            Found(
                _name(hits.kind, hit),
                _note(hits.kind, hit),
                hit_path(hits.kind, hit),
            )
            for hit in hits.hits
        ),
        is_all=not hits.more,
        more=more,
    )


def _name(kind: Kind, hit: Hit) -> str:
    if kind == "regression":
        return hit.note
    if kind == "issue":
        return hit.note or hit.name
    return f"{hit.name}/{hit.note}" if kind == "tree" and hit.note else hit.name or "(no path)"


def _note(kind: Kind, hit: Hit) -> str:
    """Return what is said beside the name: of an issue its id."""
    if kind == "issue":
        return hit.name if hit.note else ""
    return "" if kind in ("tree", "regression") else hit.note
