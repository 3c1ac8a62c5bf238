"""What was found by a piece of its name. Each hit names its page here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from dashboard.api.shapes import refs
from dashboard.hits import ID_PATHS, hit_path
from dashboard.rows import revision_url
from results.queries.revisions import RevisionRow
from results.queries.search import Hits, IdKind


class HitPart(TypedDict):
    """Something that was found. Of a tree `note` is its branch, of a device the compatible that matched."""

    name: str
    note: str
    page: str


class HitsPart(TypedDict):
    """What was found of a kind; `more`: there are others."""

    kind: str
    hits: list[HitPart]
    more: bool


class ThingPart(TypedDict):
    """A test run, a build or an issue whose id the text is."""

    kind: str
    page: str


class FoundRevision(TypedDict):
    """A revision that the text may mean."""

    revision: refs.Revision
    subject: str
    page: str


class SearchWhole(TypedDict):
    """Everything that a text may mean."""

    text: str
    things: list[ThingPart]
    revisions: list[FoundRevision]
    names: list[HitsPart]


def search_whole(
    text: str, ids: Iterable[IdKind], revisions: Iterable[RevisionRow], names: Iterable[Hits]
) -> SearchWhole:
    """Return what was found."""
    return {
        "text": text,
        "things": [{"kind": kind, "page": ID_PATHS[kind](text)} for kind in ids],
        "revisions": [
            {
                "revision": refs.revision(row.revision),
                "subject": row.subject,
                "page": revision_url(row.revision),
            }
            for row in revisions
        ],
        "names": [
            {
                "kind": found.kind,
                "hits": [
                    {"name": hit.name, "note": hit.note, "page": hit_path(found.kind, hit)}
                    for hit in found.hits
                ],
                "more": found.more,
            }
            for found in names
        ],
    }
