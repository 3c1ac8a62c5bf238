"""Which questions are asked of the API as scripts ask them, beside the same through the compatible routes.

To measure another question, add a line to ``QUESTIONS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from dashboard.bench.figures import number, verdict
from dashboard.bench.pages import STATEMENTS, Biggest, compared, named
from dashboard.bench.web import Measured
from dashboard.paths import with_query

Find = Callable[[Biggest], str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its budget end to end, and where the peer's clients ask it (None: nowhere)."""

    name: str
    path: Find
    milliseconds: float
    compatible: Find | None = None


def _revision(big: Biggest) -> list[tuple[str, str]]:
    ref = big.revision
    return [("tree", ref.tree.name), ("branch", ref.tree.branch or "none"), ("commit", ref.commit)]


def _tree(big: Biggest) -> list[tuple[str, str]]:
    return named(big.tree)


def _tests(*more: tuple[str, str]) -> Find:
    return lambda big: with_query("/api/v1/tests", [*_revision(big), *more])


def _part(part: str) -> Find:
    def path(big: Biggest) -> str:
        ref = big.revision
        return f"/api/tree/{quote(ref.tree.name)}/{quote(ref.tree.branch)}/{ref.commit}/{part}"

    return path


def _commits(big: Biggest) -> str:
    ref = big.revision
    return f"/api/tree/{quote(ref.tree.name)}/{quote(ref.tree.branch)}/{ref.commit}/commits"


QUESTIONS = (
    Question("what broke", lambda _: "/api/v1/broke", 15),
    Question("trees", lambda _: "/api/v1/trees", 8, lambda _: "/api/tree?interval_in_days=30"),
    Question(
        "history of a tree",
        lambda big: with_query("/api/v1/revisions", [*_tree(big), ("limit", "90")]),
        8,
        _commits,
    ),
    Question(
        "biggest revision: counts",
        lambda big: with_query(f"/api/v1/revisions/{big.revision.commit}", _revision(big)[:2]),
        12,
        _part("summary"),
    ),
    Question("  … 100 of its tests", _tests(), 10, _part("tests")),
    Question("  … 100 that failed", _tests(("status", "fail")), 10),
    Question("  … all its tests as a stream", _tests(("format", "ndjson")), 150, _part("tests")),
    Question("  … all its boots", _tests(("kind", "boot"), ("format", "ndjson")), 150, _part("boots")),
    Question(
        "  … against the one before",
        lambda big: with_query("/api/v1/compare", compared(big)),
        45,
    ),
    Question(
        "history grid",
        lambda big: with_query("/api/v1/grid", _tree(big)),
        40,
    ),
    Question(
        "test run",
        lambda big: f"/api/v1/tests/{quote(big.test)}",
        8,
        lambda big: f"/api/test/{quote(big.test, safe='')}",
    ),
    Question("longest series", lambda big: f"/api/v1/series/{big.series}/runs", 20),
    Question(
        "biggest build",
        lambda big: f"/api/v1/builds/{quote(big.build)}",
        10,
        lambda big: f"/api/build/{quote(big.build, safe='')}",
    ),
    Question("devices", lambda _: "/api/v1/devices", 8),
    Question("busiest device", lambda big: f"/api/v1/devices/{quote(big.platform)}", 10),
    Question("labs", lambda _: "/api/v1/labs", 10),
    Question("regressions", lambda _: "/api/v1/regressions", 10),
    Question("issues", lambda _: "/api/v1/issues", 10, lambda _: "/api/issue/"),
    Question(
        "tests of the worst issue",
        lambda big: with_query("/api/v1/tests", [("issue", big.issue)]),
        10,
        lambda big: f"/api/issue/{quote(big.issue, safe='')}/tests",
    ),
    Question("search", lambda _: "/api/v1/search?q=ltp", 60),
)


def asked(big: Biggest) -> Iterator[tuple[Question, str, str]]:
    """Yield each question with its address and the compatible one ("" for none)."""
    for question in QUESTIONS:
        try:
            yield question, question.path(big), question.compatible(big) if question.compatible else ""
        except LookupError:
            continue


def rows(measure: Callable[[str], Measured], big: Biggest) -> Iterable[tuple[tuple[str, ...], int]]:
    """Yield the lines of the table, and how many figures in each are over their budgets."""
    yield ("", "p50", "p95", "end p50", "p95", "budget", "", "SQL", "", "kB", "peer's p95", "kB"), 0
    for question, path, compatible in asked(big):
        found = measure(path)
        theirs = measure(compatible) if compatible else None
        marks = (
            found.outside_p95 <= question.milliseconds and found.status == 200,
            found.statements <= STATEMENTS,
        )
        yield (
            (
                question.name if found.status == 200 else f"{question.name} (status {found.status})",
                *(
                    number(value)
                    for value in (found.inside_p50, found.inside_p95, found.outside_p50, found.outside_p95)
                ),
                f"≤ {number(question.milliseconds)}",
                verdict(marks[0]),
                str(found.statements),
                verdict(marks[1]),
                number(found.gzipped / 1024),
                number(theirs.outside_p95) if theirs else "",
                number(theirs.gzipped / 1024) if theirs else "",
            ),
            sum(not mark for mark in marks),
        )
