"""After an alias was changed: what was submitted under it is filed where it belongs now.

What was submitted never changes; names are derived from it again, as when it was loaded.
"""

from __future__ import annotations

from django.db import transaction

from ingest.locks import only_one, stop_loading
from ingest.models import Rehoming
from ingest.rehoming.names import move_named
from ingest.rehoming.trees import move_checkouts
from results.models import NameAlias

__all__ = ["rehome"]


def rehome() -> int:
    """File anew what changed aliases are about; return how many checkouts, builds and tests moved.

    May be interrupted: the next one begins again. 0 when another process is at it.
    """
    if not Rehoming.objects.exists():
        return 0
    with only_one("rehome") as is_ours:
        return _rehome() if is_ours else 0


def _rehome() -> int:
    with transaction.atomic():
        stop_loading()  # whoever loads from now on knows the aliases as they are
    changed = list(Rehoming.objects.values_list("id", "kind", "name"))
    names: dict[str, set[str]] = {}
    for _, kind, name in changed:
        names.setdefault(kind, set()).add(name)
    moved = move_checkouts(names.pop(Rehoming.TREE, set()))
    moved += sum(move_named(NameAlias.Kind(kind), named) for kind, named in names.items())
    Rehoming.objects.filter(pk__in=[id_ for id_, _, _ in changed]).delete()
    return moved
