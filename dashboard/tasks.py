"""Background work for people. Messages only wake these tasks: what is due is in the database."""

from __future__ import annotations

import logging

from celery import shared_task

from dashboard.notify.offering import offer_changes, offer_tests
from dashboard.notify.outbox import forget, tell

logger = logging.getLogger(__name__)


@shared_task(name="dashboard.notify", ignore_result=True, soft_time_limit=300)
def notify() -> None:
    """Offer what changed to all subscriptions and tell what is due; the next beat goes on."""
    while offered := offer_changes():
        logger.info("offered changes of events", extra={"changes": offered})
    if sent := tell():
        logger.info("told subscribers", extra={"messages": sent})


@shared_task(name="dashboard.look_for_tests", ignore_result=True, soft_time_limit=300)
def look_for_tests() -> None:
    """Look for failing tests that somebody subscribed to."""
    offer_tests()


@shared_task(name="dashboard.forget", ignore_result=True, soft_time_limit=300)
def forget_old() -> None:
    """Delete the record of what was told long ago."""
    forget()
