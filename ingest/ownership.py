"""Whose objects a sender may send: those of its origins, named so in ``origin`` and in the id.

What objects refer to may be anybody's: tests run on the builds of others.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from ingest.errors import Refusal
from ingest.schema import Accepted, refusal_of
from results.documents import Object

_MADE_BY_UPGRADE: Final = "_"


def keep_own(accepted: Accepted, origins: Collection[str] | None) -> Accepted:
    """Return the objects of these origins, the others as refusals. None: everybody's are taken."""
    if origins is None:
        return accepted
    own = {*origins, _MADE_BY_UPGRADE} if _is_upgraded(accepted) else {*origins}
    kept: dict[str, list[Object]] = {}
    refusals: list[Refusal] = []
    for kind, items in accepted.objects.items():
        flags = [item["origin"] in own and item["id"].partition(":")[0] in own for item in items]
        if not all(flags):
            foreign = [item for item, is_own in zip(items, flags, strict=True) if not is_own]
            refusals += [refusal_of(kind, item, _reason(item, own, origins)) for item in foreign]
            items = [item for item, is_own in zip(items, flags, strict=True) if is_own]
        if items:
            kept[kind] = items
    return replace(accepted, objects=kept, refusals=accepted.refusals + refusals) if refusals else accepted


def _is_upgraded(accepted: Accepted) -> bool:
    """Return whether kcidb-io upgraded the document: its checkouts and waivers have ids of their own."""
    return not accepted.version.lstrip("v").startswith("5")


def _reason(item: Object, own: Collection[str], origins: Collection[str]) -> str:
    names = " or ".join(sorted(origins)) or "none"
    wrong = f"the origin {item['origin']}" if item["origin"] not in own else f"the id {item['id'][:100]}"
    return f"origin: this sender may send objects of {names}, not with {wrong}"
