"""Measurements that submitters put into ``misc``: KCIDB has one number per test, machines have more.

What counts is named as a measurement (``measurement``, ``measurements``, ``metrics``, ``perf``) or
ends in a unit (``boot_time_ms``, ``image_size``). Ids, versions and parameters do not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from results.documents import Object

UNITS: Final = {
    "seconds": "s", "secs": "s", "sec": "s", "ms": "ms", "us": "us", "ns": "ns",
    "bytes": "bytes", "size": "bytes", "kb": "kb", "mb": "mb", "kib": "kib", "mib": "mib",
    "gbps": "gbps", "mbps": "mbps", "kbps": "kbps", "iops": "iops", "fps": "fps",
}  # fmt: skip
"""How the names of measurements end, and the unit that this means."""

NAMED: Final = ("measurement", "measurements", "metric", "metrics", "perf")
TELLING: Final = re.compile(rf'"(?:{"|".join(NAMED)})"|_(?:{"|".join(UNITS)})"[ ]*:[ ]*-?[0-9]')
"""Is found in every document that may hold a measurement."""

_DEEPEST: Final = 4
_MOST: Final = 100
"""Measurements taken from one document: what is longer is no measurement but a log."""
_LONGEST: Final = 120


class Measured(NamedTuple):
    """One measurement; ``unit`` is "" when nothing tells."""

    metric: str
    unit: str
    value: float


def measured_in(document: Object) -> list[Measured]:
    """Return the measurements in the ``misc`` of a test or build, the first of each name."""
    found: dict[str, Measured] = {}
    environment = document.get("environment")
    places = [document.get("misc"), environment.get("misc") if isinstance(environment, Mapping) else None]
    for place in places:
        for each in _within(place, "", named=False):
            if each.metric and len(found) < _MOST:
                found.setdefault(each.metric, each)
    return list(found.values())


def number_of(value: object) -> float | None:
    """Return a finite number, also when it was written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _within(place: object, label: str, *, named: bool, depth: int = 0) -> Iterator[Measured]:
    """Yield what is measured in a part of ``misc``; ``named``: all numbers in it are measurements."""
    if depth > _DEEPEST:
        return
    if isinstance(place, list):
        for number, item in enumerate(place):
            if isinstance(item, Mapping):
                yield from _within(
                    item, _labelled(item, label, number, len(place)), named=named, depth=depth + 1
                )
    elif isinstance(place, Mapping):
        if named and (measured := number_of(place.get("value"))) is not None:
            yield Measured((_text(place, "name") or label)[:_LONGEST], _text(place, "unit"), measured)
            return
        for key, value in place.items():
            yield from _entry(str(key), value, label, named=named, depth=depth)


def _entry(key: str, value: object, label: str, *, named: bool, depth: int) -> Iterator[Measured]:
    unit = UNITS.get(key.lower().rpartition("_")[2], "")
    name = f"{key} {label}".strip()[:_LONGEST]
    if key.lower() in NAMED:
        number = number_of(value)
        if number is not None:
            yield Measured(name, "", number)
        yield from _within(value, label, named=True, depth=depth + 1)
    elif isinstance(value, Mapping | list):
        yield from _within(value, label if named else "", named=named, depth=depth + 1)
    elif not isinstance(value, str) and (named or unit) and key.lower() not in ("id", "iid"):
        number = number_of(value)
        if number is not None:
            yield Measured(name, unit, number)


def _labelled(item: Mapping[str, Any], label: str, number: int, count: int) -> str:
    """Return what tells an entry of a list from the others: its parameters, which are texts."""
    if count == 1 or "name" in item:
        return label
    texts = [f"{key} {value}" for key, value in item.items() if isinstance(value, str) and value]
    return f"{label} ({', '.join(texts) or number + 1})".strip()


def _text(place: Mapping[str, Any], key: str) -> str:
    value = place.get(key) or place.get(f"{key}s")
    return value[:_LONGEST] if isinstance(value, str) else ""
