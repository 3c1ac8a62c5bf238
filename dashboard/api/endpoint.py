"""What all addresses of the API have in common, and the two kinds of them: listings and things.

A page gets what its endpoint has, at its own address: see ``dashboard.twins``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, ClassVar, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from dashboard.api import problems
from dashboard.api.described import columns, fields_of
from dashboard.api.feeds import Addresses, Entry, feed
from dashboard.api.formats import CSV, JSON, Atom, Lines, Negotiation, dumps, lines, table
from dashboard.api.schema import ApiSchema
from dashboard.api.throttling import Allowance, MinuteThrottle
from dashboard.filters import BadQuery, Query, read_query
from dashboard.paths import with_query
from results.errors import NotFound
from results.queries.records import Listing
from results.queries.settled import settled_at

PAGE_ROWS: Final = 100
MOST_ROWS: Final = 1000
ALL_ROWS: Final = 1_000_000
FEED_ENTRIES: Final = 50
FEED: Final = (JSON, Lines, CSV, Atom)
SETTLED: Final = timedelta(minutes=10)
"""A submission may show this much later than it arrived: until then nobody is told "not modified since"."""

EXPOSED: Final = (
    "ETag, Last-Modified, Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After"
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query string asks for. ``limit`` is None and ``fields`` is () when not given."""

    query: Query
    limit: int | None
    fields: tuple[str, ...]


class Endpoint(APIView):
    """One address. Subclasses say what it understands; the schema is made of the same."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (MinuteThrottle,)
    content_negotiation_class = Negotiation
    renderer_classes: Sequence[type[BaseRenderer]] = (JSON,)
    http_method_names = ["get", "head", "options"]
    schema = ApiSchema()

    tag: ClassVar[str]
    shape: ClassVar[type]
    names: ClassVar[tuple[str, ...]] = ()
    """Parameters in the path."""
    dimensions: ClassVar[tuple[str, ...]] = ()
    sorts: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[Mapping[str, Collection[str] | None]] = {}
    is_timeless: ClassVar[bool] = True
    """Whether the answer changes with the data alone, and not with the day."""

    allowance: Allowance | None = None
    settled: datetime | None = None

    def get_exception_handler(self) -> Any:
        """Return what makes a response of an exception."""
        return problems.handle

    def initial(self, request: Request, *args: Any, **names: Any) -> None:
        """Refuse what no name can be; note since when nothing has changed, before anything is read."""
        super().initial(request, *args, **names)
        if any(isinstance(name, str) and "\0" in name for name in names.values()):
            raise NotFound("such thing")
        asked_for_days = any(
            text.endswith("d") for name in ("since", "until") for text in request.GET.getlist(name)
        )
        if self.is_timeless and not asked_for_days and request.method in ("GET", "HEAD"):
            moment = settled_at()
            self.settled = moment if moment and moment < timezone.now() - SETTLED else None

    def finalize_response(  # type: ignore[override] # the framework lets any response pass
        self, request: Request, response: HttpResponseBase, *args: Any, **names: Any
    ) -> HttpResponseBase:
        """Add the headers of every answer."""
        finished: HttpResponseBase = super().finalize_response(request, response, *args, **names)  # type: ignore[arg-type]
        finished["Access-Control-Allow-Origin"] = "*"
        finished["Access-Control-Expose-Headers"] = EXPOSED
        patch_vary_headers(finished, ["Accept"])
        for name, value in (self.allowance.headers if self.allowance else {}).items():
            finished[name] = value
        if self.settled and finished.status_code == 200:
            finished["Last-Modified"] = http_date(self.settled.timestamp())
        return finished

    def options(  # type: ignore[override]
        self, request: Request, *args: Any, **names: Any
    ) -> HttpResponse:
        """Answer what a browser asks before it reads from another site."""
        response = HttpResponse(status=204)
        response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response["Access-Control-Allow-Headers"] = "Accept, If-Modified-Since, If-None-Match"
        response["Access-Control-Max-Age"] = "86400"
        return response

    def asked(self, request: Request) -> Asked:
        """Return what is asked for; BadQuery when it makes no sense here."""
        own = {**self.extra, **dict.fromkeys(self.parameters)}
        query = read_query(request.query_params, dimensions=self.dimensions, sorts=self.sorts, extra=own)
        fields = tuple(name for name in query.extra.get("fields", "").split(",") if name)
        known = fields_of(self.shape)
        if unknown := [name for name in fields if name not in known]:
            raise BadQuery(f"There is no field {', '.join(unknown)}", known, ("fields",))
        return Asked(query, _limit(query.extra.get("limit")), fields)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Parameters that have to do with the form of the answer."""
        return ("fields", "format")


class Thing(Endpoint):
    """One thing, as JSON."""

    def get(self, request: Request, **names: Any) -> HttpResponseBase:
        """Return the thing."""
        asked = self.asked(request)
        return _json(_picked(self.thing(asked.query, **names), asked.fields))

    def thing(self, query: Query, **names: Any) -> Row:
        """Return the thing that the path names; NotFound when there is none."""
        raise NotFound("such thing")


