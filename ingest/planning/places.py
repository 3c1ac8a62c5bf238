"""Where tests ran: build, origin, lab and platform, the same for all tests of a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from ingest import normalise
from ingest.planning.bindings import Binding
from ingest.planning.dimensions import Dimensions
from ingest.planning.names import Names
from ingest.planning.series import Variant
from results.documents import Object
from results.keys import key_hex

NOWHERE: Final = Variant(None, None, 0, None, None, None, 0)
"""The variant of a place that is not bound yet."""


@dataclass(slots=True)
class Place:
    """One build on one platform of one lab: with a path, it makes a series.

    ``seen_at`` is when a test that ran there was last submitted. What follows is known after ``bind``.
    """

    build: str
    origin: str
    lab: str
    platform: str | None
    compatibles: list[str]
    seen_at: datetime | None
    build_id: int = 0
    variant: Variant = NOWHERE
    series: dict[int, int] = field(default_factory=dict)


class Places:
    """The places of a batch."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[Any, Place] = {}
        self._odd: list[Place] = []
        self._builds: dict[str, str] = {}
        self._described: dict[str, tuple[datetime, list[str]]] = {}

    def of(self, build_id: str, test: Object, when: datetime | None) -> Place:
        """Return the place of a test, as it was submitted at some time (None: merged from several)."""
        environment = test.get("environment", _NOTHING)
        misc, of_misc = test.get("misc", _NOTHING), environment.get("misc", _NOTHING)
        compatible = environment.get("compatible")
        sign = (
            build_id, test["origin"], misc.get("lab"), misc.get("runtime"), of_misc.get("platform"),
            tuple(compatible) if compatible else None,
        )  # fmt: skip
        try:
            place = self._known.get(sign)
        except TypeError:  # a lab that is a list, say: no name, and no key of a dictionary
            place = self._new(build_id, test, when)
            self._odd.append(place)
            return place
        if place is None:
            place = self._known[sign] = self._new(build_id, test, when)
        elif when and (place.seen_at is None or place.seen_at < when):
            place.seen_at = when
        return place

    def describe(self, test: Object, when: datetime) -> None:
        """Note what a test as it was submitted says of its platform."""
        environment = test.get("environment", _NOTHING)
        if (platform := self._names.platform(environment)) and (compatible := environment.get("compatible")):
            said = when, [normalise.clip(part) for part in compatible]
            self._described[platform] = max(self._described.get(platform, said), said)

    def _new(self, build_id: str, test: Object, when: datetime | None) -> Place:
        build = key_hex(build_id)
        self._builds[build] = build_id
        environment = test.get("environment", _NOTHING)
        return Place(
            build=build,
            origin=self._names.origin(test["origin"]),
            lab=self._names.lab(test.get("misc"), test["origin"]),
            platform=self._names.platform(environment),
            compatibles=[normalise.clip(part) for part in environment.get("compatible", ())],
            seen_at=when,
        )

    def _all(self) -> list[Place]:
        return [*self._known.values(), *self._odd]

    def intern(self, known: Dimensions) -> None:
        """Make rows for what the places refer to."""
        places = self._all()
        for place in places:
            if place.platform and place.compatibles and place.seen_at:
                said = place.seen_at, place.compatibles
                self._described[place.platform] = max(self._described.get(place.platform, said), said)
        known.origins.add({place.origin: () for place in places})
        known.lab_ids({place.lab for place in places})
        platforms = {place.platform for place in places if place.platform} | self._described.keys()
        known.platforms.add({name: ([],) for name in platforms})
        known.mention_builds(self._builds.values())
        self._describe_platforms(known)

    def _describe_platforms(self, known: Dimensions) -> None:
        """Keep the newest list of compatibles of each platform."""
        if not self._described:
            return
        rows = sorted((known.platforms.ids[name], *said) for name, said in self._described.items())
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                """
                UPDATE results_platform SET compatibles = %s, vendor = %s, compatibles_at = %s
                WHERE id = %s AND NOT is_fixed
                    AND (compatibles_at IS NULL OR (compatibles_at, compatibles) < (%s, %s::varchar[]))
                """,
                [
                    (compatibles, normalise.vendor(compatibles), when, platform, when, compatibles)
                    for platform, when, compatibles in rows
                ],
            )

    def builds(self, known: Dimensions) -> dict[str, int]:
        """Return key -> id of the builds of the places."""
        return {key: known.builds.ids[key] for key in self._builds}

    def bind(self, known: Dimensions, bindings: Mapping[str, Binding]) -> None:
        """Give each place the ids that make its series."""
        for place in self._all():
            bound = bindings[place.build]
            place.build_id = known.builds.ids[place.build]
            place.variant = Variant(
                platform_id=known.platforms.ids[place.platform] if place.platform else None,
                tree_id=bound.tree,
                lab_id=known.labs.ids[place.lab],
                config_id=bound.config,
                architecture_id=bound.architecture,
                compiler_id=bound.compiler,
                origin_id=known.origins.ids[place.origin],
            )
            place.series = known.series.of(place.variant)


_NOTHING: Object = {}
