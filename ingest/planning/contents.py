"""Documents and excerpts by their text: packed once per distinct text, stored once where that pays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from ingest.dictionaries import Dictionaries
from ingest.planning.tables import Row, Table, next_ids
from results.compression import SHORT, plain


class Contents(Table):
    """Ids of contents of a kind ("document" or "excerpt") by the key of their text."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"results_{kind}", {"key": "uuid"}, ("body",))
        self._dictionaries = Dictionaries(kind)

    def of_texts(self, texts: Sequence[str | None], *, is_plain: bool = False) -> list[int | None]:
        """Return the ids of contents, None of None; plain ones can be read by SQL."""
        keys = [None if text is None else _key(text) for text in texts]
        return self.of(keys, [(text, is_plain) for text in texts])

    def _new_rows(self, keys: Sequence[str], ids: Sequence[int], rows: Mapping[Any, Row]) -> Iterable[Row]:
        packer = self._dictionaries.packer(ids[-1])
        for number, key in zip(ids, keys, strict=True):
            text, is_plain = rows[key]
            yield number, key, plain(text) if is_plain else packer.pack(text)


class Excerpts(Contents):
    """Ids of excerpts. A short one is known by its text, within a batch: another batch has its own.

    ``coming`` are the rows of the short ones of a batch, to be written together with it.
    """

    def __init__(self) -> None:
        super().__init__("excerpt")
        self._short: dict[str, int] = {}
        self.coming: list[Row] = []

    def begin(self) -> None:
        """Begin with a batch."""
        self._short, self.coming = {}, []

    def of_texts(self, texts: Sequence[str | None], *, is_plain: bool = False) -> list[int | None]:
        """Return the ids of excerpts; None of None."""
        long = iter(super().of_texts([text for text in texts if text is not None and len(text) > SHORT]))
        # They are written last, so they get the greater ids: an index likes rows in its order.
        self._add_short({text for text in texts if text is not None and len(text) <= SHORT})
        return [text if text is None else self._short.get(text) or next(long) for text in texts]

    def _add_short(self, texts: set[str]) -> None:
        if missing := sorted(texts - self._short.keys()):
            ids = next_ids(self.name, len(missing))
            self._short.update(zip(missing, ids, strict=True))
            pack = self._dictionaries.packer(ids[-1]).pack
            self.coming += [(number, pack(text)) for number, text in zip(ids, missing, strict=True)]


def _key(content: str) -> str:
    """Return the key of content in hex (``results.keys.content_key``)."""
    return blake2b(content.encode(), digest_size=16).hexdigest()
