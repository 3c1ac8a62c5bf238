"""Listings as Atom feeds: whoever has entries is a feed, and looks like every other one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from django.utils.feedgenerator import Atom1Feed

BEGAN: Final = "2026"
"""The year in the names of entries (RFC 4151): it never changes, whatever happens to an entry."""

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When something changed that does not say so."""

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of a feed. Its name is made of ``path``, its page; ``updated``: when it changed last."""

    path: str
    title: str
    updated: datetime
    summary: str = ""
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of a feed: the feed itself, the page that it follows, the next part of it ("" at the end)."""

    feed: str
    page: str
    next: str


class _Feed(Atom1Feed):
    """Django's Atom with the link to the next part."""

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        if following := self.feed["following"]:
            handler.addQuickElement("link", "", {"rel": "next", "href": following})


def feed(title: str, entries: Iterable[Entry], addresses: Addresses) -> str:
    """Return a feed."""
    made = _Feed(
        title=_printable(title),
        link=addresses.page,
        description="",
        language="en",
        feed_url=addresses.feed,
        feed_guid=_name(addresses.feed),
        following=addresses.next,
    )
    for entry in entries:
        url = urljoin(addresses.feed, entry.path)
        made.add_item(
            title=_printable(entry.title),
            link=url,
            description=_printable(entry.summary),
            unique_id=_name(url),
            pubdate=(entry.published or entry.updated).astimezone(UTC),
            updateddate=entry.updated.astimezone(UTC),
        )
    return str(made.writeString("utf-8"))


def _name(url: str) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"/{parts.fragment}" if parts.fragment else ""
    return f"tag:{parts.hostname},{BEGAN}:{parts.path}{query}{fragment}"


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
