"""What became of a submission: its file says that it waits, its row what was loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from ingest.intake.spool import file_name, own_spool
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
    """The state of one submission, in KCIDB's words; ``row`` when it was loaded."""

    id: str
    status: str
    row: Submission | None = None

    def as_json(self, request: HttpRequest) -> dict[str, Any]:
        """Return KCIDB's answer and, of a loaded submission, what was taken and what was not."""
        answer: dict[str, Any] = {"id": self.id, "status": self.status, "message": _MESSAGES[self.status]}
        if self.row is not None:
            answer |= _outcome(self.row)
            answer["url"] = request.build_absolute_uri(page_of(self.row))
        return answer


def find_receipt(submission_id: str) -> Receipt:
    """Return what is known of a submission."""
    spool = own_spool()
    if spool.is_arriving(submission_id):
        return Receipt(submission_id, "inprogress")
    if spool.is_waiting(submission_id):
        return Receipt(submission_id, "ready")
    row = Submission.objects.filter(name=file_name(submission_id)).order_by("-id").first()
    if row is None:
        return Receipt(submission_id, "notfound")
    failed = row.state == Submission.State.REJECTED
    return Receipt(submission_id, "failed" if failed else "processed", row)


def page_of(row: Submission) -> str:
    """Return the address of a submission's page."""
    return f"/submission/{row.pk}"


def _outcome(row: Submission) -> dict[str, Any]:
    rejected = Rejection.objects.filter(submission=row).order_by("id")[:SHOWN_REJECTIONS]
    return {
        "submission": row.pk,
        "state": row.state,
        "received_at": row.submitted_at.isoformat(),
        "version": row.version,
        "accepted": {
            kind: getattr(row, kind) for kind in ("checkouts", "builds", "tests", "issues", "incidents")
        },
        "cleaned": row.cleaned,
        "rejected": row.rejections,
        "rejections": [
            {"kind": each.kind, "id": each.object_id, "pointer": each.pointer, "reason": each.reason}
            for each in rejected
        ],
    }
