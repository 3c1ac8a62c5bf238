"""Formatting for templates, and nothing but formatting."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from dashboard import paths
from dashboard.charts import stacked
from dashboard.parts import Counts, log_lines
from dashboard.prefs import CHOICES
from dashboard.rows import revision_url, tree_name
from dashboard.verdict_words import Said
from results.queries.records import BuildRef, StatusCounts
from results.status import Status, by_name

register = template.Library()

GLYPHS: Final = {
    Status.FAIL: "F",
    Status.ERROR: "!",
    Status.MISS: "!",
    Status.PASS: "·",
    Status.DONE: "=",
    Status.SKIP: "-",
    Status.NONE: "\N{NO-BREAK SPACE}",
}
"""The one character that stands for a status where there is no room for its word."""

_JOINTS: Final = re.compile(r"([._/+])(?=[^._/+])")

_DAY: Final = 86_400
_AGES: Final = (
    (730 * _DAY, 365 * _DAY, "y"),
    (63 * _DAY, 7 * _DAY, "w"),
    (3 * _DAY, _DAY, "d"),
    (3600, 3600, "h"),
    (60, 60, "m"),
    (1, 1, "s"),
)
"""From how many seconds on an age is said in a unit, its seconds, and its letter."""

_BADGES: Final = {
    status: mark_safe(
        f'<span class="badge s-{status.label}"><i aria-hidden="true">{glyph}</i> {status.name}</span>'
    )
    for status, glyph in GLYPHS.items()
}


@register.filter
def badge(status: int) -> SafeString:
    """Return a status as glyph and word."""
    return _BADGES[Status(status)]


@register.filter
def badge_of(word: str) -> SafeString:
    """Return the badge of a status given by its word in lower case."""
    return _BADGES[by_name(word)]


@register.filter
def glyph(status: int) -> str:
    """Return the one character that stands for a status."""
    return GLYPHS[Status(status)]


@register.filter
def word(status: int) -> str:
    """Return the word of a status in lower case, as in URLs and CSS classes."""
    return str(Status(status).label)


@register.filter
def bar(counts: StatusCounts) -> SafeString:
    """Return a stacked bar of all statuses; the numbers stand beside it, so it is silent."""
    if not counts:
        return SafeString("")
    parts = "".join(
        f'<rect class="f-{part.kind}" x="{part.start:g}" width="{part.length:g}" height="8"/>'
        for part in stacked(counts)
    )
    return SafeString(
        f'<svg class="bar" width="72" height="8" viewBox="0 0 72 8" aria-hidden="true">{parts}</svg>'
    )


@register.simple_tag
def count_cells(part: Counts, label: str) -> SafeString:
    """Return three cells of a table: FAIL, ERROR with MISS, and PASS.

    ``label`` is the noun that a phone, which shows no head row, puts before the first number.
    """
    counts = part.counts
    if not counts:
        return SafeString('<td class="n grp soft is-none" colspan="3">-</td>')
    broken = counts[Status.ERROR] + counts[Status.MISS]
    label = f' data-c data-l="{escape(label)}"'
    return SafeString(
        _number(counts.failed, part.url(Status.FAIL), "grp is-fail", label)
        + _number(broken, part.url(Status.ERROR, Status.MISS), "is-error", "" if counts.failed else label)
        + _number(counts.passed, part.url(Status.PASS), "p3")
    )


@register.simple_tag
def result_cells(line: Any) -> SafeString:
    """Return the cells of the boots and tests of a place, under ``components/result_heads.html``."""
    return SafeString(
        count_cells(line.boots, "boots")
        + count_cells(line.tests, "tests")
        + f'<td class="tight p3">{bar(line.tests.counts)}</td>'
    )


def _number(count: int, url: str, css: str, attributes: str = "") -> str:
    if not count:
        return f'<td class="n {css.removesuffix(" is-fail")} is-zero">0</td>'
    return f'<td class="n {css}"{attributes}><a href="{escape(url)}">{count:,}</a></td>'


@register.simple_tag
def hx(url: str, show: str = "") -> SafeString:
    """Return href and htmx attributes of a link that changes what the page shows.

    Every attribute stands on the element itself, nothing is inherited; the answer is the whole
    page of that address, of which #main is taken. ``show="top"`` scrolls to its beginning.
    """
    return format_html(
        'href="{}" hx-get="{}" hx-target="#main" hx-select="#main" hx-swap="outerHTML{}" hx-push-url="true"',
        url,
        url,
        f" show:{show}" if show else "",
    )


@register.simple_tag
def outlink(url: str, text: str = "") -> SafeString:
    """Return a link to another site, or the text alone when the address is not http or https."""
    label = text or url
    if not url.lower().startswith(("http://", "https://")):
        shown = label if label == url else f"{label} {url}".strip()
        return format_html('<span class="mono">{}</span>', shown)
    return format_html('<a href="{}" rel="noopener noreferrer nofollow">{}</a>', url, label)


@register.inclusion_tag("components/switch.html", takes_context=True)
def switch(context: template.Context, name: str, key: str = "") -> dict[str, Any]:
    """Return the buttons of one preference; ``key`` presses the next one."""
    return {
        "name": name,
        "key": key,
        "choices": CHOICES[name],
        "current": getattr(context["prefs"], name),
        "back": context["request"].get_full_path(),
    }


@register.filter
def why(line: Any) -> SafeString:
    """Return why a run failed, of a line with ``said`` and ``issue``; nothing of one that did not."""
    said = _said(line.said) if line.said else ""
    if line.issue is None:
        return SafeString(said)
    url, comment = escape(paths.issue_path(line.issue.id)), escape(line.issue.comment)
    return SafeString(f'{said} <a class="sub" href="{url}" title="{comment}">known issue</a>')


def _said(said: Said) -> str:
    text = escape(said.text)
    shown = f'<a href="{escape(said.url)}">{text}</a>' if said.url else text
    return f'<span class="v-{said.css}">{shown}</span>'


@register.filter
def num(value: int | None) -> str:
    """Return a number with its thousands apart: 18,204. Nothing for None."""
    return "" if value is None else f"{value:,}"


@register.filter
def short(commit: str) -> str:
    """Return the first 12 digits of a commit hash."""
    return commit[:12]


def age(moment: datetime, now: datetime | None = None) -> str:
    """Return the time since a moment: 40s, 9m, 71h, 62d, 30w, 6y; "in 2h" if it is to come."""
    seconds = int(((now or timezone.now()) - moment).total_seconds())
    for least, unit, letter in _AGES:
        if abs(seconds) >= least:
            said = f"{abs(seconds) // unit}{letter}"
            return said if seconds > 0 else f"in {said}"
    return "now"


@register.filter
def when(moment: datetime | None) -> SafeString:
    """Return the age of a moment; its title tells the moment in UTC."""
    if moment is None:
        return SafeString("")
    said = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return SafeString(f'<time datetime="{moment:%Y-%m-%dT%H:%M:%SZ}" title="{said}">{age(moment)}</time>')


@register.filter
def moment(value: datetime | None) -> SafeString:
    """Return a moment in UTC with its age behind it."""
    if value is None:
        return SafeString("")
    ago = age(value)
    behind = ago if ago == "now" or ago.startswith("in ") else f"{ago} ago"
    return SafeString(
        f'<time datetime="{value:%Y-%m-%dT%H:%M:%SZ}">{value:%Y-%m-%d %H:%M:%S} UTC</time>'
        f' <span class="soft">({behind})</span>'
    )


@register.filter
def duration(seconds: float | None) -> str:
    """Return a length of time: 340 ms, 12.4 s, 7 min 05 s, 2 h 13 min, 14 d 18 h."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02} min"
    return f"{hours // 24:,} d {hours % 24} h"


