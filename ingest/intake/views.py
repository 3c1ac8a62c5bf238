"""The intake over HTTP, in the words of KCIDB's: POST /submit, GET /status, GET /authtest."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import Any, Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ingest.document import decode
from ingest.errors import Refused
from ingest.intake.body import Body
from ingest.intake.callers import Caller, authenticate, authorize
from ingest.intake.errors import IntakeError
from ingest.intake.limits import charge_bytes, charge_request
from ingest.intake.receipts import find_receipt
from ingest.intake.spool import ID, own_spool
from ingest.intake.waking import wake_loader
from ingest.models import Scope

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]

CHECKED_BYTES: Final = 16 * 1024 * 1024
"""Larger bodies are known to be no JSON only when they are loaded: a thread must not hold gigabytes."""

_one_at_a_time = Lock()


def _json_only(method: str) -> Callable[[View], View]:
    """Decorate a view of one method whose refusals are answered in JSON, as KCIDB's clients expect."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @never_cache
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            try:
                if request.method != method:
                    raise IntakeError(405, f"use {method}")
                return view(request)
            except IntakeError as error:
                return _refusal(error)
            except (DatabaseError, OSError):
                logger.exception("intake failed")
                return _refusal(
                    IntakeError(500, "the server cannot take this now; please try again", retry_after=60)
                )

        return answer

    return decorate


@_json_only("POST")
def submit(request: HttpRequest) -> HttpResponse:
    """Take a document. 200 means that it is on disk, whatever happens to us now."""
    body = Body(request)
    try:
        caller = authorize(request, Scope.SUBMIT)
        charge_request(caller)
        submission_id = _store(body, caller)
    except IntakeError:
        body.linger()
        raise
    wake_loader()
    url = request.build_absolute_uri(reverse("submitted", args=(submission_id,)))
    return JsonResponse(
        {"id": submission_id, "status": "ok", "message": "Submission received", "status_url": url}
    )


@_json_only("GET")
def status(request: HttpRequest) -> HttpResponse:
    """Tell what became of a submission: inprogress, ready, processed or failed; 404 notfound."""
    authenticate(request)
    submission_id = request.GET.get("id", "")
    if not ID.fullmatch(submission_id):
        raise IntakeError(400, "name a submission: ?id= and letters and digits")
    receipt = find_receipt(submission_id)
    return JsonResponse(receipt.as_json(request), status=404 if receipt.status == "notfound" else 200)


@_json_only("GET")
def authtest(request: HttpRequest) -> HttpResponse:
    """Tell what a token opens."""
    caller = authenticate(request)
    return JsonResponse(
        {
            "status": "ok",
            "message": "Authentication successful",
            "origins": caller.origins,
            "scopes": caller.scopes,
        }
    )


def _store(body: Body, caller: Caller) -> str:
    """Write a body to the spool and return its id once it is durable."""
    spool = own_spool()
    spool.prepare()
    with spool.draft(caller.origins, caller.name) as draft:
        for piece in body.pieces():
            draft.write(piece)
        _check_json(draft.path, draft.size)
        draft.publish()
    charge_bytes(caller, draft.size)
    return draft.id


def _check_json(path: Path, size: int) -> None:
    """Raise IntakeError (400) for what can never be loaded, while its sender is still listening."""
    if size > CHECKED_BYTES:
        return
    with _one_at_a_time:
        try:
            decode(path.read_bytes())
        except Refused as refused:
            raise IntakeError(400, refused.reason) from refused


def _refusal(error: IntakeError) -> JsonResponse:
    content: dict[str, Any] = {"id": "0", "status": "error", "message": error.message}
    response = JsonResponse(content, status=error.status)
    if error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response