class Rows(Endpoint):
    """A listing: pages as JSON, or all rows as JSON lines or CSV.

    One with ``FEED`` as renderer classes, a ``page_name`` and ``entry`` is an Atom feed, too.
    """

    renderer_classes: Sequence[type[BaseRenderer]] = (JSON, Lines, CSV)
    page_rows: ClassVar[int] = PAGE_ROWS
    """Rows of a page when no limit is given; ``ALL_ROWS`` of a listing that has one page."""
    page_name: ClassVar[str] = ""
    """Of a feed: the name of the page that shows the same rows."""
    newest_first: ClassVar[Mapping[str, str]] = {}
    """Of a feed: the parameters that put the newest rows first, unless others are given."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Parameters that have to do with the form of the answer."""
        return ("limit", "fields", "format")

    def get(self, request: Request, **names: Any) -> HttpResponseBase:
        """Return a page, or everything."""
        asked = self.asked(request)
        if isinstance(request.accepted_renderer, JSON):
            return self._page(request, asked, names)
        if isinstance(request.accepted_renderer, Atom):
            return self._feed(request, asked, names)
        pieces = self._shown(self.pieces(asked.query, **names), asked)
        first = next(pieces, [])
        whole = chain((first,), pieces)
        if isinstance(request.accepted_renderer, Lines):
            return StreamingHttpResponse(lines(whole), content_type=Lines.media_type)
        heads = [
            name for name in columns(self.shape) if not asked.fields or name.split(".")[0] in asked.fields
        ]
        return StreamingHttpResponse(table(whole, heads), content_type=f"{CSV.media_type}; charset=utf-8")

    def page(self, query: Query, limit: int, **names: Any) -> Listing[Any]:
        """Return a page of records."""
        raise NotFound("such thing")

    def pieces(self, query: Query, **names: Any) -> Iterator[Sequence[Any]]:
        """Yield all records, some at a time: page after page, unless there is a shorter way."""
        after = query.after
        while True:
            page = self.page(replace(query, after=after), max(MOST_ROWS, self.page_rows), **names)
            yield page.rows
            if (after := page.after) is None:
                return

    def item(self, record: Any) -> Row:
        """Return the shape of a record."""
        raise NotFound("such thing")

    def items(self, records: Sequence[Any]) -> Sequence[Row]:
        """Return the shapes of records, of which there may be very many."""
        return [self.item(record) for record in records]

    def entry(self, record: Any) -> Entry:
        """Return the entry of a feed that a record is."""
        raise NotFound("such thing")

    def total(self, query: Query, **names: Any) -> int | None:
        """Return how many rows there are in all, None where counting them is not cheap."""
        return None

    def _page(self, request: Request, asked: Asked, names: dict[str, Any]) -> HttpResponseBase:
        page = self.page(asked.query, asked.limit or self.page_rows, **names)
        following = _with_after(request, page.after) if page.after else None
        response = _json(
            {
                "items": [_picked(self.item(record), asked.fields) for record in page.rows],
                "next": following,
                "total": self.total(asked.query, **names),
            }
        )
        links = [f'<{following}>; rel="next"'] if following else []
        if asked.query.after:
            links.append(f'<{_with_after(request, None)}>; rel="first"')
        if links:
            response["Link"] = ", ".join(links)
        return response

    def _feed(self, request: Request, asked: Asked, names: dict[str, Any]) -> HttpResponseBase:
        newest = {name: value for name, value in self.newest_first.items() if name not in request.GET}
        query = replace(
            asked.query, sort=newest.pop("sort", asked.query.sort), extra={**asked.query.extra, **newest}
        )
        page = self.page(query, asked.limit or FEED_ENTRIES, **names)
        params = [item for item in request.GET.lists() if item[0] not in (*self.parameters, "after")]
        about = [(name, value) for name, values in params for value in values]
        addresses = Addresses(
            feed=request.build_absolute_uri(),
            page=request.build_absolute_uri(self.page_address(names, about)),
            next=_with_after(request, page.after) if page.after else "",
        )
        said = " · ".join(f"{name} {value}" for name, value in [*names.items(), *about])
        title = " · ".join(part for part in (f"treewatch {self.tag}", said) if part)
        text = feed(title, (self.entry(record) for record in page.rows), addresses)
        return HttpResponse(text, content_type=f"{Atom.media_type}; charset=utf-8")

    def page_address(self, names: Mapping[str, Any], params: list[tuple[str, str]]) -> str:
        """Return the address of the page that shows the same rows."""
        return with_query(reverse(self.page_name, kwargs=dict(names)), params)

    def _shown(self, pieces: Iterable[Sequence[Any]], asked: Asked) -> Iterator[Sequence[Row]]:
        left = asked.limit
        for records in pieces:
            shown = self.items(records if left is None else records[:left])
            yield [_picked(row, asked.fields) for row in shown] if asked.fields else shown
            left = None if left is None else left - len(shown)
            if left == 0:
                return


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= MOST_ROWS):
        raise BadQuery(f"limit is a number from 1 to {MOST_ROWS}", parameters=("limit",))
    return int(text)


def _picked(row: Row, fields: tuple[str, ...]) -> Row:
    return {name: row[name] for name in fields} if fields else row


def _json(value: Any) -> HttpResponse:
    return HttpResponse(dumps(value), content_type=JSON.media_type)


def _with_after(request: Request, after: str | None) -> str:
    params = request.query_params.copy()
    params.pop("after", None)
    if after:
        params["after"] = after
    query = params.urlencode(safe="/:*!,@")
    return request.build_absolute_uri(f"{request.path}?{query}" if query else request.path)
