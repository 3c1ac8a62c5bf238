"""Where the trouble of an event begins in a log."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.parts import LogLine, log_lines
from results.analysis.signatures import signature_of
from results.status import Status


def first_error(lines: Sequence[str], signature: str) -> int | None:
    """Return the first line (from 0) that fails in the way of a signature; None when none does."""
    kind = signature.partition(":")[0]
    if not kind:
        return None
    kinds = (str(signature_of(line)).partition(":")[0] for line in lines)
    return next((number for number, each in enumerate(kinds) if each == kind), None)


def from_first_error(lines: Sequence[LogLine], signature: str) -> tuple[LogLine, ...]:
    """Return a log from its first error on; all of it where nothing looks like one."""
    start = first_error([line.text for line in lines], signature)
    if start is None:
        start = next((number for number, line in enumerate(lines) if line.is_hit), 0)
    return tuple(lines[start:])


def excerpt_lines(text: str, status: Status) -> tuple[LogLine, ...]:
    """Return the lines of what was submitted of a log; of a failure, those from its first error on."""
    lines = log_lines(text) if text else ()
    return from_first_error(lines, "") if status == Status.FAIL else lines
