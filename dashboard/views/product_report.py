"""The release report of a product: what became of it from one revision to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.api.products import GetProductReport
from dashboard.filters import read_query
from dashboard.parts import enumeration, plural
from dashboard.paths import event_path, with_query
from dashboard.product_lines import (
    BranchHead,
    Number,
    Row,
    branch_head,
    branch_params,
    change,
    gate_rows,
    said_of,
)
from dashboard.product_refs import PLACES, ends_of
from dashboard.rows import comparison_url, revision_url, tree_name
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from dashboard.views.compare import WORDS
from results.products.definition import Definition, parse
from results.products.overlap import merged
from results.products.report import ProductReport, product_report
from results.products.state import Pair, ProductState
from results.queries.changes import Change
from results.queries.comparison import COMPARED, Kind
from results.queries.product_report import MOST_GROUPS, ChangedMetric, ChangedTest
from results.queries.products import ProductRow, product_row
from results.queries.revision_names import NamedRevision

ASKED: Final[dict[str, Any]] = {"from": None, "to": None, **PLACES}
KINDS: Final[tuple[Kind, ...]] = ("boot", "test")
MATRIX: Final = (
    Change.REGRESSION, Change.NEW_FAILURE, Change.FIXED, Change.STILL_FAILING, Change.FLAKY,
    Change.INFRASTRUCTURE, Change.DISAPPEARED, Change.APPEARED,
)  # fmt: skip
SECTIONS: Final = (
    (Change.REGRESSION, "Regressed", "new"),
    (Change.NEW_FAILURE, "New failures", "fail"),
    (Change.FIXED, "Fixed", ""),
    (Change.FLAKY, "Flaky", "flaky"),
    (Change.STILL_FAILING, "Still failing", ""),
)


@dataclass(frozen=True, slots=True)
class Section:
    """Tests that changed in one way; ``total`` series of them, ``more`` tests are not listed."""

    title: str
    css: str
    total: int
    lines: tuple[tuple[ChangedTest, str], ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class MetricLine:
    """A measurement that changed, and by how much of what it was."""

    row: ChangedMetric
    shift: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage(Frame):
    """A report; without ``a`` and ``b`` nothing of the product was ever tested."""

    row: ProductRow
    asked: dict[str, str]
    a: NamedRevision | None = None
    b: NamedRevision | None = None
    is_backwards: bool = False
    comparison: str = ""
    heads: tuple[BranchHead, ...] = ()
    gates: tuple[Row, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    matrix: tuple[tuple[str, tuple[Number, ...]], ...] = ()
    sections: tuple[Section, ...] = ()
    lost: tuple[Pair, ...] = ()
    gained: tuple[Pair, ...] = ()
    metrics: tuple[MetricLine, ...] = ()


@require_safe
@twins(GetProductReport)
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer /p/<slug>/report."""
    asked = dict(read_query(request.GET, extra=ASKED).extra)
    row = product_row(slug)
    definition = parse(row.text)
    ends = ends_of(definition, asked)
    page = _page(row, definition, asked, *ends) if ends else _empty(row, asked)
    return render_page(request, "products/report.html", page)


def _crumbs(row: ProductRow) -> tuple[Link, ...]:
    return (Link("Products", reverse("products")), Link(row.name, reverse("product", args=[row.slug])))


def _empty(row: ProductRow, asked: dict[str, str]) -> ReportPage:
    return ReportPage(
        title=f"Report on {row.name}",
        heading=f"{row.name}: release report",
        section="products",
        verdict="None of its branches was ever tested.",
        crumbs=_crumbs(row),
        row=row,
        asked=asked,
    )


def _page(
    row: ProductRow, definition: Definition, asked: dict[str, str], a: NamedRevision, b: NamedRevision
) -> ReportPage:
    found = product_report(definition, a, b)
    names = f"{tree_name(b.revision.tree)} {a.revision.title} → {b.revision.title}"
    states = tuple(state for state in (found.before, found.after) if state)
    heads = tuple(branch_head(row.slug, state) for state in states)
    return ReportPage(
        title=f"{row.name} · {names} report",
        heading=f"{row.name}: {a.revision.title} → {b.revision.title}",
        section="products",
        verdict=_verdict(found),
        crumbs=_crumbs(row),
        row=row,
        asked={
            **dict(branch_params(b.revision.tree)),
            "from": a.revision.title,
            "to": b.revision.title,
            **asked,
        },
        a=a,
        b=b,
        is_backwards=(b.place, b.number) < (a.place, a.number),
        comparison=comparison_url(a.revision, b.revision, with_repository=bool(b.revision.tree.url)),
        heads=heads,
        gates=gate_rows(row.slug, ProductState(definition, states, ()), heads),
        words=tuple(WORDS[one] for one in MATRIX),
        matrix=tuple((f"{kind}s", tuple(_number(found, kind, one) for one in MATRIX)) for kind in KINDS),
        sections=tuple(section for section in _sections(found) if section.total),
        lost=found.lost,
        gained=found.gained,
        metrics=tuple(map(_metric, found.metrics)),
    )


def _verdict(found: ProductReport) -> str:
    changes = found.changes
    said = enumeration(
        (
            plural(changes.total(Change.REGRESSION), "regression"),
            plural(changes.total(Change.FIXED), "fix", "fixes"),
            plural(changes.total(Change.NEW_FAILURE), "new failure"),
        )
    )
    silent = plural(len(found.lost), "suite") + " went silent on a device" if found.lost else ""
    after = said_of(found.after) if found.after else "nothing of it ran"
    changed = "; ".join(part for part in (f"{said[:1].upper()}{said[1:]}", silent) if part)
    return f"{changed}. In {found.b.revision.title}: {after}."


def _number(found: ProductReport, kind: Kind, one: Change) -> Number:
    counted = [
        (found.parts[part].only(COMPARED), n)
        for (part, of, how), n in sorted(found.changes.counts.items())
        if of == kind and how == one
    ]
    base = comparison_url(found.a.revision, found.b.revision, with_repository=bool(found.b.revision.tree.url))
    links = tuple(
        Link(f"{n:,}", "&".join([base, with_query("", [*selection.params(), *_kind(kind, one)])[1:]]))
        for selection, n in merged(counted)
    )
    return Number(sum(n for _, n in counted), WORDS[one][0], links)


def _kind(kind: Kind, one: Change) -> list[tuple[str, str]]:
    return [("kind", kind), ("change", str(one.label))]


def _sections(found: ProductReport) -> list[Section]:
    return [
        Section(
            title=title,
            css=css,
            total=found.changes.total(one),
            lines=tuple(
                (test, event_path(test.event) if test.event else "") for test in found.changes.of(one)
            ),
            is_cut=len(found.changes.of(one)) == MOST_GROUPS,
        )
        for one, title, css in SECTIONS
    ]


def _metric(row: ChangedMetric) -> MetricLine:
    shift = change(100 * (row.after - row.before) / abs(row.before)) if row.before else ""
    return MetricLine(row, shift, revision_url(row.revision))
