"""JSON, JSON lines, CSV, Atom and mbox: how a client says which, and how tables are written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import orjson
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from dashboard.filters import BadQuery

Row = Mapping[str, Any]

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


class JSON(BaseRenderer):
    """One JSON document."""

    media_type = "application/json"
    format = "json"


class Lines(BaseRenderer):
    """One JSON object a line: all rows, not a page of them."""

    media_type = "application/x-ndjson"
    format = "ndjson"


class CSV(BaseRenderer):
    """A table with one head line: all rows, not a page of them."""

    media_type = "text/csv"
    format = "csv"


class Atom(BaseRenderer):
    """A feed: see ``dashboard.api.feeds``."""

    media_type = "application/atom+xml"
    format = "atom"


class Mbox(BaseRenderer):
    """Mails: see ``dashboard.event_mail``."""

    media_type = "application/mbox"
    format = "mbox"


class Negotiation(DefaultContentNegotiation):
    """``format=`` before ``Accept``; a format that there is not is a mistake that is told."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and its media type."""
        renderers = list(renderers)
        known = [renderer.format for renderer in renderers]
        if (wanted := request.query_params.get("format")) and wanted not in known:
            raise BadQuery(f"format is one of: {', '.join(known)}", parameters=("format",))
        selected: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        return selected


def dumps(value: Any) -> bytes:
    """Return JSON text; times end with Z."""
    try:
        return orjson.dumps(value, option=orjson.OPT_UTC_Z)
    except orjson.JSONEncodeError:  # a submitted whole number beyond 64 bits, or nested deeper than 254
        return json.dumps(value, ensure_ascii=False, default=lambda moment: moment.isoformat()).encode()


def written(value: Any) -> Any:
    """Return a value as JSON text that is put into others as it is: many rows share it."""
    return orjson.Fragment(dumps(value))


def unchanged(value: Any) -> Any:
    """Return a value as it is."""
    return value


def lines(pieces: Iterable[Iterable[Row]]) -> Iterator[bytes]:
    """Yield rows as JSON lines."""
    for rows in pieces:
        yield b"".join(dumps(row) + b"\n" for row in rows)


def table(pieces: Iterable[Iterable[Row]], names: Sequence[str]) -> Iterator[bytes]:
    """Yield rows as CSV; ``names`` are the columns, dots leading into nested objects."""
    paths = [name.split(".") for name in names]
    yield _written([names])
    for rows in pieces:
        yield _written([_cell(row, path) for path in paths] for row in rows)


def harmless(text: str) -> str:
    """Return a text for a cell of CSV: with ' before it if a spreadsheet would take it for a formula.

    Whoever may submit results names them, and whoever opens the file trusts this site.
    """
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(row: Row, path: Sequence[str]) -> str:
    value: Any = row
    for name in path:
        value = value.get(name) if value is not None else None
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case bool():
            return "true" if value else "false"
        case date():
            return dumps(value).decode().strip('"')
        case list() | dict():
            return dumps(value).decode()
    return str(value)
