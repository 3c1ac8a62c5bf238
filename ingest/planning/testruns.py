"""Tests: from objects to rows of the hot table. The path that most of the data takes.

Half of the time of a load is spent here, so what is the same for the tests of one job is worked out
once, and texts are replaced by ids once per distinct text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from ingest import normalise
from ingest.planning.bindings import Binding
from ingest.planning.contents import Contents
from ingest.planning.dimensions import Dimensions
from ingest.planning.merge import METADATA, Order
from ingest.planning.places import Place, Places
from ingest.planning.series import Missing
from results.documents import Object, pack
from results.status import Status

COLUMNS: Final = (
    "key", "start_time", "duration", "value", "build_id", "series_id", "document_id", "excerpt_id",
    "submission_id", "unit_id", "status", "is_boot", "kcidb_id",
)  # fmt: skip

Row = tuple[Any, ...]
"""A row of results_test in the order of COLUMNS; the key, in hex, comes first."""

_STATUSES: Final = {status.name: int(status) for status in Status} | {None: int(Status.NONE)}
_NO_NUMBERS: Final = (None, None, None)


class Shape(NamedTuple):
    """A test on its way to a row: its values, and the texts that become ids."""

    key: str
    place: Place
    path: str
    status: int
    start_time: datetime | None
    numbers: tuple[float | None, float | None, tuple[str, str] | None]
    """Duration, measured value, unit and prefix."""
    document: str
    excerpt: str | None
    submission: int
    kcidb_id: str


class RunRows:
    """The rows of the tests of a batch: first shaped one by one, then resolved to ids together."""

    def __init__(self, dimensions: Dimensions) -> None:
        self.places = Places(dimensions.names)
        self.shapes: list[Shape] = []
        self._dimensions = dimensions

    def add(self, key: str, item: Object, order: Order, *, is_merged: bool = False) -> None:
        """Shape a test. ``key`` is its key in hex, ``order`` that of its newest submission."""
        fields = item.copy()
        kcidb_id = fields.pop("id")
        path = fields.pop("path", "")
        name = path if len(path) <= normalise.NAME_LENGTH else normalise.clip(path)
        if name != path or (not path and "path" in item):
            fields["path"] = path
        place = self.places.of(fields.pop("build_id"), fields, None if is_merged else order[0])
        status = _STATUSES[fields.pop("status", None)]
        excerpt = fields.pop("log_excerpt", None)
        start_time = _start_time(fields)
        numbers = _numbers(fields) if "duration" in fields or "number" in fields else _NO_NUMBERS
        fields.pop(METADATA, None)
        document = pack(fields, kcidb_id, name)
        self.shapes.append(
            Shape(key, place, name, status, start_time, numbers, document, excerpt, order[1], kcidb_id)
        )

    def intern(self) -> None:
        """Make rows for everything that the tests refer to, but for contents and series."""
        known = self._dimensions
        origins = {shape.kcidb_id.partition(":")[0] for shape in self.shapes if shape.key >= "8"}
        known.origins.add(dict.fromkeys(map(normalise.clip, origins), ()))
        names = list({shape.path for shape in self.shapes})
        suites = known.suites.of([normalise.suite(name) for name in names])
        known.paths.add({name: (suite,) for name, suite in zip(names, suites, strict=True)})
        known.units.add({unit: () for shape in self.shapes if (unit := shape.numbers[2])})
        self.places.intern(known)

    def rows(self, bindings: dict[str, Binding]) -> Iterator[Row]:
        """Yield the rows, in the order of ``add``; contents and series are made when new."""
        self.places.bind(self._dimensions, bindings)
        self._dimensions.series.add(self._missing_series())
        documents = self._contents(self._dimensions.documents, {shape.document for shape in self.shapes})
        excerpts = self._contents(self._dimensions.excerpts, {shape.excerpt for shape in self.shapes})
        paths, units = self._dimensions.paths.ids, self._dimensions.units.ids
        boots = set(filter(normalise.is_boot, {shape.path for shape in self.shapes}))
        for key, place, path, status, start, numbers, document, excerpt, submission, kcidb_id in self.shapes:
            duration, value, unit = numbers
            yield (
                key,
                start,
                duration,
                value,
                place.build_id,
                place.series[paths[path]],
                documents[document],
                excerpts[excerpt],
                submission,
                units[unit] if unit else None,
                status,
                path in boots,
                None if key >= "8" else kcidb_id,
            )

    def _contents(self, table: Contents, texts: Iterable[str | None]) -> dict[str | None, int | None]:
        distinct = list(texts)
        return dict(zip(distinct, table.of_texts(distinct), strict=True))

    def _missing_series(self) -> Missing:
        paths = self._dimensions.paths.ids
        return {
            (shape.place.variant, path): self._dimensions.suites.ids[normalise.suite(shape.path)]
            for shape in self.shapes
            if (path := paths[shape.path]) not in shape.place.series
        }


def _start_time(fields: Object) -> datetime | None:
    """Return the start of a test; its text stays in the fields when a column cannot say it."""
    if (text := fields.get("start_time")) is None:
        return None
    moment, is_exact = normalise.instant(text)
    if is_exact:
        del fields["start_time"]
    return moment


def _numbers(fields: Object) -> tuple[float | None, float | None, tuple[str, str] | None]:
    """Return duration, value and unit; what columns hold exactly is taken out of the fields."""
    duration, is_exact = normalise.number(fields.get("duration"))
    if is_exact:
        fields.pop("duration", None)
    number = fields.get("number")
    if not number:
        return duration, None, None
    value, is_exact = normalise.number(number["value"])
    if is_exact:
        fields["number"] = {name: part for name, part in number.items() if name != "value"}
        if not fields["number"]:
            del fields["number"]
    has_unit = "unit" in number or "prefix" in number
    unit = (normalise.clip(number.get("unit", "")), number.get("prefix", "")) if has_unit else None
    return duration, value, unit
