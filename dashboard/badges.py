"""Badges: a name and its state in words, as a small picture for README files and wikis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from results.queries.records import StatusCounts

COLOURS: Final = {
    "fail": ("#c0392b", "#ffffff"),
    "flaky": ("#f4c95d", "#4a3200"),
    "pass": ("#cfe9dc", "#0f4a33"),
    "skip": ("#e9ebee", "#4a5058"),
}
"""Ground and text of each state: those of the pages (static/css/tokens.css), which people can read."""
NAME_COLOURS: Final = ("#4a4f57", "#ffffff")
HEIGHT: Final = 20
LETTER: Final = 6.6
"""Width that a letter gets; ``textLength`` makes the text as wide as its letters were counted."""
LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Badge:
    """``look`` is one of ``COLOURS``; ``said`` must tell the state without it."""

    name: str
    said: str
    look: str

    def svg(self) -> str:
        """Return the picture."""
        name, said = _clipped(self.name), _clipped(self.said)
        left, right = (round(len(text) * LETTER) + 12 for text in (name, said))
        title = escape(_printable(f"{self.name}: {self.said}"), {'"': "&quot;"})
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT}" role="img" '
            f'aria-label="{title}"><title>{title}</title>'
            f'<clipPath id="r"><rect width="{left + right}" height="{HEIGHT}" rx="3"/></clipPath>'
            f'<g clip-path="url(#r)" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
            f"{_part(name, 0, left, NAME_COLOURS)}{_part(said, left, right, COLOURS[self.look])}</g></svg>\n"
        )


def state_badge(name: str, regressions: int, counts: StatusCounts) -> Badge:
    """Return the badge of something with open regressions and results."""
    if regressions:
        return Badge(name, f"{regressions:,} regression{'' if regressions == 1 else 's'}", "fail")
    if counts.failed:
        return Badge(name, f"{counts.failed:,} of {counts.total:,} fail, none new", "flaky")
    if counts.passed:
        return Badge(name, f"{counts.passed:,} of {counts.total:,} pass", "pass")
    return Badge(name, "no results", "skip")


def _part(text: str, start: int, width: int, colours: tuple[str, str]) -> str:
    ground, colour = colours
    return (
        f'<rect x="{start}" width="{width}" height="{HEIGHT}" fill="{ground}"/>'
        f'<text x="{start + width / 2:g}" y="14" fill="{colour}" text-anchor="middle" '
        f'textLength="{width - 12}">{escape(text)}</text>'
    )


def _clipped(text: str) -> str:
    shown = _printable(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())
