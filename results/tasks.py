"""Background work on what is stored. Messages only wake these tasks: what is due is in the database."""

from __future__ import annotations

from celery import shared_task

from results.git.ranges import measure_ranges
from results.rollups import refresh as refresh_summaries


@shared_task(name="results.refresh", ignore_result=True, soft_time_limit=120)
def refresh() -> int:
    """Bring all summaries up to date; return how many ``Due`` rows were consumed.

    When another worker is at it, that one will find what is due now. Should a message be lost, or
    this be stopped, the next beat goes on.
    """
    consumed = 0
    while rows := refresh_summaries(wait=False):
        consumed += rows
    return consumed


@shared_task(name="results.judge", ignore_result=True, soft_time_limit=600)
def judge() -> int:
    """Judge the trees whose results changed and that had their rest; return how many that were."""
    # Here and not above: whoever only sends this task needs no numpy.
    from results.judging import judge_due

    judged = judge_due()
    if judged:
        measure_ranges()
    return judged
