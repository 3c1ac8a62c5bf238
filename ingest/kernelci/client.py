"""A reader of the KernelCI API: anonymous GETs that expect trouble.

Answers come over one kept connection; whatever may pass (no connection, 5xx, 429, a cut or
garbled body) is tried again with growing pauses. Lists have no order, so pages may repeat and
miss items: they are read until nothing new comes.
"""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

import orjson

logger = logging.getLogger(__name__)

Raw = dict[str, Any]
T = TypeVar("T")

PAGE: Final = 1000  # also the most that /events gives together with nodes
SMALLEST_PAGE: Final = 50
LARGEST_BODY: Final = 512 * 2**20
LONGEST_PAUSE: Final = 60.0
PASSES: Final = 12
_TEMPORARY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class ApiError(Exception):
    """The API said no, or said something that cannot be understood."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Unavailable(ApiError):
    """The API gave no good answer, however often it was asked; later it may."""


class _Page(NamedTuple):
    items: list[Any]
    total: int | None
    """How many match in all, None when the answer does not say."""


class Api:
    """One KernelCI API. Not for use by several threads at once."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 30.0,
        tries: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Read from ``url`` (with its /latest). ``timeout`` seconds without a byte are a failed try."""
        self.url = url.rstrip("/")
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ApiError(f"not the address of an API: {url!r}")
        self._scheme, self._host, self._port = parts.scheme, parts.hostname, parts.port
        self._prefix = parts.path
        self._timeout, self._tries, self._sleep = timeout, tries, sleep
        self._connection: HTTPConnection | None = None

    def node(self, node_id: str) -> Raw | None:
        """Return a node; None when there is none (any more), which the API says as ``null``."""
        return self._get(f"/node/{node_id}", {}, _one)

    def nodes(self, **filters: str) -> Iterator[Raw]:
        """Yield every node that matches, each once, in no order."""
        return self._every("/nodes", filters)

    def events(self, **filters: str) -> Iterator[Raw]:
        """Yield every node event that matches, with the node as it is now, in no order."""
        return self._every("/events", filters | {"channel": "node", "recursive": "true"})

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _every(self, path: str, filters: Mapping[str, str]) -> Iterator[Raw]:
        seen: set[str] = set()
        for _ in range(PASSES):
            known, pages, total = len(seen), 0, None
            for page in self._pages(path, filters):
                pages, total = pages + 1, page.total
                for item in page.items:
                    if isinstance(item, dict) and item.get("id") not in seen:
                        seen.add(str(item.get("id")))
                        yield item
            if pages == 1 or len(seen) == known or (total is not None and len(seen) >= total):
                return
        logger.warning("the list still changes", extra={"path": path, "passes": PASSES, "items": len(seen)})

    def _pages(self, path: str, filters: Mapping[str, str]) -> Iterator[_Page]:
        limit, offset = PAGE, 0
        while True:
            window = {"limit": str(limit), "offset": str(offset)}
            try:
                page = self._get(path, {**filters, **window}, _many)
            except Unavailable as error:
                if error.status != 504 or limit <= SMALLEST_PAGE:
                    raise
                limit = max(SMALLEST_PAGE, limit // 4)
                continue
            yield page
            offset += len(page.items)
            if not page.items or (len(page.items) < limit if page.total is None else offset >= page.total):
                return

    def _get(self, path: str, query: Mapping[str, str], read: Callable[[Any], T]) -> T:
        target = f"{self._prefix}{path}" + (f"?{urlencode(query)}" if query else "")
        for attempt in range(self._tries - 1):
            try:
                return self._ask(target, read)
            except Unavailable as error:
                logger.info("trying again", extra={"target": target, "reason": str(error)})
            self._sleep(min(2.0**attempt, LONGEST_PAUSE))
        return self._ask(target, read)

    def _ask(self, target: str, read: Callable[[Any], T]) -> T:
        try:
            response = self._send(target)
            body = _body(response)
        except (OSError, HTTPException, zlib.error) as error:
            self.close()
            raise Unavailable(f"{target}: {type(error).__name__}: {error}") from error
        if response.status in _TEMPORARY:
            raise Unavailable(f"{target}: {response.status} {body[:200]!r}", response.status)
        if response.status != 200:
            raise ApiError(f"{target}: {response.status} {body[:200]!r}", response.status)
        try:
            return read(orjson.loads(body))
        except (orjson.JSONDecodeError, TypeError) as error:
            raise Unavailable(f"{target}: {error}") from error

    def _send(self, target: str) -> HTTPResponse:
        if self._connection is None:
            kind = HTTPSConnection if self._scheme == "https" else HTTPConnection
            self._connection = kind(self._host, self._port, timeout=self._timeout)
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "treewatch"}
        self._connection.request("GET", target, headers=headers)
        return self._connection.getresponse()


def api_time(moment: datetime) -> str:
    """Return a time as the API writes times: UTC without saying so, to the millisecond."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def _body(response: HTTPResponse) -> bytes:
    """Return the whole body, unpacked; HTTPException when it is cut short or too large."""
    packed = response.read(LARGEST_BODY + 1)
    if response.length:  # what the server announced and did not send
        raise HTTPException(f"a body without its last {response.length} bytes")
    if response.getheader("Content-Encoding", "").lower() == "gzip":
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        packed = unpacker.decompress(packed, LARGEST_BODY + 1)
    if len(packed) > LARGEST_BODY:
        raise HTTPException(f"a body of more than {LARGEST_BODY} bytes")
    return packed


def _one(answer: Any) -> Raw | None:
    """Return the node of an answer; TypeError when it is neither a node nor null."""
    if answer is None or isinstance(answer, dict):
        return answer
    raise TypeError(f"no node but {type(answer).__name__}")


def _many(answer: Any) -> _Page:
    """Return the items of an answer; TypeError when it is no list."""
    if isinstance(answer, list):
        return _Page(answer, None)
    if isinstance(answer, dict) and isinstance(answer.get("items"), list):
        total = answer.get("total")
        return _Page(answer["items"], total if isinstance(total, int) else None)
    raise TypeError(f"no list but {type(answer).__name__}")
