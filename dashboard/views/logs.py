"""The log viewer: a whole log of a test run or a build, or what was submitted of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from dashboard.filters import BadQuery
from dashboard.logs.ansi import Painter, visible, without_sequences
from dashboard.logs.folding import pieces
from dashboard.logs.hosts import Unavailable
from dashboard.logs.index import CHUNK_LINES, Finding, chunk_of
from dashboard.logs.quoting import line_range, quotation
from dashboard.logs.reading import Found, Line, Log, log_of
from dashboard.logs.stages import Stage, stages
from dashboard.logs.store import whole_log
from dashboard.parts import plural
from dashboard.paths import build_path, test_path, with_query
from dashboard.rows import revision_crumbs
from dashboard.shell import Frame, Link, render_page
from dashboard.twins import twins
from dashboard.views import builds, tests
from results.errors import NotFound
from results.queries.builds import build_detail
from results.queries.test_runs import test_detail
from results.status import Status

FINDINGS_SHOWN: Final = 8
KNOWN: Final = ("from", "find", "excerpt", "wrap", "quote")
_LONGEST_FIND: Final = 200
_PART: Final = 2**18


@dataclass(frozen=True, slots=True)
class Source:
    """A test run or a build, as far as its log is concerned."""

    id: str
    name: str
    status: Status
    home: str
    url: str
    excerpt: str
    crumbs: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a log is asked for: the chunk with a line, lines with a text, a line of the excerpt."""

    path: str
    line: int = 1
    find: str = ""
    excerpt: int = 0
    wrap: bool = False

    def url(self, line: int = 1) -> str:
        """Return the address of the chunk with a line, for a line number behind it."""
        first = chunk_of(line, line) * CHUNK_LINES + 1
        params = [("from", str(first))] if first > 1 else []
        params += [("find", self.find)] if self.find else []
        return with_query(self.path, [*params, *([("wrap", "1")] if self.wrap else [])])

    def line_url(self, line: int) -> str:
        """Return the address of a line."""
        return f"{self.url(line)}#L{line}"

    @property
    def wrap_url(self) -> str:
        """The address of the same with long lines broken, or no longer broken."""
        return replace(self, wrap=not self.wrap).url(self.line)


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as it is printed."""

    line: int
    url: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FoldedPiece:
    """Lines as HTML. ``folded``: how many there are, when they are folded away; 0 when not."""

    html: SafeString
    folded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage(Frame):
    """A log. ``reason`` says why only the excerpt is here; "" with the whole log.

    ``log`` is None when there is neither. ``shown`` names the lines of this chunk.
    """

    source: Source
    asked: Asked
    reason: str
    log: Log | None
    found: Found | None
    found_lines: tuple[FindingLine, ...]
    cause: FindingLine | None
    findings: tuple[FindingLine, ...]
    more_findings: tuple[FindingLine, ...]
    kinds: str
    stages: tuple[tuple[Stage, str], ...]
    pieces: tuple[FoldedPiece, ...]
    shown: str
    first_url: str
    previous_url: str
    next_url: str
    last_url: str


@require_safe
def test_log(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Answer /t/<id>/log; an id may itself end like that."""
    try:
        source = _test(kcidb_id)
    except NotFound:
        return tests.test(request, kcidb_id=f"{kcidb_id}/log")
    return _viewer(request, source=source)


