"""Whose objects a waiting file may hold: told by the end of its id, which names its sender.

A file for each sender, written before the first thing it sends, says which origins it is bound
to. A sender whose rights change is another sender.
"""

from __future__ import annotations

import string
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson

from ingest.intake.durable import sync_folder, write_durably

FOLDER: Final = "senders"
TAG_LENGTH: Final = 8

_DIGITS: Final = string.ascii_letters + string.digits


def note_sender(spool: Path, origins: tuple[str, ...], name: str) -> str:
    """Return the tag of a sender; what it may send is durable when this returns."""
    content = orjson.dumps({"origins": origins, "sender": name})
    number = int.from_bytes(sha256(content).digest())
    tag = "".join(_DIGITS[number // 62**place % 62] for place in range(TAG_LENGTH))
    path = spool / FOLDER / f"{tag}.json"
    if not path.exists():
        if not path.parent.is_dir():
            path.parent.mkdir(exist_ok=True)
            sync_folder(spool)
        write_durably(path, content)
    return tag


@lru_cache(maxsize=4096)
def origins_of_sender(spool: Path, tag: str) -> tuple[str, ...]:
    """Return the origins that a sender is bound to. Raises OSError when nothing is known of it."""
    return tuple(orjson.loads((spool / FOLDER / f"{tag}.json").read_bytes())["origins"])
