"""What became of a submission: its file says that it waits, its row what was loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from ingest.intake.spool import file_name, own_spool
from ingest.sources import giants
from results.models import Rejection, Submission

SHOWN_REJECTIONS: Final = 100

_MESSAGES: Final = {
    "inprogress": "The body is still arriving",
    "ready": "The submission is stored and waits to be loaded",
    "processed": "The submission was loaded",
    "failed": "The submission was refused as a whole",
    "notfound": "No such submission",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """The state of one submission, in KCIDB's words; ``rows`` when it was loaded: a giant has several."""

    id: str
    status: str
    rows: tuple[Submission, ...] = ()

    def as_json(self, request: HttpRequest) -> dict[str, Any]:
        """Return KCIDB's answer and, of a loaded submission, what was taken and what was not."""
        answer: dict[str, Any] = {"id": self.id, "status": self.status, "message": _MESSAGES[self.status]}
        if self.rows:
            answer |= _outcome(self.rows)
            answer["url"] = request.build_absolute_uri(page_of(self.rows[0]))
        return answer


def find_receipt(submission_id: str) -> Receipt:
    """Return what is known of a submission."""
    spool = own_spool()
    if spool.is_arriving(submission_id):
        return Receipt(submission_id, "inprogress")
    if spool.is_waiting(submission_id):
        return Receipt(submission_id, "ready")
    rows = tuple(Submission.objects.filter(name__in=_names(submission_id)).order_by("id"))
    if not rows:
        return Receipt(submission_id, "notfound")
    failed = all(row.state == Submission.State.REJECTED for row in rows)
    return Receipt(submission_id, "failed" if failed else "processed", rows)


def _names(submission_id: str) -> list[str]:
    """Return under which names the parts of a submission may be stored; most have one."""
    name, most = file_name(submission_id), settings.SUBMIT_MAX_BYTES // giants.PART_CHARACTERS + 2
    return [name, *(giants.part_name(name, number) for number in range(2, most + 1))]


def page_of(row: Submission) -> str:
    """Return the address of a submission's page."""
    return f"/submission/{row.pk}"


def _outcome(rows: tuple[Submission, ...]) -> dict[str, Any]:
    rejected = Rejection.objects.filter(submission__in=rows).order_by("id")[:SHOWN_REJECTIONS]
    states = {row.state for row in rows}
    told: dict[str, Any] = {
        "submission": rows[0].pk,
        "state": states.pop() if len(states) == 1 else Submission.State.PARTIAL,
        "received_at": rows[0].submitted_at.isoformat(),
        "version": rows[0].version,
        "accepted": {
            kind: sum(getattr(row, kind) for row in rows)
            for kind in ("checkouts", "builds", "tests", "issues", "incidents")
        },
        "cleaned": sum(row.cleaned for row in rows),
        "rejected": sum(row.rejections for row in rows),
        "rejections": [
            {"kind": each.kind, "id": each.object_id, "pointer": each.pointer, "reason": each.reason}
            for each in rejected
        ],
    }
    return told | {"parts": [row.pk for row in rows]} if len(rows) > 1 else told
