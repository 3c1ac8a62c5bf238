"""Ids in the manners of the origins; all follow from a random generator and a time."""

from __future__ import annotations

import string
from datetime import datetime
from random import Random

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
KSUID_EPOCH = 1_400_000_000
NODE_MACHINE = "2ce2c1874e"


class NodeIds:
    """Ids of KernelCI nodes: 24 hex digits that begin with the time and end with a counter."""

    def __init__(self, rng: Random) -> None:
        self._counter = rng.getrandbits(23)

    def next(self, when: datetime) -> str:
        """Return the next id, created at ``when``."""
        self._counter = (self._counter + 1) & 0xFFFFFF
        return f"{int(when.timestamp()):08x}{NODE_MACHINE}{self._counter:06x}"


def ksuid(rng: Random, when: datetime) -> str:
    """Return a K-sortable id: 27 base-62 digits of a time and 128 random bits."""
    number = (int(when.timestamp()) - KSUID_EPOCH) << 128 | rng.getrandbits(128)
    digits = []
    for _ in range(27):
        number, digit = divmod(number, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))


def hexdigits(rng: Random, count: int) -> str:
    """Return random lower-case hex digits."""
    return f"{rng.getrandbits(4 * count):0{count}x}"


def uuid4(rng: Random) -> str:
    """Return a random UUID (version 4) as text."""
    digits = hexdigits(rng, 32)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def file_name(rng: Random) -> str:
    """Return a file name as the submission spool gives it."""
    return f"submission-{''.join(rng.choices(BASE62, k=32))}.json"
