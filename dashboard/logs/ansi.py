"""A line of a log as HTML: colours become classes, other controls are made visible. Pure."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from dashboard.parts import CONTROLS

COLOURS: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

# Colours; other sequences of terminals: cursor, titles, character sets.
_SEQUENCE: Final = re.compile(
    r"\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[()*+][0-9A-Za-z]"
    r"|\x1b[=>78cDEHMNOZ]"
)
_MOST_CODES: Final = 20
_FONTS: Final = {1: "bold", 3: "italic", 4: "under", 7: "inverse", 9: "struck"}
_ENDS: Final = {22: "bold", 23: "italic", 24: "under", 27: "inverse", 29: "struck"}


def without_sequences(text: str) -> str:
    """Return a line without what steers a terminal."""
    return _SEQUENCE.sub("", text) if "\x1b" in text else text


def visible(text: str) -> str:
    """Return a text with its control characters as signs."""
    return text.translate(CONTROLS)


class Painter:
    """Turns lines into HTML, one after another: a colour lasts until it is changed."""

    def __init__(self) -> None:
        self._fonts: set[str] = set()
        self._ink = self._ground = ""

    def html(self, text: str) -> str:
        """Return a line as HTML, every character of the log escaped."""
        if "\x1b" not in text:
            return self._piece(text)
        parts, at = [], 0
        for match in _SEQUENCE.finditer(text):
            parts.append(self._piece(text[at : match.start()]))
            if match[1] is not None:
                codes = re.split("[;:]", match[1])[:_MOST_CODES]
                self._set([int(code[:4] or 0) for code in codes])
            at = match.end()
        return "".join(parts) + self._piece(text[at:])

    def _piece(self, text: str) -> str:
        if not text:
            return ""
        shown = escape(visible(text), quote=False)
        classes = [*(f"t-{font}" for font in sorted(self._fonts)), self._ink, self._ground]
        css = " ".join(filter(None, classes))
        return f'<span class="{css}">{shown}</span>' if css else shown

    def _set(self, codes: list[int]) -> None:
        while codes:
            code = codes.pop(0)
            if code == 0:
                self._fonts, self._ink, self._ground = set(), "", ""
            elif code in _FONTS:
                self._fonts.add(_FONTS[code])
            elif code in _ENDS:
                self._fonts.discard(_ENDS[code])
            elif code in (38, 48):
                self._paint(code - 38, _mixed(codes))
            elif code in (39, 49):
                self._paint(code - 39, None)
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self._paint(0, code % 10)
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self._paint(10, code % 10)

    def _paint(self, ground: int, colour: int | None) -> None:
        name = "" if colour is None else COLOURS[colour]
        if ground:
            self._ground = name and f"g-{name}"
        else:
            self._ink = name and f"t-{name}"


def _mixed(codes: list[int]) -> int | None:
    """Take a colour of 256 or of 16 million off the codes; return the nearest of the eight."""
    mode = codes.pop(0) if codes else 0
    if mode == 5 and codes:
        number = codes.pop(0)
        if number < 16:
            return number % 8
        if number >= 232:
            return 7 if number > 243 else 0
        red, green, blue = (number - 16) // 36 % 6, (number - 16) // 6 % 6, (number - 16) % 6
        return (red > 2) + 2 * (green > 2) + 4 * (blue > 2)
    if mode == 2:
        red, green, blue = [*codes[:3], 0, 0, 0][:3]
        del codes[:3]
        return (red > 127) + 2 * (green > 127) + 4 * (blue > 127)
    return None
