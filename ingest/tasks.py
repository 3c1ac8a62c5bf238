"""Background work on sources. Messages only wake these tasks: how far they came is in the database."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings

from ingest.kernelci.client import ApiError
from ingest.kernelci.run import run_round

logger = logging.getLogger(__name__)


@shared_task(name="ingest.sync_kernelci", queue="ingest", ignore_result=True, soft_time_limit=3000)
def sync_kernelci() -> None:
    """Read what the KernelCI API has of news; whatever fails is read again by a later round."""
    try:
        report = run_round(settings.KERNELCI_API_URL, seconds=240.0)
    except ApiError as error:
        logger.warning("the round failed", extra={"api": settings.KERNELCI_API_URL, "reason": str(error)})
        return
    if report is not None:
        logger.info("read the API", extra={"api": settings.KERNELCI_API_URL, **vars(report)})
