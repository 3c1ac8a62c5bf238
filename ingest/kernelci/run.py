"""One round of reading a KernelCI API, for the command and for the worker."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from ingest.kernelci.client import Api
from ingest.kernelci.site import site_of
from ingest.kernelci.sync import Report, Sync
from ingest.locks import only_one


def run_round(
    url: str,
    *,
    since: datetime | None = None,
    backfill_from: datetime | None = None,
    seconds: float | None = None,
) -> Report | None:
    """Read what is due and return what was done; None when somebody else is reading this API now.

    ``since`` moves the start of events, ``backfill_from`` asks for whole days; after ``seconds``
    the round ends at the next good place. Unavailable when the API does not answer.
    """
    with only_one(url) as is_ours, closing(Api(url)) as api:
        if not is_ours:
            return None
        sync = Sync(api, site_of(url), seconds=seconds)
        if since is not None:
            sync.begin_at(since)
        if backfill_from is not None:
            sync.backfill_from(backfill_from)
        return sync.run()
