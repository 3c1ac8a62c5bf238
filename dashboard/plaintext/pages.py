"""From the HTML of a page to text: what its main part says, without what steers a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin

import lxml.html

from dashboard.plaintext.tables import JOINT, Cell, plain, table, wrapped

WIDTH: Final = 100
CLIPPED: Final = 48
"""Characters that are shown of what a page clips."""

_SILENT: Final = frozenset({"script", "style", "svg", "form", "button", "template", "colgroup", "input"})
_SILENT_CLASSES: Final = frozenset({"sr", "facets", "twins", "also", "only-screen"})
_BLOCKS: Final = frozenset(
    {"address", "article", "blockquote", "details", "div", "dl", "fieldset", "figcaption", "figure",
     "h1", "h2", "h3", "h4", "header", "li", "main", "nav", "ol", "p", "pre",
     "section", "summary", "table", "ul"}
)  # fmt: skip
_RULES: Final = {"h1": "=", "h2": "-", "h3": ""}
# What is submitted may hold sequences that steer a terminal.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_AGO: Final = re.compile(r"\((in )?\d+\w( ago)?\)|\(now\)|(?<=[0-9]{2}:[0-9]{2}) ago\b")

Element = Any
"""An element of lxml, which has no types."""


def page_text(html: bytes | str, address: str) -> str:
    """Return a page as text: its main part in lines of at most 100 characters where that is possible.

    Times are absolute, in UTC. ``address`` is where the page is: the links of rows, lists and
    sentences are numbered, and their whole addresses stand at the end, one a line.
    """
    root = lxml.html.document_fromstring(html)
    main = root.find(".//main")
    writer = _Writer(address)
    writer.block(root.find(".//body") if main is None else main)
    return writer.text()


class _Writer:
    """Collects paragraphs, and the addresses that they refer to."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.paragraphs: list[str] = []
        self.links: dict[str, int] = {}

    def text(self) -> str:
        """Return everything that was written, and the list of addresses."""
        links = "\n".join(f"[{number}] {url}" for url, number in self.links.items())
        said = [each for each in self.paragraphs if each.strip()]
        return _UNPRINTABLE.sub(" ", "\n\n".join([*said, links] if links else said)) + "\n"

    def block(self, element: Element) -> None:
        """Write an element that begins a line of its own, and all that is in it."""
        if _is_silent(element):
            return
        match element.tag:
            case "table":
                self.paragraphs.append(plain(table(list(self._rows(element)), WIDTH)))
            case "pre":
                self.paragraphs.append(element.text_content().strip("\n"))
            case "dl":
                self._facts(element)
            case "ul" | "ol":
                self._list(element)
            case "h1" | "h2" | "h3":
                self._heading(element)
            case _:
                self._mixed(element)

    def _mixed(self, element: Element) -> None:
        """Write an element with text and blocks: the text between blocks is a paragraph."""
        pending = [element.text or ""]
        for child in element:
            if child.tag in _BLOCKS and not _is_silent(child):
                self._paragraph("".join(pending))
                self.block(child)
                pending = []
            else:
                pending.append(self._inline(child))
            pending.append(child.tail or "")
        self._paragraph("".join(pending))

    def _paragraph(self, text: str) -> None:
        self.paragraphs.append("\n".join(wrapped(_tidy(text), WIDTH)))

    def _heading(self, element: Element) -> None:
        lines = wrapped(_tidy(self._inside(element)), WIDTH)
        rule = _RULES[element.tag] * max(len(line) for line in lines)
        self.paragraphs.append("\n".join([*lines, rule] if rule else lines))

    def _list(self, element: Element) -> None:
        items = [_tidy(self._inside(item)) for item in element if item.tag == "li" and not _is_silent(item)]
        lines = [
            f"{'  ' if number else '- '}{line}"
            for item in items
            for number, line in enumerate(wrapped(item, WIDTH - 2))
        ]
        self.paragraphs.append("\n".join(lines))

    def _facts(self, element: Element) -> None:
        names = [_tidy(self._inside(name)) for name in element.iter("dt")]
        values = [_tidy(self._inside(value)) for value in element.iter("dd")]
        rows = [(Cell(name), Cell(value)) for name, value in zip(names, values, strict=False)]
        self.paragraphs.append(plain(table(rows, WIDTH)))

    def _rows(self, element: Element) -> Iterator[list[Cell]]:
        for row in element.iter("tr"):
            yield [self._cell(cell) for cell in row if cell.tag in ("td", "th")]

    def _cell(self, cell: Element) -> Cell:
        is_row_head = cell.get("scope") == "row"
        text = _tidy(self._inside(cell, with_links=is_row_head))
        if "clip" in _classes(cell) and len(text) > CLIPPED:
            text = f"{text[: CLIPPED - 1]}…"
        return Cell(
            text,
            span=int(cell.get("colspan", "1")),
            is_right="n" in _classes(cell),
            is_head=cell.tag == "th" and not is_row_head,
            is_way=cell.tag == "td" and _is_way(cell),
        )

    def _inside(self, element: Element, *, with_links: bool = True) -> str:
        parts = [element.text or ""]
        for child in element:
            parts.append(self._inline(child, with_links=with_links))
            parts.append(child.tail or "")
        return "".join(parts)

    def _inline(self, element: Element, *, with_links: bool = True) -> str:
        """Return what an element says within a line."""
        is_in_table = next(element.iterancestors("td", "th"), None) is not None
        if not isinstance(element.tag, str) or _is_silent(element):
            is_told = element.get("role") == "img" and not is_in_table
            return f" {element.get('aria-label', '')} " if is_told else ""
        match element.tag:
            case "br":
                return "\n"
            case "wbr":
                return JOINT + self._inside(element, with_links=with_links)  # lxml takes it for a container
            case "time":
                return _moment(element)
        text = self._inside(element, with_links=with_links)
        if element.tag == "a":
            before = element.getprevious()
            gap = " " if before is not None and before.tag == "a" and not before.tail else ""
            return (
                gap + text + (self._reference(element.get("href", "")) if with_links and text.strip() else "")
            )
        if "sub" in _classes(element):
            return f"\n{text}" if is_in_table else f" {text}"
        return f" {text} " if element.tag in _BLOCKS else text

    def _reference(self, href: str) -> str:
        if not href or href.startswith("#"):
            return ""
        url = (
            urljoin(self.address, href).split("#")[0] if href.startswith("?") else urljoin(self.address, href)
        )
        return f" [{self.links.setdefault(url, len(self.links) + 1)}]"


def _classes(element: Element) -> list[str]:
    return str(element.get("class", "")).split()


def _is_silent(element: Element) -> bool:
    return (
        not isinstance(element.tag, str)
        or element.tag in _SILENT
        or element.get("aria-hidden") == "true"
        or not _SILENT_CLASSES.isdisjoint(_classes(element))
    )


def _is_way(cell: Element) -> bool:
    """Return whether a cell says nothing but links."""
    own = [cell.text, *(child.tail for child in cell)]
    return not any(text and text.strip(" ·\n") for text in own) and all(child.tag == "a" for child in cell)


def _moment(element: Element) -> str:
    at = str(element.get("datetime", ""))
    return f"{at[:10]} {at[11:16]}" if "T" in at else at


def _tidy(text: str) -> str:
    lines = (_SPACE.sub(" ", line) for line in _AGO.sub("", text).split("\n"))
    return "\n".join(line.strip() for line in lines if line.strip())
