"""Commits that an address names: the tested revision, or that there is none, and which are near."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.api.commits import GetCommit
from dashboard.api.revisions import FindRevisions
from dashboard.parts import plural
from dashboard.rows import RevisionLine, comparison_url, revision_url, tree_name
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import Source, twins
from results.queries.commits import CommitRow, NearestTested, find_commits, nearest_tested
from results.queries.records import RevisionRef
from results.queries.revisions import RevisionRow, find_revisions


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchesPage(Frame):
    """Several revisions that an address may mean."""

    lines: tuple[RevisionLine, ...]


@dataclass(frozen=True, slots=True)
class NearLine:
    """The tested revisions of a tree around a commit; ``compare``: what differs, "" without both."""

    tree: str
    before: Link | None
    after: Link | None
    compare: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UntestedPage(Frame):
    """Commits that git knows and nobody tested: one with its tested neighbours, or several to choose from."""

    commits: tuple[CommitRow, ...]
    lines: tuple[NearLine, ...] = ()


def _sources(request: HttpRequest) -> tuple[Source, ...]:
    """Return where the data are: the revisions, or what git knows of a commit that was not tested."""
    text = request.resolver_match.kwargs["text"] if request.resolver_match else ""
    endpoint = FindRevisions if find_revisions(text, limit=1) else GetCommit
    return (Source(endpoint, names={"text": "commit"}),)


@require_safe
@twins(choose=_sources)
def commit(request: HttpRequest, text: str) -> HttpResponse:
    """Answer /c/<commit>: the revision, a list when several trees have it, or that it was not tested."""
    found = find_revisions(text)
    if not found:
        return untested(request, text, f"No tree has a revision {text}.")
    lines = tuple(RevisionLine.of(row, with_repository=_is_ambiguous(row, found)) for row in found)
    if len(lines) == 1:
        return HttpResponseRedirect(lines[0].url)
    return render_page(request, "revisions/matches.html", matches_page(lines, text))


def matches_page(lines: tuple[RevisionLine, ...], text: str) -> MatchesPage:
    """Return the page that lets choose among revisions that a text may mean."""
    return MatchesPage(
        title=f"{plural(len(lines), 'revision')} · {text}",
        heading=f"Revisions that {text} may mean",
        section="trees",
        crumbs=(Link("Trees", reverse("trees")),),
        lines=lines,
    )


def untested(request: HttpRequest, text: str, reason: str) -> HttpResponse:
    """Return the page of a commit that was not tested; Http404 with a reason when git does not know it."""
    commits = find_commits(text)
    if not commits:
        raise Http404(reason)
    lines = tuple(map(_line, nearest_tested(commits[0].hash))) if len(commits) == 1 else ()
    named = commits[0].hash[:12] if len(commits) == 1 else text
    several = f"{len(commits)} commits that nobody tested may be meant."
    page = UntestedPage(
        title=f"not tested · {named}",
        heading=named,
        section="trees",
        verdict="Nobody tested this commit." if len(commits) == 1 else several,
        crumbs=(Link("Trees", reverse("trees")),),
        commits=commits,
        lines=lines,
    )
    return render_page(request, "commits/untested.html", page)


def _line(near: NearestTested) -> NearLine:
    both = near.before and near.after and near.before != near.after
    return NearLine(
        tree=tree_name(near.tree),
        before=_link(near.before),
        after=_link(near.after),
        compare=comparison_url(near.before, near.after) if both and near.before and near.after else "",
    )


def _link(revision: RevisionRef | None) -> Link | None:
    return Link(revision.title, revision_url(revision)) if revision else None


def _is_ambiguous(row: RevisionRow, rows: tuple[RevisionRow, ...]) -> bool:
    """Return whether another row differs in the repository alone."""
    mine = row.revision
    return any(
        (other.revision.tree.name, other.revision.tree.branch) == (mine.tree.name, mine.tree.branch)
        and other.revision.tree.url != mine.tree.url
        for other in rows
    )
