"""Cursors: where the next page of a listing begins, as text that fits into a URL."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from results.errors import BadCursor
from results.queries.records import Listing

Row = TypeVar("Row")


def encode(values: Sequence[Any]) -> str:
    """Return the cursor of a row with these sort values (None, int, float or what ``str`` writes)."""
    plain = [value if value is None or isinstance(value, int | float) else str(value) for value in values]
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, types: Sequence[Callable[[Any], Any]]) -> list[Any]:
    """Return the sort values of a cursor, each read by its type; BadCursor when it is not one of ours."""
    try:
        values = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if len(values) != len(types) or "\0" in str(values) or "\\x00" in str(values):
            raise BadCursor(cursor)
        return [None if value is None else read(value) for value, read in zip(values, types, strict=True)]
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadCursor(cursor) from error


def listing(rows: Sequence[Row], limit: int, position: Callable[[Row], Sequence[Any]]) -> Listing[Row]:
    """Return a page of rows that were asked for with one more than ``limit``."""
    shown = tuple(rows[:limit])
    return Listing(shown, encode(position(shown[-1])) if len(rows) > limit else None)
