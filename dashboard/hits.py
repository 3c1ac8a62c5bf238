"""Where what was found by its name is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.urls import reverse

from dashboard.paths import (
    build_path,
    device_path,
    event_path,
    issue_path,
    lab_path,
    product_path,
    suite_path,
    test_path,
    tree_path,
    with_query,
)
from results.queries.records import TreeRef
from results.queries.search import Hit, IdKind, Kind

ID_PATHS: Final[dict[IdKind, Callable[[str], str]]] = {
    "test": test_path,
    "build": build_path,
    "issue": issue_path,
}
"""Where the thing with an id is."""


def hit_path(kind: Kind, hit: Hit) -> str:
    """Return the address of something that was found."""
    return _ADDRESSES[kind](hit)


def _listing(page: str, parameter: str) -> Callable[[Hit], str]:
    return lambda hit: with_query(reverse(page), [(parameter, hit.name)])


_ADDRESSES: Final[dict[Kind, Callable[[Hit], str]]] = {
    "tree": lambda hit: tree_path(TreeRef(hit.name, hit.note, "")),
    "suite": lambda hit: suite_path(hit.name),
    "test": _listing("tests", "path"),
    "device": lambda hit: device_path(hit.name),
    "lab": lambda hit: lab_path(hit.name),
    "config": _listing("builds", "config"),
    "product": lambda hit: product_path(hit.name),
    "issue": lambda hit: issue_path(hit.name),
    "regression": lambda hit: event_path(int(hit.name)),
}
