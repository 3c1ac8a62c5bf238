"""Two submissions of one object: the newest one wins each field, absence never erases.

``misc`` and lists are one field each and replace whole; ``environment``, ``number`` and ``culprit``
merge by sub-field. Merging is commutative and associative, so the order of arrival does not matter.

What KernelCI's API alone tells in ``misc`` is a field of its own: the copy of a result that comes
through KCIDB has a ``misc`` without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from results.documents import Object

Order = tuple[datetime, int]
"""When something was submitted and, to break ties, the id of the submission."""

Sourced = dict[str, tuple[Order, Any]]
"""Field, or "object.subfield" -> which submission said it last, and what."""

SUB_OBJECTS: Final = ("environment", "number", "culprit")
METADATA: Final = "_timestamp"
TOLD_BY_API: Final = (("misc", "retry_counter"), ("misc", "retry_by"), ("environment.misc", "device"))
"""Field and part of it that only the API of KernelCI tells; as a field of its own "misc/retry_by"."""


def sourced(item: Object, order: Order, sources: dict[str, Order] | None = None) -> Sourced:
    """Return the fields of an object with the order of the submission that won each of them.

    ``sources`` names the fields that came from another submission than ``order``.
    """
    fields = {name: value for name, value in item.items() if name != METADATA}
    for name in SUB_OBJECTS:
        if parts := fields.get(name):
            del fields[name]
            fields |= {f"{name}.{part}": value for part, value in parts.items()}
    if fields.get("origin") == settings.KERNELCI_ORIGIN:
        for name, part in TOLD_BY_API:
            if part in (whole := fields.get(name, {})):
                fields[name] = {key: value for key, value in whole.items() if key != part}
                fields[f"{name}/{part}"] = whole[part]
    others = sources or {}
    return {name: (others.get(name, order), value) for name, value in fields.items()}


def merge(versions: Iterable[Sourced]) -> Sourced:
    """Return the newest value of every field; of equally new ones the later in ``versions``."""
    merged: Sourced = {}
    for version in versions:
        for name, (order, value) in version.items():
            if name not in merged or merged[name][0] <= order:
                merged[name] = order, value
    # An empty sub-object says something only as long as nobody fills it.
    for name in {name.partition(".")[0] for name in merged if "." in name}:
        merged.pop(name, None)
    return merged


def plain(fields: Sourced) -> Object:
    """Return the object that sourced fields describe."""
    parts = {name: value for name, (_, value) in fields.items() if "/" not in name}
    for name in fields.keys() - parts.keys():
        whole, _, part = name.partition("/")
        parts[whole] = parts.get(whole, {}) | {part: fields[name][1]}
    item: Object = {}
    for name, value in parts.items():
        whole, _, part = name.partition(".")
        if part:
            item[whole] = item.get(whole, {}) | {part: value}
        else:
            item[name] = value
    return item


def newest(fields: Sourced) -> Order:
    """Return the order of the newest submission of an object (required fields come with each)."""
    return max(order for order, _ in fields.values())


def other_sources(fields: Sourced) -> dict[str, int]:
    """Return field -> submission id where a field was won by another submission than the newest."""
    head = newest(fields)
    return {name: order[1] for name, (order, _) in sorted(fields.items()) if order != head}