@require_safe
def build_log(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Answer /b/<id>/log; an id may itself end like that."""
    try:
        source = _build(kcidb_id)
    except NotFound:
        return builds.build(request, kcidb_id=f"{kcidb_id}/log")
    return _viewer(request, source=source)


@twins()
def _viewer(request: HttpRequest, source: Source) -> HttpResponse:
    asked = _asked(request, source)
    if "quote" in request.GET:
        return _quote(request, source)
    return render_page(request, "log.html", _page(source, asked))


@require_safe
def test_log_raw(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Answer /t/<id>/log/raw."""
    return _raw(_test(kcidb_id))


@require_safe
def build_log_raw(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Answer /b/<id>/log/raw."""
    return _raw(_build(kcidb_id))


def _quote(request: HttpRequest, source: Source) -> HttpResponse:
    """Answer ?quote=120-160: these lines as text for a mail."""
    lines = line_range(request.GET["quote"])
    if lines is None:
        raise BadQuery("quote is a range of lines, as 120-160.", KNOWN, ("quote",))
    log, reason = _log_of(source)
    if log is None:
        raise NotFound(f"log of {source.id}: {reason}")
    where = Asked(f"{source.home}/log").url(lines[0])
    address = request.build_absolute_uri(f"{where}#L{lines[0]}-L{lines[1]}")
    what = "excerpt of the log" if reason else "log"
    text = quotation(log, *lines, about=f"{source.name}, {what}:", address=address)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _test(kcidb_id: str) -> Source:
    detail = test_detail(kcidb_id)
    run, home = detail.run, test_path(detail.run.id)
    name = " · ".join(part for part in (run.path or run.id, run.platform, run.lab) if part)
    above = revision_crumbs(run.revision, "boots" if run.is_boot else "tests")
    crumbs = (*above, Link(run.path or run.id, home))
    return Source(run.id, name, run.status, home, _url(detail.fields), detail.excerpt, crumbs)


def _build(kcidb_id: str) -> Source:
    detail = build_detail(kcidb_id)
    ref, home = detail.build, build_path(detail.build.id)
    name = " ".join(part for part in (ref.architecture, ref.config, ref.compiler) if part) or ref.id
    crumbs = (*revision_crumbs(detail.revision, "builds"), Link(name, home))
    return Source(ref.id, name, detail.status, home, _url(detail.fields), detail.excerpt, crumbs)


def _url(fields: dict[str, Any]) -> str:
    url = fields.get("log_url")
    return url if isinstance(url, str) else ""


def _asked(request: HttpRequest, source: Source) -> Asked:
    if wrong := next((name for name in request.GET if name not in KNOWN), None):
        raise BadQuery(f"There is no parameter {wrong}.", known=KNOWN)
    numbers = {}
    for name in ("from", "excerpt"):
        text = request.GET.get(name, "")
        if text and not (text.isascii() and text.isdigit() and len(text) < 10):
            raise BadQuery(f"{name} is the number of a line, not {text[:40]}.")
        numbers[name] = int(text or 0)
    find = request.GET.get("find", "")[:_LONGEST_FIND]
    path = f"{source.home}/log"
    return Asked(path, numbers["from"] or 1, find, numbers["excerpt"], "wrap" in request.GET)


def _log_of(source: Source) -> tuple[Log | None, str]:
    """Return the whole log, or the excerpt and why it is not more."""
    try:
        if not source.url:
            raise Unavailable("nobody said where it is.")
        return whole_log(source.url), ""
    except Unavailable as unavailable:
        return log_of(source.excerpt) if source.excerpt else None, str(unavailable)


def _raw(source: Source) -> HttpResponseBase:
    log, reason = _log_of(source)
    if log is None:
        raise NotFound(f"log of {source.id}: {reason}")
    data = log.data
    parts = (data[at : at + _PART] for at in range(0, len(data), _PART))
    response = StreamingHttpResponse(parts, content_type="text/plain; charset=utf-8")
    name = "log-excerpt.txt" if reason else "log.txt"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _page(source: Source, asked: Asked) -> LogPage:
    log, reason = _log_of(source)
    at = _line_of_excerpt(source, asked, log, reason)
    asked = replace(asked, line=at or asked.line)
    found = log.find(asked.find) if log and asked.find else None
    index = log.index if log else None
    findings = [_finding(asked, finding) for finding in index.findings] if index else []
    cause = next((finding for finding in findings if index and finding.line == index.cause), None)
    chunk = chunk_of(asked.line, index.lines) if index else 0
    lines = log.chunk(chunk) if log else ()
    what = "log excerpt" if reason else "log"
    shown = f"Lines {lines[0].number:,} to {lines[-1].number:,} of {index.lines:,}" if index and lines else ""
    urls = _around(asked, chunk, len(index.starts) - 1 if index else 0)
    return LogPage(
        title=" · ".join(filter(None, (_counted(log), _narrowed(asked), what, source.name, source.id))),
        heading=what.capitalize(),
        section="trees",
        verdict=f"{_counted(log).capitalize()}." if log else "",
        summary=_found_words(found) if found else shown,
        crumbs=source.crumbs,
        source=source, asked=asked, reason=reason, log=log, found=found, cause=cause,
        found_lines=tuple(_found(asked, line) for line in found.lines) if found else (),
        findings=tuple(findings[:FINDINGS_SHOWN]), more_findings=tuple(findings[FINDINGS_SHOWN:]),
        kinds=", ".join(f"{kind} {count:,}" for kind, count in index.counts.items()) if index else "",
        stages=_stages(log, asked),
        pieces=_pieces(lines, {finding.line for finding in findings}, at),
        shown=shown, first_url=urls[0], previous_url=urls[1], next_url=urls[2], last_url=urls[3],
    )  # fmt: skip


def _stages(log: Log | None, asked: Asked) -> tuple[tuple[Stage, str], ...]:
    """Return the stages of a boot, each with the address of its line."""
    found = stages(log.data, log.index) if log else ()
    return tuple((stage, asked.line_url(stage.line)) for stage in found)


def _line_of_excerpt(source: Source, asked: Asked, log: Log | None, reason: str) -> int:
    """Return the line that is asked for by its number in the excerpt; 0 when none is."""
    if not asked.excerpt or log is None:
        return 0
    if reason:
        return min(asked.excerpt, log.index.lines)
    return log.line_of_excerpt(source.excerpt, asked.excerpt) or 0


def _around(asked: Asked, chunk: int, chunks: int) -> tuple[str, str, str, str]:
    """Return the addresses of the first, previous, next and last chunk; "" where there is none."""
    first, previous = (asked.url(), asked.url((chunk - 1) * CHUNK_LINES + 1)) if chunk else ("", "")
    if chunk >= chunks - 1:
        return first, previous, "", ""
    last = asked.url((chunks - 1) * CHUNK_LINES + 1)
    return first, previous, asked.url((chunk + 1) * CHUNK_LINES + 1), last


def _counted(log: Log | None) -> str:
    if log is None:
        return "no log"
    index = log.index
    counts = [plural(index.errors, "error"), plural(index.warnings, "warning"), plural(index.lines, "line")]
    return ", ".join([*counts[:-1], counts[-1]])


def _narrowed(asked: Asked) -> str:
    """Return what of the log the page is about, for its title."""
    if asked.find:
        return f"find {visible(asked.find)}"
    if asked.excerpt:
        return f"excerpt line {asked.excerpt}"
    return f"from line {asked.line:,}" if asked.line > 1 else ""


def _found_words(found: Found) -> str:
    return f"{'more than ' if found.is_more else ''}{plural(found.total, 'line')} found"


def _finding(asked: Asked, finding: Finding) -> FindingLine:
    text = visible(without_sequences(finding.text))
    return FindingLine(finding.line, asked.line_url(finding.line), finding.kind, text)


def _found(asked: Asked, line: Line) -> FindingLine:
    return FindingLine(line.number, asked.line_url(line.number), "", visible(without_sequences(line.text)))


def _pieces(lines: Sequence[Line], trouble: set[int], at: int) -> tuple[FoldedPiece, ...]:
    painter = Painter()
    kept = trouble | {at} if at else trouble
    return tuple(
        FoldedPiece(
            # Every text in it went through the painter, which escapes.
            SafeString("".join(_line(line, painter, line.number in trouble, at) for line in piece.lines)),
            len(piece.lines) if piece.is_folded else 0,
        )
        for piece in pieces(lines, kept)
    )


def _line(line: Line, painter: Painter, is_hit: bool, at: int) -> str:
    number = line.number
    css = " ".join(name for name, on in (("is-hit", is_hit), ("is-at", number == at)) if on)
    mark = f' class="{css}"' if css else ""
    anchor = '<b id="at"></b>' if number == at else ""
    rest = f" <i>{line.left_out:,} more bytes</i>" if line.left_out else ""
    return (
        f'<span id="L{number}"{mark}>{anchor}<a href="#L{number}">{number}</a> '
        f"{painter.html(line.text)}{rest}\n</span>"
    )
