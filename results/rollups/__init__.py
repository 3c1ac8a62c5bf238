"""Derived state, repaired: revisions of builds, series of tests, and every count that pages read.

A load writes its data and, in the same transaction, ``Due`` rows; ``refresh`` consumes them. It
computes from rows, never from differences, so it may run twice, late or after a crash.
"""

from results.rollups.refreshing import freeze, recount, refile_pruned, refresh, stop_refreshing

__all__ = ["freeze", "recount", "refile_pruned", "refresh", "stop_refreshing"]
