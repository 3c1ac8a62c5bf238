"""Documents too large to be one value in memory: cut into several of the same version.

Only the text is kept; each object is parsed alone, to find where it ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from ingest.document import Document

PART_CHARACTERS: Final = 8 * 1024 * 1024

_DECODER: Final = json.JSONDecoder()
_BLANKS: Final = re.compile(r"[ \t\r\n]*")


def parts(path: Path, when: datetime, origins: frozenset[str]) -> Iterator[Document]:
    """Yield the document of a file in parts: the first has the file's name, others "name#2" and so on."""
    try:
        giant = _Giant(path.read_text("utf-8"))
        giant.scan()
    except (ValueError, IndexError, RecursionError) as error:
        yield Document(path.name, when, b"", f"not JSON: {error}", origins)
        return
    for number, text in enumerate(giant.documents(), 1):
        yield Document(part_name(path.name, number), when, text.encode(), origins=origins)


def part_name(name: str, number: int) -> str:
    """Return the name of a part, the first of which is called like the whole."""
    return name if number == 1 else f"{name}#{number}"


@dataclass
class _Giant:
    """The text of an object of lists, and where its parts lie. Any exception means that it is none."""

    text: str
    at: int = 0
    envelope: list[str] = field(default_factory=list)
    items: list[tuple[str, int, int]] = field(default_factory=list)

    def scan(self) -> None:
        """Find every object of every list, and what stands beside the lists."""
        self._go(0)
        self._take("{")
        is_open = not self._found("}")
        while is_open:
            name = self._value()
            self._take(":")
            if self._found("["):
                self._scan_list(name)
            else:
                self.envelope.append(f"{name}:{self._value()}")
            is_open = self._goes_on("}")
        if self.at < len(self.text):
            raise ValueError(f"more text behind the document (character {self.at:,})")

    def documents(self) -> Iterator[str]:
        """Yield documents that hold some of the objects each, with all that stands beside the lists."""
        lists: dict[str, list[str]] = {}
        size = 0
        for name, start, end in self.items:
            lists.setdefault(name, []).append(self.text[start:end])
            size += end - start
            if size >= PART_CHARACTERS:
                yield self._document(lists)
                lists, size = {}, 0
        if lists or not self.items:
            yield self._document(lists)

    def _document(self, lists: dict[str, list[str]]) -> str:
        fields = [*self.envelope, *(f"{name}:[{','.join(items)}]" for name, items in lists.items())]
        return "{" + ",".join(fields) + "}"

    def _scan_list(self, name: str) -> None:
        is_open = not self._found("]")
        while is_open:
            start = self.at
            end = start + len(self._value())
            self.items.append((name, start, end))
            is_open = self._goes_on("]")

    def _goes_on(self, end: str) -> bool:
        """Take a comma or the end, and return whether it was a comma."""
        if self._found(","):
            return True
        self._take(end)
        return False

    def _value(self) -> str:
        """Return the text of the next value."""
        start = self.at
        _, end = _DECODER.raw_decode(self.text, start)
        self._go(end)
        return self.text[start:end]

    def _found(self, sign: str) -> bool:
        if self.text[self.at] != sign:
            return False
        self._go(self.at + 1)
        return True

    def _take(self, sign: str) -> None:
        if not self._found(sign):
            raise ValueError(f"expecting “{sign}” (character {self.at:,})")

    def _go(self, to: int) -> None:
        self.at = _BLANKS.match(self.text, to).end()  # type: ignore[union-attr]
