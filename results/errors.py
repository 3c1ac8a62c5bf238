"""What can go wrong with a question."""

from __future__ import annotations


class NotFound(LookupError):
    """There is no such thing; the message names it."""


class BadCursor(ValueError):
    """A paging cursor that this listing did not give out."""


class QueryTimeout(Exception):
    """The answer would have taken too long."""


class TooMany(ValueError):
    """Somebody has as many of something as one may have; the message says of what and how many."""
