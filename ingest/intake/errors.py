"""Why a request to the intake is refused."""

from __future__ import annotations


class IntakeError(Exception):
    """A refusal with its HTTP status; ``retry_after`` is in seconds, 0 when trying again is useless."""

    def __init__(self, status: int, message: str, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after
