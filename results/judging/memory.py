"""What was said about series is remembered by a fingerprint of everything that it depends on.

A series whose readings did not change has the fingerprint that it had, and needs no new thought.
An answer that nobody asked for in a judgement is forgotten with it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, Final

from results.models import Remembered

VERSION: Final = 1
"""Of the rules: answers of other rules are forgotten."""


class Memory:
    """The answers of one tree, from one judgement to the next."""

    def __init__(self, tree: int) -> None:
        self.tree = tree
        body = Remembered.objects.filter(tree=tree).values_list("body", flat=True).first()
        stored = json.loads(zlib.decompress(bytes(body))) if body else {}
        self._old: dict[str, Any] = stored["answers"] if stored.get("version") == VERSION else {}
        self._new: dict[str, Any] = {}
        self.thought = 0
        """How many questions had to be thought about."""

    def answer(self, question: bytes, think: Callable[[], Any]) -> Any:
        """Return the answer (as JSON holds it) to a question that ``question`` says all about."""
        key = blake2b(question, digest_size=12).hexdigest()
        found = self._new.get(key)
        if found is None:
            found = self._old.get(key)
        if found is None:
            self.thought += 1
            found = think()
        self._new[key] = found
        return found

    def keep(self) -> None:
        """Store what was asked for."""
        if self._new != self._old:
            body = zlib.compress(json.dumps({"version": VERSION, "answers": self._new}).encode(), level=1)
            Remembered.objects.update_or_create(tree_id=self.tree, defaults={"body": body})
