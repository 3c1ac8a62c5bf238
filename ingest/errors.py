"""What is refused, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document, or an object of one, that was not stored.

    ``kind`` is "document" or an object's; ``pointer`` leads to the field (RFC 6901); ``raw`` is JSON
    that can be tried again, or whatever bytes arrived.
    """

    kind: str
    object_id: str
    pointer: str
    reason: str
    raw: bytes


class Refused(Exception):
    """A whole document is refused; ``pointer`` leads to what is wrong in it."""

    def __init__(self, reason: str, pointer: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.pointer = pointer
