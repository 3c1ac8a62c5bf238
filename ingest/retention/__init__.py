"""Deleting what is too old, in small transactions: no page ever waits for one.

What goes: tests, documents and excerpts that nothing names any more, submissions and rejections,
archived files. What stays: builds, checkouts, every count, series with their verdicts, events,
issues and incidents, and the tests that an incident names.
"""

from ingest.retention.run import prune, prune_daily

__all__ = ["prune", "prune_daily"]
