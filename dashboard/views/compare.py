"""What differs between two revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard.api.compare import GetComparison, ListChanges
from dashboard.commit_rows import CommitsPart, commits_part
from dashboard.compared import Measured, measured
from dashboard.fields import Field, single_valued, text_fields
from dashboard.filters import BadQuery, Query, read_query
from dashboard.listing import Address, Chip, Pager, Tab, chips, pager, sentence
from dashboard.parts import enumeration, plural
from dashboard.revision_refs import tree_links, tree_of, two_revisions
from dashboard.rows import tree_name
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import Source, twins
from dashboard.verdict_words import Said, run_words
from results.errors import QueryTimeout
from results.queries.changes import Change
from results.queries.comparison import COMPARED, KINDS, ComparedRow, Comparison, Kind, compare
from results.queries.pruned import Pruned, pruned_builds
from results.queries.records import IssueRef
from results.queries.revision_names import NamedRevision
from results.queries.verdicts import run_verdicts
from results.selection import Selection
from results.status import UNHAPPY

PAGE_ROWS: Final = 100
SHOWN: Final = (Change.REGRESSION, Change.FIXED, Change.NEW_FAILURE)
"""The changes that are listed when none is asked for."""

WORDS: Final = {
    Change.REGRESSION: ("regression", "passed in a, fails in b, and not by chance"),
    Change.FIXED: ("fixed", "failed in a, passes in b, and not by chance"),
    Change.NEW_FAILURE: (
        "new failure",
        "fails in b, neither passed nor failed in a, and not known to fail before",
    ),
    Change.STILL_FAILING: (
        "still failing",
        "fails in both, or fails in b and did before a, where it had no verdict",
    ),
    Change.FLAKY: ("flaky", "failed on one side by chance: the test is flaky, or failed only once"),
    Change.INFRASTRUCTURE: ("infrastructure", "failed on one side while its lab or device was ill"),
    Change.NEW_PASS: ("new pass", "passes in b, ran in a without a verdict"),
    Change.APPEARED: ("appeared", "ran in b alone, and does not fail"),
    Change.DISAPPEARED: ("disappeared", "ran in a alone"),
    Change.UNCLEAR: ("no verdict", "passed or failed in a; in b it broke, was missing or skipped"),
}
CSS: Final = {Change.REGRESSION: "new", Change.NEW_FAILURE: "fail", Change.STILL_FAILING: "fail"}
ASKED: Final[dict[str, Any]] = {
    "a": None, "b": None, "tree": None, "branch": None, "url": None,
    "change": tuple(Change.labels), "kind": KINDS, "measurements": ("all", "changed"),
}  # fmt: skip
TEXTS: Final = {"a": "From (a)", "b": "To (b)", "tree": "Tree", "branch": "Branch"}
FIELDS: Final = {"platform": "Device", "suite": "Suite", "lab": "Lab"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the matrix; ``url`` leads to just these rows."""

    word: str
    count: int
    url: str
    css: str


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A row with what became of it in words, and why it fails."""

    row: ComparedRow
    word: str
    css: str
    said: Said | None
    issue: IssueRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage(Frame):
    """Two revisions side by side, or (without ``a`` and ``b``) the form that asks for them.

    ``pruned``: which side lost tests to their age, so that nothing can be said of these.
    """

    fields: tuple[Field, ...]
    kept: list[tuple[str, str]]
    a: NamedRevision | None = None
    b: NamedRevision | None = None
    pruned: tuple[tuple[str, Pruned], ...] = ()
    swap: str = ""
    heads: tuple[tuple[str, str], ...] = tuple(WORDS.values())
    matrix: tuple[tuple[str, tuple[Cell, ...]], ...] = ()
    tabs: tuple[Tab, ...] = ()
    chips: tuple[Chip, ...] = ()
    clear: str = ""
    lines: tuple[ComparedLine, ...] = ()
    total: int = 0
    pager: Pager | None = None
    trees: tuple[Link, ...] = ()
    measured: Measured | None = None
    commits: CommitsPart | None = None

    @property
    def sides(self) -> tuple[tuple[str, NamedRevision | None], ...]:
        """Both revisions with their letters."""
        return (("a", self.a), ("b", self.b))

    @property
    def is_backwards(self) -> bool:
        """Whether b is the older one of one tree."""
        return bool(self.a and self.b and self.a.tree == self.b.tree and self.b.place < self.a.place)


def _sources(request: HttpRequest) -> tuple[Source, ...]:
    """Return where the data of a comparison are; the form that asks for two revisions has none."""
    is_asked = any(name in request.GET for name in ("a", "b", "tree"))
    return (Source(GetComparison), Source(ListChanges)) if is_asked else ()


@require_safe
@twins(choose=_sources)
def comparison(request: HttpRequest) -> HttpResponse:
    """Answer /compare."""
    query = read_query(request.GET, dimensions=COMPARED, extra=ASKED)
    asked = dict(query.extra)
    if "tree" in asked:
        asked = {"a": "latest~1", "b": "latest", **asked}
    if "a" not in asked and "b" not in asked:
        return render_page(request, "compare/detail.html", _form(request.path, query))
    for side in ("a", "b"):
        if side not in asked:
            raise BadQuery(f"{side}: the other revision is not named.", tuple(ASKED), (side,))
    a, b = two_revisions(asked["a"], asked["b"], tree_of(asked))
    return render_page(request, "compare/detail.html", _page(request.path, query, asked, a, b))


def _form(path: str, query: Query) -> ComparePage:
    return ComparePage(
        title="Compare two revisions",
        heading="Compare two revisions",
        section="compare",
        verdict="Name a revision by a commit (4 digits are enough), a describe, latest or latest~3; "
        "in another tree as tree/branch@latest.",
        fields=text_fields(query, {}, TEXTS, FIELDS),
        kept=[],
        trees=tree_links(path),
    )


def _page(path: str, query: Query, asked: dict[str, str], a: NamedRevision, b: NamedRevision) -> ComparePage:
    stays = tuple((name, asked[name]) for name in ASKED if name in asked)
    address = Address(path, query.selection, stays)
    kinds = KINDS if "kind" not in asked else tuple(kind for kind in KINDS if kind == asked["kind"])
    changes = SHOWN if "change" not in asked else tuple(c for c in Change if c.label == asked["change"])
    found = compare(
        a, b, selection=query.selection, kinds=kinds, changes=changes, after=query.after, limit=PAGE_ROWS
    )
    said = [asked[name] for name in ("kind", "change") if name in asked] + [sentence(query.selection)]
    total = found.total(kinds, changes)
    sides = _named(a, b)
    return ComparePage(
        title=" · ".join([f"{total:,} of {sides}", *(part for part in said if part)]),
        heading=sides,
        section="compare",
        verdict=_verdict(found),
        summary=f"{plural(len(found.rows), 'row')} on this page",
        fields=text_fields(query, asked, TEXTS, FIELDS),
        kept=[item for item in address.params_but(*single_valued(query, FIELDS)) if item[0] not in TEXTS],
        a=a,
        b=b,
        pruned=tuple(
            (letter, gone)
            for letter, side in (("a", a), ("b", b))
            if (gone := pruned_builds(side.revision.selection))
        ),
        swap=_with(address, a=asked["b"], b=asked["a"]).url(),
        matrix=tuple((f"{kind}s", _cells(found, address, kind)) for kind in KINDS),
        tabs=_tabs(found, address, kinds, asked.get("change", "")),
        chips=_chips(address, asked),
        clear=_with(address.selecting(Selection()), kind="").url(),
        lines=_lines(found.rows.rows),
        total=total,
        pager=pager(address, after=query.after, following=found.rows.after),
        commits=None if query.after else commits_part(a.revision, b.revision),
        measured=None if "kind" in asked or query.after else _measured(address, a, b),
    )


def _with(address: Address, **changed: str) -> Address:
    """Return an address with other parameters of the page; "" drops one."""
    merged = {**dict(address.stays), **changed}
    return replace(address, stays=tuple((name, merged[name]) for name in ASKED if merged.get(name)))


def _named(a: NamedRevision, b: NamedRevision) -> str:
    if a.tree == b.tree:
        return f"{tree_name(a.revision.tree)} {a.revision.title} → {b.revision.title}"
    sides = (f"{tree_name(side.revision.tree)} {side.revision.title}" for side in (a, b))
    return " → ".join(sides)


def _verdict(found: Comparison) -> str:
    def many(change: Change, noun: str, nouns: str = "") -> str:
        return plural(found.total(KINDS, (change,)), noun, nouns)

    said = enumeration(
        (
            many(Change.REGRESSION, "regression"),
            many(Change.FIXED, "fix", "fixes"),
            many(Change.NEW_FAILURE, "new failure"),
        )
    )
    return f"{said.capitalize()}; {sum(found.same.values()):,} as before."


def _cells(found: Comparison, address: Address, kind: Kind) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            word=WORDS[change][0],
            count=found.counts.get((kind, change), 0),
            url=_with(address, kind=kind, change=change.label).url(),
            css="is-fail" if change in CSS else "",
        )
        for change in Change
    )


def _tabs(found: Comparison, address: Address, kinds: tuple[Kind, ...], current: str) -> tuple[Tab, ...]:
    shown = found.total(kinds, SHOWN)
    first = Tab("regressions, fixes, new failures", _with(address, change="").url(), not current, shown)
    others = (
        Tab(
            WORDS[change][0],
            _with(address, change=change.label).url(),
            change.label == current,
            found.total(kinds, (change,)),
        )
        for change in Change
    )
    return (first, *(tab for tab in others if tab.count or tab.is_current))


def _chips(address: Address, asked: dict[str, str]) -> tuple[Chip, ...]:
    kind = (Chip("Kind", asked["kind"], _with(address, kind="").url()),) if "kind" in asked else ()
    return (*kind, *chips(address))


def _lines(rows: Sequence[ComparedRow]) -> tuple[ComparedLine, ...]:
    """Return the lines of rows; asks once why those fail that fail in b."""
    bad = [row.after_id for row in rows if row.kind != "build" and row.after in UNHAPPY and row.after_id]
    try:
        verdicts = run_verdicts(bad) if bad else {}
    except QueryTimeout:
        verdicts = {}
    return tuple(
        ComparedLine(
            row,
            WORDS[row.change][0],
            CSS.get(row.change, ""),
            run_words(verdict) if (verdict := verdicts.get(row.after_id or "")) else None,
            verdict.issue if verdict else None,
        )
        for row in rows
    )


def _measured(address: Address, a: NamedRevision, b: NamedRevision) -> Measured | None:
    all_of_them, changed = (
        f"{_with(address, measurements=which).url()}#measurements" for which in ("all", "changed")
    )
    asked = dict(address.stays).get("measurements", "")
    return measured(a, b, address.selection, asked=asked, urls=(all_of_them, changed))
