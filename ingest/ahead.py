"""Reading ahead: the next documents are read and checked while a batch is being written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, TypeVar

T = TypeVar("T")

SWITCH_SECONDS: Final = 0.0005
"""How long a thread keeps the interpreter from one that has an answer of the database to go on with."""


def one_ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield items, each while the next one is made in another thread; never more than one.

    What makes them must not use the database: connections belong to threads. Its exceptions are
    raised here, in their turn.
    """
    end: Any = object()
    with _quick_switches(), ThreadPoolExecutor(1, "reading") as pool:
        coming = pool.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, items, end)
            yield item


@contextmanager
def _quick_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
