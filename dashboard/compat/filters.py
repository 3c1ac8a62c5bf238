"""What a request of the KernelCI dashboard's API is about: origin, tree, and ``filter_…`` parameters.

Values are taken as they are: nothing in them has a special meaning. A filter that is not
understood is refused, because an answer without it would be a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from django.http import QueryDict

from dashboard.compat.answers import Refused
from results.queries.scopes import Scope
from results.selection import Selection, Term
from results.status import Status

DEFAULT_ORIGIN: Final = "maestro"
UNCATEGORIZED: Final = "Uncategorized"
PREFIX: Final = "filter_"

KINDS: Final = ("build", "boot", "test")

# Filter -> dimension, for every kind.
_OF_ALL: Final = {"architecture": "arch", "compiler": "compiler", "config_name": "config"}
# Filter -> dimension, of one kind ("boot.platform").
_OF_KIND: Final = {
    "status": "status", "origin": "origin", "platform": "platform", "hardware": "compatible", "lab": "lab",
    "path": "q", "issue": "issue",
}  # fmt: skip
_DATES: Final = {"start_date": "since", "end_date": "until"}
_ELSEWHERE: Final = ("tree_name", "origin")
"""Understood by the endpoints that have them."""

Filters = Mapping[str, Sequence[str]]


def query_filters(params: QueryDict) -> dict[str, list[str]]:
    """Return the filters of a query string, without the prefix."""
    return {
        name.removeprefix(PREFIX): _storable(values)
        for name, values in params.lists()
        if name.startswith(PREFIX)
    }


def body_filters(body: Mapping[str, object]) -> dict[str, list[str]]:
    """Return the filters of a posted body: ``{"filter": {"test.status": ["FAIL"]}}``."""
    given = body.get("filter")
    if not isinstance(given, Mapping):
        return {}
    filters = {}
    for name, values in given.items():
        texts = [str(value) for value in (values if isinstance(values, list) else [values])]
        filters[str(name).removeprefix(PREFIX)] = _storable(texts)
    return filters


def narrow(scope: Scope, filters: Filters) -> Scope:
    """Return a scope under filters; Refused when one makes no sense."""
    terms: dict[str, dict[str, list[Term]]] = {kind: {} for kind in KINDS}
    for name, values in filters.items():
        for kind, dimension in _meaning(name):
            terms[kind].setdefault(dimension, []).extend(_term(dimension, value) for value in values)
    return scope.narrowed(
        builds=Selection.of(terms["build"]),
        boots=Selection.of(terms["boot"]),
        tests=Selection.of(terms["test"]),
    )


def text(params: Mapping[str, object], name: str) -> str | None:
    """Return a parameter that names something; None when it is absent or empty."""
    value = params.get(name)
    return _storable([str(value)])[0] if value else None


def moment(params: Mapping[str, object], name: str) -> datetime | None:
    """Return a time in seconds since 1970, with or without fractions; None when it is absent."""
    if (value := text(params, name)) is None:
        return None
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError) as failure:
        raise Refused(f"{name} is a number of seconds since 1970") from failure


def number(params: Mapping[str, object], name: str, default: int, *, least: int, most: int) -> int:
    """Return a whole number of a range; Refused for anything else."""
    value = text(params, name) or str(default)
    if not (value.isascii() and value.isdigit() and len(value) <= 12 and least <= int(value) <= most):
        raise Refused(f"{name} is a number from {least} to {most}")
    return int(value)


def _meaning(name: str) -> Iterable[tuple[str, str]]:
    """Return the kinds that a filter is about, and the dimension of each."""
    if name in _ELSEWHERE:
        return []
    if name in _DATES or name in _OF_ALL:
        return [(kind, {**_OF_ALL, **_DATES}[name]) for kind in KINDS]
    kind, _, field = name.partition(".")
    if kind not in KINDS or field not in _OF_KIND:
        raise Refused(f"There is no filter {PREFIX}{name}")
    return [(kind, _OF_KIND[field])]


def _term(dimension: str, value: str) -> Term:
    match dimension:
        case "status":
            return _status(value)
        case "since" | "until":
            return Term(_day(value))
        case "issue":
            return Term(None if value == UNCATEGORIZED else value.rpartition(",")[0] or value)
        case _:
            return Term(value)


def _status(value: str) -> Term:
    name = value.upper()
    if name == "NULL":
        return Term(None)
    if name not in Status.__members__:
        raise Refused(f"There is no status {value}")
    return Term(str(Status[name].label))


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError as failure:
        raise Refused(f"{value} is not a day like 2026-11-24") from failure


def _storable(values: Sequence[str]) -> list[str]:
    for value in values:
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Refused("A parameter has a character that no text can have")
    return list(values)
