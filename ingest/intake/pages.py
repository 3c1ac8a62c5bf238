"""The address that the answer to a submission names: leads to its page once it is loaded."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ingest.intake.receipts import find_receipt, page_of
from ingest.intake.spool import ID

REFRESH_SECONDS = 3


@require_safe
@never_cache
def submitted(request: HttpRequest, submission_id: str) -> HttpResponse:
    """Redirect to the page of a loaded submission; a few words while it waits."""
    receipt = find_receipt(submission_id) if ID.fullmatch(submission_id) else None
    if receipt is None or receipt.status == "notfound":
        raise Http404(f"No submission {submission_id}.")
    if receipt.rows:
        return HttpResponseRedirect(page_of(receipt.rows[0]))
    text = f"Submission {submission_id} is stored and waits to be loaded. This page follows it.\n"
    return HttpResponse(text, content_type="text/plain", headers={"Refresh": str(REFRESH_SECONDS)})
