"""Sixteen-byte keys for KCIDB ids.

An id is text of any length ("origin:anything"); indexes want something short. A key is derived
from the id alone, so any loader, in any order, gives the same object the same key:

* ``<origin>:<24 hex digits>`` (a KernelCI node id, which begins with its creation time) becomes
  4 bytes of the origin's hash and the 12 bytes of the node id: neighbours in time are neighbours
  in the index. The first bit is 1.
* any other id becomes the first 16 bytes of its BLAKE2b hash, with the first bit 0.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

_NODE_ID = re.compile(r"([a-z0-9_]+):([0-9a-f]{24})\Z", re.ASCII)


@lru_cache(maxsize=1024)
def origin_bytes(origin: str) -> bytes:
    """Return the four bytes that begin the keys of an origin's node ids."""
    digest = blake2b(origin.encode(), digest_size=4).digest()
    return bytes((digest[0] | 0x80, *digest[1:]))


def is_node_id(kcidb_id: str) -> bool:
    """Return whether the key of this id keeps the whole local part (24 hex digits)."""
    return _NODE_ID.match(kcidb_id) is not None


def key_bytes(kcidb_id: str) -> bytes:
    """Return the key of a KCIDB id as 16 bytes; the first bit says that the id can be read from it."""
    if node := _NODE_ID.match(kcidb_id):
        return origin_bytes(node[1]) + bytes.fromhex(node[2])
    digest = blake2b(kcidb_id.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return bytes((digest[0] & 0x7F,)) + digest[1:]


def key_of(kcidb_id: str) -> UUID:
    """Return the 16-byte key of a KCIDB id."""
    return UUID(bytes=key_bytes(kcidb_id))


def content_key(content: bytes) -> UUID:
    """Return the key under which content (a document, a log excerpt) is stored once."""
    return UUID(bytes=blake2b(content, digest_size=16).digest())
