"""What went wrong, as application/problem+json (RFC 9457), naming the parameter that is to blame."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

import orjson
from django.db import OperationalError
from django.http import Http404, HttpResponse
from rest_framework.exceptions import APIException, Throttled

from dashboard.filters import BadQuery
from dashboard.people.tokens import TooMany
from results.errors import BadCursor, NotFound, QueryTimeout

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    """Return the response of a problem; ``more`` are further members, left out when empty."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **{name: value for name, value in more.items() if value},
    }
    return HttpResponse(orjson.dumps(body), status=status, content_type=MEDIA_TYPE)


def handle(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Return the problem that an exception is; None for a mistake of ours."""
    match exception:
        case BadQuery():
            return problem(400, exception.reason, parameters=exception.parameters, known=exception.known)
        case BadCursor():
            return problem(400, "after is not the cursor of a page of this listing", parameters=("after",))
        case TooMany():
            return problem(409, str(exception))
        case NotFound() | Http404():
            return problem(404, f"There is no {exception}." if str(exception) else "There is no such thing.")
        case QueryTimeout():
            logger.error("question took too long", extra={"path": context["request"].get_full_path()})
            return problem(503, "The answer would have taken too long. Fewer days or more filters help.")
        case OperationalError():
            logger.error("database not available", exc_info=exception)
            return problem(503, "The database cannot answer this now.")
        case Throttled():
            response = problem(429, "Too many requests; Retry-After says when to come back.")
            response["Retry-After"] = str(int(getattr(exception, "wait", None) or 0) + 1)
            return response
        case APIException():
            response = problem(exception.status_code, _words(exception.detail))
            if header := getattr(exception, "auth_header", ""):
                response["WWW-Authenticate"] = header
            return response
    return None


def _words(detail: Any) -> str:
    return " ".join(map(str, detail)) if isinstance(detail, list) else str(detail)
