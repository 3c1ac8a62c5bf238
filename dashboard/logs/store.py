"""Logs that were fetched, kept on disk for a day, the least read leaving first when they grow too many.

Beside each log lies what is in it, as JSON. A log that could not be had leaves only that, with the
reason, so that a server that does not answer is not asked at every click.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from django.conf import settings

from dashboard.logs.fetching import Rules, log_at
from dashboard.logs.hosts import Unavailable, place_of
from dashboard.logs.index import Data, Finding, Index, index_of
from dashboard.logs.reading import Log
from dashboard.logs.unpacking import as_utf8

logger = logging.getLogger(__name__)

KEPT_SECONDS: Final = 86_400
REFUSED_SECONDS: Final = 120
VERSION: Final = 1
"""Of the index; what older code kept is fetched again."""

_MOST_FETCHES: Final = 2
_WAIT_SECONDS: Final = 3.0
_BLOCK: Final = 4096
# A server that answers slowly must not take all threads of ours.
_fetches = threading.BoundedSemaphore(_MOST_FETCHES)


def whole_log(url: str) -> Log:
    """Return a log, fetched or kept. Unavailable says why there is none."""
    place = place_of(url, settings.LOG_HOSTS)
    name = sha256(place.url.encode("utf-8", "replace")).hexdigest()
    if kept := _kept(name):
        return kept
    if not _fetches.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable("others are being fetched now. Try again in a moment.")
    try:
        return _kept(name) or _fetched(place.url, name)
    finally:
        _fetches.release()


def _folder() -> Path:
    return Path(settings.LOG_CACHE_DIR)


def _kept(name: str) -> Log | None:
    """Return a log that is kept and fresh. Unavailable when it could not be had a moment ago."""
    try:
        said: dict[str, Any] = json.loads((_folder() / f"{name}.json").read_text())
        age = time.time() - said["fetched"]
        if said["version"] != VERSION:
            return None
        if "reason" in said:
            if age > REFUSED_SECONDS:
                return None
            raise Unavailable(said["reason"])
        if age > KEPT_SECONDS:
            return None
        os.utime(_folder() / f"{name}.log")
        data = _mapped(_folder() / f"{name}.log")
    except (OSError, ValueError, KeyError):
        return None
    index = _index(said["index"])
    # Of two that fetch at once, one may have replaced the log and not yet what is in it.
    return Log(data, index) if index.size == len(data) else None


def _fetched(url: str, name: str) -> Log:
    """Fetch a log and keep it; keep the reason when that is not possible."""
    rules = Rules(
        hosts=settings.LOG_HOSTS,
        private_hosts=settings.LOG_PRIVATE_HOSTS,
        seconds=settings.LOG_SECONDS,
        most_bytes=settings.LOG_MAX_BYTES,
    )
    said: dict[str, Any] = {"version": VERSION, "fetched": time.time(), "url": url}
    try:
        with _draft(name, "log") as file:
            for chunk in as_utf8(log_at(url, rules)):
                file.write(chunk)
        data = _mapped(_folder() / f"{name}.log")
        index = index_of(data)
        said["index"] = asdict(index)
        return Log(data, index)
    except Unavailable as unavailable:
        said["reason"] = str(unavailable)
        logger.info("no log", extra={"url": url, "reason": said["reason"]})
        raise
    except OSError as error:
        logger.error("logs cannot be kept", exc_info=error)
        raise Unavailable("this server has no room to keep it.") from None
    finally:
        _keep(name, said)


def _keep(name: str, said: dict[str, Any]) -> None:
    if said.keys() & {"index", "reason"}:
        try:
            with _draft(name, "json") as file:
                file.write(json.dumps(said).encode())
            _make_room()
        except OSError as error:
            logger.error("logs cannot be kept", exc_info=error)


@contextmanager
def _draft(name: str, suffix: str) -> Iterator[Any]:
    """A file that takes its name when it is whole, and vanishes when it does not become so."""
    _folder().mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=_folder(), prefix="draft-", delete=False) as file:
        try:
            yield file
            file.flush()
            os.replace(file.name, _folder() / f"{name}.{suffix}")
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _make_room() -> None:
    """Remove what was not read for longest until the rest is small enough."""
    with os.scandir(_folder()) as entries:
        files = sorted(((entry.stat(), entry.path) for entry in entries), key=lambda file: file[0].st_mtime)
    size = sum(stat.st_size + _BLOCK for stat, _ in files)
    for stat, path in files:
        if size <= settings.LOG_CACHE_BYTES:
            return
        Path(path).unlink(missing_ok=True)
        size -= stat.st_size + _BLOCK


def _mapped(path: Path) -> Data:
    """Return the bytes of a file without reading them; they stay when the file is removed."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _index(said: dict[str, Any]) -> Index:
    findings = tuple(Finding(**finding) for finding in said.pop("findings"))
    return Index(findings=findings, starts=tuple(said.pop("starts")), **said)
