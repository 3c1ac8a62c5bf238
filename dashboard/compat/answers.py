"""Answers as the clients of the KernelCI dashboard know them.

"Nothing found" is status 200 with ``{"error": text}``: clients show or recognise the text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import chain
from typing import Any, Concatenate, Final, ParamSpec

import orjson
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from results.errors import NotFound, QueryTimeout

logger = logging.getLogger(__name__)

P = ParamSpec("P")

JSON: Final = "application/json"
_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


class Refused(Exception):
    """A question that cannot be answered; the message is for the reader."""


def dumps(value: Any) -> bytes:
    """Return the JSON text of a value; times end with Z."""
    return orjson.dumps(value, option=_OPTIONS)


def answer(value: Any, *, status: int = 200) -> HttpResponse:
    """Return a JSON response."""
    return HttpResponse(dumps(value), content_type=JSON, status=status)


def error(text: str, *, status: int = 200) -> HttpResponse:
    """Return the response that says why there is nothing."""
    return answer({"error": text}, status=status)


def streamed(name: str, pieces: Iterator[Iterable[Any]]) -> StreamingHttpResponse:
    """Return ``{name: [items…]}`` as it is read; what goes wrong at the start still raises."""
    first = next(pieces, ())
    return StreamingHttpResponse(_list(name, chain((first,), pieces)), content_type=JSON)


def streamed_array(pieces: Iterator[Iterable[Any]], *, otherwise: str) -> HttpResponseBase:
    """Return ``[items…]`` as it is read; when there is none, the error ``otherwise``."""
    texts = (text for piece in pieces if (text := b",".join(map(dumps, piece))))
    if (first := next(texts, None)) is None:
        return error(otherwise)
    rest = (b"," + text for text in texts)
    return StreamingHttpResponse(chain((b"[", first), rest, (b"]",)), content_type=JSON)


def _list(name: str, pieces: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    before = b'{"%s":[' % name.encode()
    for piece in pieces:
        if text := b",".join(map(dumps, piece)):
            yield before + text
            before = b","
    yield b"]}" if before == b"," else before + b"]}"


def endpoint(
    *methods: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Decorate a view of this API: these methods, any origin, and errors as texts."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in (*methods, "HEAD", "OPTIONS"):
                response: HttpResponseBase = error(f"{request.method} is not understood here", status=405)
                response["Allow"] = ", ".join(methods)
            elif request.method == "OPTIONS":
                response = HttpResponse(status=204)
                response["Access-Control-Allow-Methods"] = ", ".join(methods)
                response["Access-Control-Allow-Headers"] = "Content-Type"
            else:
                response = _told(request, lambda: view(request, *args, **kwargs))
            response["Access-Control-Allow-Origin"] = "*"
            return response

        return answered

    return decorate


def _told(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        return view()
    except Refused as refusal:
        return error(str(refusal))
    except NotFound as missing:
        return error(f"{missing} not found".capitalize())
    except QueryTimeout:
        logger.error("question took too long", extra={"path": request.get_full_path()})
        return error("The answer would have taken too long")
    except OperationalError as failure:
        logger.error("database not available", exc_info=failure)
        return error("The database is not available", status=503)
