"""Tests that come too late: those of builds whose tests were deleted for their age.

Their counts stand as they were. A test that is sent again could not be told from a new one, and
would be counted twice; so both are refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import connection

from ingest.errors import Refusal
from ingest.planning.batch import Arrival
from ingest.schema import refusal_of
from results.keys import key_hex
from results.models import Pruning


def newest_pruning() -> tuple[int, int] | None:
    """Return what changes whenever something was pruned; None if nothing ever was."""
    return Pruning.objects.order_by("-id").values_list("id", "contents").first()


def refuse_pruned(arrivals: list[Arrival]) -> list[Arrival]:
    """Return the arrivals with the tests of pruned builds made refusals."""
    builds = {item["build_id"] for arrival in arrivals for item in arrival.accepted.objects.get("test", ())}
    pruned = _pruned({key_hex(build): build for build in builds})
    return [_without(arrival, pruned) for arrival in arrivals] if pruned else arrivals


def _pruned(builds: Mapping[str, str]) -> dict[str, datetime]:
    """Return which builds (key -> id) were pruned, and when."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, pruned_at FROM results_build WHERE key = ANY(%s::uuid[]) AND pruned_at IS NOT NULL",
            [list(builds)],
        )
        return {builds[key.hex]: when for key, when in cursor.fetchall()}


def _without(arrival: Arrival, pruned: Mapping[str, datetime]) -> Arrival:
    kept, refusals = [], []
    for item in arrival.accepted.objects.get("test", ()):
        if (when := pruned.get(item["build_id"])) is None:
            kept.append(item)
        else:
            refusals.append(_refusal(item, when))
    if not refusals:
        return arrival
    objects = {**arrival.accepted.objects, "test": kept}
    return replace(
        arrival,
        accepted=replace(
            arrival.accepted,
            objects={kind: items for kind, items in objects.items() if items},
            refusals=[*arrival.accepted.refusals, *refusals],
        ),
    )


def _refusal(item: dict[str, object], when: datetime) -> Refusal:
    return refusal_of(
        "test",
        item,
        f"too late: the tests of build {item['build_id']} were deleted for their age on {when:%Y-%m-%d}",
    )
