"""Which trees are to be judged, and judging one: all of it in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from results.analysis.judgement import judge_counts
from results.analysis.missing import missing_series
from results.judging.events import Ledger
from results.judging.findings import Describer
from results.judging.loading import Loaded, load
from results.judging.measuring import record_metric_changes
from results.judging.memory import Memory
from results.judging.outages import record_outages
from results.judging.readings import Rows, codes, issues_seen, read_signatures
from results.judging.verdicts import Subjects, record_verdicts, telling_rows
from results.models import Judged, Tree, TreeDue

REST: Final = timedelta(seconds=30)
"""How long a tree is left alone after it was judged: results may be coming in all the time."""

_log = logging.getLogger(__name__)

_LOCKS: Final = 7_309_454
"""First number of the advisory locks; the second one is the tree."""


def judge_due(*, rest: timedelta = REST) -> int:
    """Judge the trees whose results changed; return how many that were.

    A tree that was judged less than ``rest`` ago waits for the next call.
    """
    lately = Judged.objects.filter(tree=OuterRef("tree"), at__gt=timezone.now() - rest)
    due = TreeDue.objects.filter(~Exists(lately)).order_by("tree").values_list("tree", flat=True).distinct()
    return sum(_judged(tree) for tree in due)


def _judged(tree: int) -> bool:
    """Judge a tree; one that cannot be judged is told, rests like the others, and keeps nobody waiting."""
    try:
        return judge_tree(tree, anew=False)
    except Exception:
        _log.exception("tree not judged", extra={"tree": tree})
        nothing = {"seconds": 0.0, "revisions": 0, "series": 0}
        at = {"at": timezone.now()}
        Judged.objects.update_or_create(tree_id=tree, defaults=at, create_defaults=at | nothing)
        return False


def judge_tree(tree: int, *, anew: bool = True) -> bool:
    """Judge a tree and store what was found; return whether it was, not when another worker is at it.

    Unless it is to be read ``anew``, only the revisions that are due are read again. The answer is
    the same.
    """
    started = time.monotonic()
    with transaction.atomic():
        if not _locked(tree):
            return False
        due = dict(TreeDue.objects.filter(tree=tree).values_list("id", "revision"))
        loaded = load(tree, None if anew else _changed(due.values()))
        if len(loaded.series):
            _judge(loaded)
        TreeDue.objects.filter(id__in=list(due)).delete()
        Judged.objects.update_or_create(
            tree_id=tree,
            defaults={
                "at": timezone.now(),
                "seconds": time.monotonic() - started,
                "revisions": len(loaded.revisions),
                "series": len(loaded.series),
            },
        )
    return True


def _changed(due: Iterable[int | None]) -> set[int] | None:
    """Return the revisions whose results changed; None for any of them."""
    revisions = set(due)
    return None if None in revisions else {revision for revision in revisions if revision is not None}


def all_trees(name: str = "") -> list[int]:
    """Return the trees of a name, or all."""
    trees = Tree.objects.filter(name=name) if name else Tree.objects.all()
    return list(trees.order_by("id").values_list("id", flat=True))


def _judge(loaded: Loaded) -> None:
    rows = Rows(loaded)
    signatures = read_signatures(loaded, rows)
    judgement = judge_counts(loaded.table, loaded.counts, loaded.commits, signatures=codes(signatures))
    clean = judgement.counts.without(judgement.infrastructure.masked)
    missing = missing_series(loaded.table, judgement.counts, loaded.leaf)
    subjects = Subjects(loaded)
    subjects.ensure(telling_rows(judgement, missing))
    describer = Describer(loaded, clean, signatures, issues_seen(loaded, rows))
    findings = [describer.finding(event, suspected=False) for event in judgement.events]
    findings += [describer.finding(event, suspected=True) for event in judgement.suspicions]
    ledger = Ledger(loaded, subjects, timezone.now())
    ledger.record(judgement, findings)
    record_outages(loaded, judgement.infrastructure.outages)
    memory = Memory(loaded.tree)
    record_metric_changes(loaded, subjects, memory)
    memory.keep()
    record_verdicts(subjects, judgement, missing, ledger.event_of, ledger.kept)


def _locked(tree: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCKS, tree])
        return bool(cursor.fetchall()[0][0])
