"""Work in the database that others see: in a connection of its own, not in the transaction of a test."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def committed(work):
    """Return what ``work()`` returns. Whoever stores something this way has to delete it again."""

    def apart():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(apart).result()