@register.filter
def ending(text: str, length: int) -> str:
    """Return the end of a long name, where names of files differ."""
    return text if len(text) <= length else f"…{text[1 - length :]}"


@register.filter
def breakable(text: str) -> SafeString:
    """Return a long name that may be broken after its dots, underscores, slashes and plus signs."""
    return SafeString(_JOINTS.sub(r"\1<wbr>", escape(text)))


@register.filter
def percent(value: float | None) -> str:
    """Return a share in percent: 3.4 %. Nothing for None."""
    return "" if value is None else f"{value:.1f} %"


@register.filter
def measured(value: float, unit: str) -> str:
    """Return a measured number with its unit, to six digits."""
    return f"{value:.6g} {unit}".rstrip()


@register.filter
def variant(build: BuildRef) -> str:
    """Return how a build was made: "arm64 defconfig gcc-14"."""
    return " ".join(part for part in (build.architecture, build.config, build.compiler) if part) or build.id


@register.filter
def size(count: int | None) -> str:
    """Return a number of bytes: 812 B, 12.5 kB, 8.0 MB."""
    if count is None:
        return ""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


@register.filter
def pretty(fields: Mapping[str, Any]) -> str:
    """Return an object as JSON text for people, in the order of its submission."""
    return json.dumps(fields, indent=2, ensure_ascii=False)


register.filter("log_lines", log_lines)
register.filter("tree_name", tree_name)
register.filter("revision_path", revision_url)
register.filter("tree_path", paths.tree_path)
register.filter("test_path", paths.test_path)
register.filter("build_path", paths.build_path)
register.filter("issue_path", paths.issue_path)
register.filter("series_path", paths.series_path)
register.filter("event_path", paths.event_path)
register.filter("device_path", paths.device_path)
register.filter("lab_path", paths.lab_path)
register.filter("suite_path", paths.suite_path)
register.filter("submission_path", paths.submission_path)
