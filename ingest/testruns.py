"""Tests: from objects to rows of the hot table. The path that most of the data takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from ingest import normalise
from ingest.batch import Merged
from ingest.bindings import Binding
from ingest.dimensions import Dimensions, content_key
from ingest.merge import METADATA
from ingest.stored import Key
from results.documents import Object, pack
from results.keys import key_bytes
from results.status import Status

COLUMNS: Final = (
    "key", "start_time", "duration", "value", "build_id", "series_id", "document_id", "excerpt_id",
    "submission_id", "unit_id", "status", "is_boot", "kcidb_id",
)  # fmt: skip

_STATUSES: Final = {status.name: int(status) for status in Status} | {None: int(Status.NONE)}


class Place(NamedTuple):
    """Where a test ran: with its path and its build, what makes its series."""

    build: str
    origin: str
    lab: str
    platform: str | None


class Shape(NamedTuple):
    """A test, its texts replaced by keys."""

    key: str
    start_time: datetime | None
    duration: float | None
    value: float | None
    place: Place
    path: str
    document: str
    excerpt: str | None
    submission: int
    unit: tuple[str, str] | None
    status: int
    kcidb_id: str | None


@dataclass
class RunRows:
    """The rows of the tests of a batch; first shaped, then resolved to ids."""


    dimensions: Dimensions
    shapes: list[Shape] = field(default_factory=list)
    _documents: dict[tuple[str], tuple[str]] = field(default_factory=dict)
    _excerpts: dict[tuple[str], tuple[str]] = field(default_factory=dict)
    _builds: dict[str, str] = field(default_factory=dict)
    _origins: set[str] = field(default_factory=set)
    _compatibles: dict[str, tuple[datetime, list[str]]] = field(default_factory=dict)

    def add(self, key: Key, merged: Merged) -> None:
        """Shape a test."""
        fields = dict(merged.item)
        kcidb_id, build_id, path = fields.pop("id"), fields.pop("build_id"), fields.pop("path", None)
        name = normalise.clip(path) if path else ""
        if path is not None and (path != name or not path):
            fields["path"] = path
        place = self._place(build_id, fields, merged.order[0])
        shape = Shape(
            key=key[0],
            start_time=_start_time(fields),
            duration=_duration(fields),
            unit=_unit(fields.get("number")),
            value=_value(fields),
            place=place,
            path=name,
            excerpt=self._excerpt(fields.pop("log_excerpt", None)),
            submission=merged.order[1],
            status=_STATUSES[fields.pop("status", None)],
            document=self._document(fields, kcidb_id, name),
            kcidb_id=None if key[0] >= "8" else kcidb_id,
        )
        if shape.kcidb_id is None:
            self._origins.add(normalise.clip(kcidb_id.partition(":")[0]))
        self.shapes.append(shape)

    def _place(self, build_id: str, fields: Object, when: datetime) -> Place:
        build = _key(build_id)
        self._builds[build] = build_id
        environment = fields.get("environment", {})
        platform = normalise.platform(environment)
        if platform and (compatible := environment.get("compatible")):
            if platform not in self._compatibles or self._compatibles[platform][0] <= when:
                self._compatibles[platform] = when, compatible
        origin = normalise.clip(fields["origin"])
        return Place(build, origin, normalise.lab(fields.get("misc"), origin), platform)

    def _document(self, fields: Object, kcidb_id: str, path: str) -> str:
        body = pack(fields, kcidb_id, path)
        key = content_key(body)
        if (key,) not in self.dimensions.documents.ids:
            self._documents[key,] = (body.decode(),)
        return key

    def _excerpt(self, text: str | None) -> str | None:
        if text is None:
            return None
        key = content_key(text.encode())
        if (key,) not in self.dimensions.excerpts.ids:
            self._excerpts[key,] = (text,)
        return key

    def intern(self) -> None:
        """Make rows for everything that the tests refer to, but for series."""
        known = self.dimensions
        places = {shape.place for shape in self.shapes}
        known.origins.add({(origin,): () for origin in self._origins | {place.origin for place in places}})
        known.lab_ids([place.lab for place in places])
        known.platforms.add({(place.platform,): ([],) for place in places if place.platform})
        paths = list({shape.path for shape in self.shapes})
        suites = known.suites.of([(normalise.suite(path),) for path in paths])
        known.paths.add({(path,): (suite,) for path, suite in zip(paths, suites, strict=True)})
        known.units.add({shape.unit: () for shape in self.shapes if shape.unit})
        known.documents.add(self._documents)
        known.excerpts.add(self._excerpts)
        known.mention_builds(self._builds.values())
        self._describe_platforms()

    def _describe_platforms(self) -> None:
        """Keep the newest list of compatibles of each platform."""
        rows = sorted(
            (self.dimensions.platforms.ids[platform,], when, [normalise.clip(part) for part in compatibles])
            for platform, (when, compatibles) in self._compatibles.items()
        )
        if rows:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(
                    """
                    UPDATE results_platform SET compatibles = %s, vendor = %s, compatibles_at = %s
                    WHERE id = %s AND (compatibles_at IS NULL OR (compatibles_at, compatibles) < (%s, %s::varchar[]))
                    """,
                    [
                        (compatibles, normalise.vendor(compatibles), when, platform, when, compatibles)
                        for platform, when, compatibles in rows
                    ],
                )

    def builds(self) -> dict[str, int]:
        """Return key -> id of the builds of the tests."""
        return {key: self.dimensions.builds.ids[key,] for key in self._builds}

    def changed_builds(self, merged: dict[Key, Merged]) -> set[str]:
        """Return the builds whose counts change, those that lose a test included."""
        unchanged = {key[0] for key, part in merged.items() if not part.is_changed}
        lost = {part.stored.build.hex for part in merged.values() if part.stored and part.stored.build and part.is_changed}
        return lost | {shape.place.build for shape in self.shapes if shape.key not in unchanged}

    def rows(self, bindings: dict[str, Binding]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows in the order of COLUMNS; series are made when new."""
        known = self.dimensions
        series = self._series(bindings)
        known.series.add(series)
        identities = iter(self._identities(bindings))
        for shape, identity in zip(self.shapes, identities, strict=True):
            yield (
                shape.key,
                shape.start_time,
                shape.duration,
                shape.value,
                known.builds.ids[shape.place.build,],
                known.series.ids[identity],
                known.documents.ids[shape.document,],
                known.excerpts.ids[shape.excerpt,] if shape.excerpt else None,
                shape.submission,
                known.units.ids[shape.unit] if shape.unit else None,
                shape.status,
                normalise.is_boot(shape.path),
                shape.kcidb_id,
            )

    def _series(self, bindings: dict[str, Binding]) -> dict[tuple[Any, ...], tuple[int]]:
        suites = {path: self.dimensions.suites.ids[normalise.suite(path),] for path in {s.path for s in self.shapes}}
        return {
            identity: (suites[shape.path],)
            for shape, identity in zip(self.shapes, self._identities(bindings), strict=True)
        }

    def _identities(self, bindings: dict[str, Binding]) -> Iterable[tuple[Any, ...]]:
        known = self.dimensions
        for shape in self.shapes:
            place, bound = shape.place, bindings[shape.place.build]
            yield (
                known.paths.ids[shape.path,],
                known.platforms.ids[place.platform,] if place.platform else None,
                bound.tree,
                known.labs.ids[place.lab,],
                bound.config,
                bound.architecture,
                bound.compiler,
                known.origins.ids[place.origin,],
            )


@lru_cache(maxsize=4096)
def _key(kcidb_id: str) -> str:
    return key_bytes(kcidb_id).hex()


def _start_time(fields: Object) -> datetime | None:
    """Return the start of a test; its text stays in the fields when a column cannot say it."""
    if "start_time" not in fields:
        return None
    moment, is_exact = normalise.instant(fields["start_time"])
    if is_exact:
        del fields["start_time"]
    return moment


def _duration(fields: Object) -> float | None:
    value, is_exact = normalise.number(fields.get("duration"))
    if is_exact:
        fields.pop("duration", None)
    return value


def _unit(number: Object | None) -> tuple[str, str] | None:
    if number and ("unit" in number or "prefix" in number):
        return normalise.clip(number.get("unit", "")), number.get("prefix", "")
    return None


def _value(fields: Object) -> float | None:
    number = fields.get("number")
    if not number:
        return None
    value, is_exact = normalise.number(number["value"])
    if is_exact:
        fields["number"] = {name: part for name, part in number.items() if name != "value"}
        if not fields["number"]:
            del fields["number"]
    return value
