"""Background work on sources. Messages only wake these tasks: how far they came is in the database."""

from __future__ import annotations

import logging
import time

import psycopg
from celery import shared_task
from django.conf import settings

from ingest.intake.loading import load_spool as load_waiting
from ingest.intake.pull import pull
from ingest.intake.spool import Spool, all_spools
from ingest.intake.waking import loader_rests, wake_loader
from ingest.kernelci.client import ApiError
from ingest.kernelci.run import run_round
from ingest.rehoming import rehome as rehome_all
from ingest.retention import prune_daily

logger = logging.getLogger(__name__)

LOADER_SECONDS = 4.0
"""How long one run over a spool lasts: then other work of the same worker gets its turn."""
GATHERING_SECONDS = 0.5
PULL_SECONDS = 60.0


@shared_task(name="ingest.load_spool", ignore_result=True, soft_time_limit=600)
def load_spool() -> None:
    """Load what waits in the spools. Whatever stops it, the files stay and the next beat goes on.

    While documents stream in they are loaded by the handful, and nobody sends messages about them.
    """
    deadline = time.monotonic() + LOADER_SECONDS
    while _load_all() and time.monotonic() < deadline:
        time.sleep(GATHERING_SECONDS)
    loader_rests()
    if _load_all():
        wake_loader()


def _load_all() -> bool:
    """Load every spool for a while and return whether anything waited."""
    waited = [_load(spool) for spool in all_spools()]
    return any(waited)


def _load(spool: Spool) -> bool:
    done = load_waiting(spool, seconds=LOADER_SECONDS)
    if done is None or not (done.has_more or done.files):
        return False
    fields = {"spool": str(spool.folder), "files": done.files, "objects": done.summary.objects()}
    logger.info("loaded a spool", extra={**fields, "refused": done.summary.rejected_objects})
    return True


@shared_task(name="ingest.pull_kcidb", ignore_result=True, soft_time_limit=3000)
def pull_kcidb() -> None:
    """Read what changed in the KCIDB database that the settings name; a later round goes on."""
    try:
        summary = pull(settings.KCIDB_DSN, seconds=PULL_SECONDS)
    except psycopg.Error as error:
        logger.warning("the KCIDB database does not answer: %s", error)
        return
    if summary is not None and summary.documents:
        logger.info("read the KCIDB database", extra={"objects": summary.objects()})


@shared_task(name="ingest.sync_kernelci", ignore_result=True, soft_time_limit=3000)
def sync_kernelci() -> None:
    """Read what the KernelCI API has of news; whatever fails is read again by a later round."""
    try:
        report = run_round(settings.KERNELCI_API_URL, seconds=240.0)
    except ApiError as error:
        logger.warning("the round failed", extra={"api": settings.KERNELCI_API_URL, "reason": str(error)})
        return
    if report is not None:
        logger.info("read the API", extra={"api": settings.KERNELCI_API_URL, **vars(report)})


@shared_task(name="ingest.rehome", ignore_result=True, soft_time_limit=3000)
def rehome() -> None:
    """File anew what changed aliases are about; what is interrupted, the next beat begins again."""
    if moved := rehome_all():
        logger.info("filed anew", extra={"objects": moved})


@shared_task(name="ingest.prune", ignore_result=True, soft_time_limit=3000)
def prune() -> None:
    """Delete what is older than the settings say; what is interrupted, the next beat goes on with."""
    done = prune_daily(keep=settings.KEEP_DAYS, keep_files=settings.KEEP_FILES_DAYS)
    if done is not None:
        gone = {"tests": done.tests, "builds": done.builds, "submissions": done.submissions}
        logger.info("pruned", extra={"before": done.before.isoformat(), **gone})
