"""JSON text and Python values, without losing a digit: orjson where it is exact, json where not."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson

# Whole numbers of twenty digits may not fit 64 bits, and orjson would round them.
_ALL_NINES: Final = bytes(0x39 if 0x30 <= byte <= 0x39 else byte for byte in range(256))
_TOO_LONG: Final = b"9" * 20
_NUMBER: Final = re.compile(rb"(?:^|[\[:,\s-])9{20}")


def has_long_numbers(text: bytes) -> bool:
    """Return whether JSON text may hold a whole number that orjson would round."""
    digits = text.translate(_ALL_NINES)
    return _TOO_LONG in digits and _NUMBER.search(digits) is not None


def loads(text: bytes) -> Any:
    """Return the value of JSON text that ``dumps`` wrote."""
    return json.loads(text) if has_long_numbers(text) else orjson.loads(text)


def dumps(value: Any) -> bytes:
    """Return compact JSON text, keys sorted: equal values give equal bytes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # a whole number beyond 64 bits, or nested deeper than 254
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
