"""Derived state, repaired: revisions of builds, series of tests, and every count that pages read.

A load writes its data and, in the same transaction, ``Due`` rows; ``refresh`` consumes them. It
computes from rows, never from differences, so it may run twice, late or after a crash.
"""

from results.rollups.refreshing import recount, refresh

__all__ = ["recount", "refresh"]
