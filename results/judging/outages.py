"""Keeps the outages that a judgement found."""

from __future__ import annotations

from results.analysis.outages import Outage as Found
from results.judging.loading import Loaded
from results.models import Outage


def record_outages(loaded: Loaded, found: tuple[Found, ...]) -> None:
    """Make the outages of a tree, as far as it was looked at, those that were found."""
    made = [_outage(loaded, outage) for outage in found if outage.lab >= 0]
    new = {_identity(outage): outage for outage in made}
    marks = [mark.id for mark in loaded.revisions]
    for old in Outage.objects.filter(tree=loaded.tree, first__in=marks):
        same = new.get(_identity(old))
        if same is None:
            old.delete()
        elif _values(old) == _values(same):
            del new[_identity(old)]
        else:
            same.id = old.id
            same.save()
            del new[_identity(old)]
    Outage.objects.bulk_create(new.values())


def _outage(loaded: Loaded, found: Found) -> Outage:
    marks = loaded.revisions[found.start : found.end]
    lab = loaded.id_of("lab", found.lab)
    assert lab is not None
    return Outage(
        tree_id=loaded.tree,
        lab_id=lab,
        platform_id=loaded.id_of("platform", found.platform),
        first_id=marks[0].id,
        last_id=marks[-1].id,
        began=min(mark.started for mark in marks),
        ended=max(mark.started for mark in marks),
        results=found.results,
        failures=found.failures,
        p_value=found.p_value,
        confirmed=found.confirmed,
        released=found.released,
    )


def _identity(outage: Outage) -> tuple[int, int | None, int]:
    return outage.lab_id, outage.platform_id, outage.first_id


def _values(outage: Outage) -> tuple[object, ...]:
    return (
        outage.last_id,
        outage.began,
        outage.ended,
        outage.results,
        outage.failures,
        outage.p_value,
        outage.confirmed,
        outage.released,
    )
