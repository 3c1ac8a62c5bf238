"""Who results come from and where they ran, under the names that operators gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from ingest import normalise
from results.models import NameAlias

_Aliases = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """Aliases (what is submitted -> what it is called here) of origins, labs and platforms."""

    origins: _Aliases = field(default_factory=dict)
    labs: _Aliases = field(default_factory=dict)
    platforms: _Aliases = field(default_factory=dict)

    def origin(self, submitted: str) -> str:
        """Return the name of an origin."""
        name = normalise.clip(submitted)
        return self.origins.get(name, name)

    def lab(self, misc: Any, origin: str) -> str:
        """Return the name of a lab; ``origin`` is as submitted."""
        name = normalise.lab(misc, self.origin(origin))
        return self.labs.get(name, name)

    def platform(self, environment: Mapping[str, Any]) -> str | None:
        """Return the name of a platform, None for none."""
        name = normalise.platform(environment)
        return self.platforms.get(name, name) if name else None


def read_names() -> Names:
    """Return the names as operators have them now."""
    aliases: dict[str, dict[str, str]] = {kind: {} for kind in NameAlias.Kind}
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, alias, name FROM results_namealias")
        for kind, alias, name in cursor.fetchall():
            aliases[kind][alias] = name
    return Names(
        origins=aliases[NameAlias.Kind.ORIGIN],
        labs=aliases[NameAlias.Kind.LAB],
        platforms=aliases[NameAlias.Kind.PLATFORM],
    )
