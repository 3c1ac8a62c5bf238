"""The memory of a process that does nothing but load."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

# Numbers of glibc's malloc.h.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8
MEBIBYTE: Final = 1024 * 1024


def keep_memory() -> None:
    """Let the C library keep what is freed, for the next documents; does nothing where it is not glibc.

    They come and go by the megabyte: to give the memory back each time, and to ask for it again,
    costs a sixth of a load. 128 MiB may stay.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, 32 * MEBIBYTE)
        mallopt(_TRIM_THRESHOLD, 128 * MEBIBYTE)
        mallopt(_TOP_PAD, 32 * MEBIBYTE)
