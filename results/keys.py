"""Sixteen-byte keys for KCIDB ids.

An id is text of any length ("origin:anything"); indexes want something short. A key is derived
from the id alone, so any loader, in any order, gives the same object the same key:

* ``<origin>:<24 hex digits>``, with an origin of at most 64 characters (a KernelCI node id, which
  begins with its creation time) becomes 4 bytes of the origin's hash and the 12 bytes of the node
  id: neighbours in time are neighbours in the index. The first bit is 1.
* any other id becomes the first 16 bytes of its BLAKE2b hash, with the first bit 0.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

_FIRST_BIT_0 = {digit: f"{int(digit, 16) & 7:x}" for digit in "0123456789abcdef"}
_NODE_ID = re.compile(r"([a-z0-9_]{1,64}):([0-9a-f]{24})\Z", re.ASCII)


@lru_cache(maxsize=1024)
def origin_hex(origin: str) -> str:
    """Return the eight hex digits that begin the keys of an origin's node ids."""
    digest = blake2b(origin.encode(), digest_size=4).digest()
    return bytes((digest[0] | 0x80, *digest[1:])).hex()


def is_node_id(kcidb_id: str) -> bool:
    """Return whether the key of this id keeps the whole local part (24 hex digits)."""
    return _NODE_ID.match(kcidb_id) is not None


def key_hex(kcidb_id: str) -> str:
    """Return the key of a KCIDB id as 32 hex digits; "8" or more begins one that keeps the local part."""
    if kcidb_id[-25:-24] == ":" and (node := _NODE_ID.match(kcidb_id)):
        return origin_hex(node[1]) + node[2]
    digest = blake2b(kcidb_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return _FIRST_BIT_0[digest[0]] + digest[1:]


def key_of(kcidb_id: str) -> UUID:
    """Return the 16-byte key of a KCIDB id."""
    return UUID(hex=key_hex(kcidb_id))


def content_key(content: bytes) -> UUID:
    """Return the key under which content (a document, a log excerpt) is stored once."""
    return UUID(bytes=blake2b(content, digest_size=16).digest())
