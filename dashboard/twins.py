"""The twins of a page: the same as text, JSON, CSV, Atom or mbox, at ``?format=`` of its address.

A page gets them by one line over its view, innermost: ``@twins(ListTrees)``. Text is made of the
page itself, in ``dashboard.shell``; everything else is the answer of the endpoint of the API that
is named, so it has the same filters, rows and cursors. Of several endpoints, ``@twins(GetSeries,
ListRuns)``, each format comes from the first one that has it. What the address of the page says
becomes a part of the endpoint's address or one of its parameters, by name; ``Source`` renames.

``twinned`` in ``dashboard.urls`` adds the suffix form, ``/trees.json``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, wraps
from typing import Any, Concatenate, Final, ParamSpec
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, URLPattern, path, register_converter, reverse
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path

from dashboard.api.endpoint import Endpoint
from dashboard.filters import BadQuery
from dashboard.paths import with_query

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

TEXT: Final = "text"
HTML: Final = "html"
MEDIA_TYPES: Final = {
    TEXT: "text/plain",
    "json": "application/json",
    "csv": "text/csv",
    "atom": "application/atom+xml",
    "mbox": "application/mbox",
}
"""Of each format that a page may have, in the order in which they are offered."""
_ALSO: Final = {"txt": TEXT}


@dataclass(frozen=True, slots=True)
class Twin:
    """The same page in another format."""

    format: str
    media_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Source:
    """An endpoint of the API, for a page whose address says it in other words.

    ``names``: parts and parameters of the page's address -> what the endpoint calls them ("" leaves
    one out); ``params`` are added; ``formats`` restricts what it is asked for, () does not.
    """

    endpoint: type[Endpoint]
    names: Mapping[str, str] = field(default_factory=dict)
    params: tuple[tuple[str, str], ...] = ()
    formats: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Return whether this answers in a format."""
        known = {renderer.format for renderer in self.endpoint.renderer_classes}
        return name in known and (not self.formats or name in self.formats)


Sources = Callable[[HttpRequest], Sequence[Source]]


class Twins:
    """What a request may be answered with. The shell prints ``links``; ``is_text``: text is wanted."""

    def __init__(self, request: HttpRequest, sources: Sequence[Source], names: Mapping[str, Any]) -> None:
        self.request = request
        self.names = names
        self.by_format: dict[str, Source | None] = {TEXT: None}
        for name in MEDIA_TYPES:
            found = next((source for source in sources if source.has(name)), None)
            if found:
                self.by_format[name] = found
        self.is_text = False

    @cached_property
    def links(self) -> tuple[Twin, ...]:
        """The twins of the page at this address, without a cursor."""
        params = [(name, value) for name, values in self.request.GET.lists() for value in values]
        return tuple(self._twin(name, [item for item in params if item[0] != "after"])
                     for name in MEDIA_TYPES if name in self.by_format)  # fmt: skip

    @property
    def header(self) -> str:
        """What the HTTP header Link says of them."""
        return ", ".join(
            f'<{quote(twin.url, safe="/:@!$&()*+,;=~?%")}>; rel="alternate"; type="{twin.media_type}"'
            for twin in self.links
        )

    def wanted(self, suffix: str) -> str:
        """Return the format that is asked for: by the suffix, ``format=``, or the Accept header."""
        named = self.request.GET.get("format", "") or suffix
        name = _ALSO.get(named, named)
        if name in self.by_format or name == HTML:
            return name
        known = (HTML, *(each for each in MEDIA_TYPES if each in self.by_format))
        if name:
            raise BadQuery(f"format is one of: {', '.join(known)}", known, ("format",))
        accepted = self.request.get_preferred_type(
            ["text/html", *(MEDIA_TYPES[each] for each in known if each != HTML)]
        )
        return next((each for each in known if MEDIA_TYPES.get(each) == accepted), HTML)

    def answer(self, name: str) -> HttpResponseBase:
        """Return the answer of the API in a format, as if its own address had been asked."""
        source = self.by_format[name]
        assert source is not None
        said = {source.names.get(each, each): value for each, value in self.names.items()}
        parts = {each: said.pop(each) for each in source.endpoint.names}
        params = self.request.GET.copy()
        for each, other in source.names.items():
            if (values := params.pop(each, [])) and other:
                params.setlist(other, [*params.getlist(other), *values])
        for each, value in (*said.items(), *source.params):
            if each and value not in params.getlist(each):
                params.appendlist(each, str(value))
        params["format"] = name
        _move(self.request, reverse(_address_names()[source.endpoint], kwargs=parts), params)
        response: HttpResponseBase = source.endpoint.as_view()(self.request, **parts)
        response["Content-Location"] = self.request.get_full_path()
        return response

    def _twin(self, name: str, params: list[tuple[str, str]]) -> Twin:
        suffix = next((also for also, meant in _ALSO.items() if meant == name), name)
        try:
            url = reverse(f"{_page_name(self.request)}_twin", kwargs={**self.names, "suffix": suffix})
        except NoReverseMatch:
            path = escape_uri_path(self.request.path)
            return Twin(name, MEDIA_TYPES[name], with_query(path, [*params, ("format", name)]))
        return Twin(name, MEDIA_TYPES[name], with_query(url, params))


def twins(
    *endpoints: type[Endpoint] | Source, choose: Sources | None = None, text: View[...] | None = None
) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Decorate the view of a page: it has twins; see the module.

    ``choose`` returns the sources where the query decides about them. ``text`` is the view of the
    text where that is no rendering of the page.
    """
    fixed = tuple(each if isinstance(each, Source) else Source(each) for each in endpoints)

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def answer(request: HttpRequest, *, suffix: str = "", **names: Any) -> HttpResponseBase:
            if request.method not in ("GET", "HEAD"):
                return view(request, **names)  # type: ignore[call-arg]
            if suffix:
                _move(request, reverse(_page_name(request), kwargs=names), request.GET)
            found = Twins(request, choose(request) if choose else fixed, names)
            wanted = found.wanted(suffix)
            found.is_text = wanted == TEXT
            request.twins = found  # type: ignore[attr-defined]
            if "format" in request.GET:
                params = request.GET.copy()
                del params["format"]
                _move(request, request.path, params)
            links = found.header
            if wanted not in (TEXT, HTML):
                response = found.answer(wanted)
            elif wanted == TEXT and text:
                response = text(request, **names)
            else:
                response = view(request, **names)  # type: ignore[call-arg]
            return _labelled(response, links, wanted)

        return answer

    return decorate


def twinned(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """Return the addresses of a page and of its twins with a suffix; nothing in its names has a dot."""
    return [path(route, view, name=name), path(f"{route}.<twin:suffix>", view, name=f"{name}_twin")]


class _SuffixConverter:
    """The ends of addresses that name a format."""

    regex = "|".join([*MEDIA_TYPES, *_ALSO])

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(_SuffixConverter, "twin")


@cache
def _address_names() -> dict[type[Endpoint], str]:
    """Return the name of the address of each endpoint."""
    from dashboard.api.urls import urlpatterns  # which imports views that have twins

    found = ((getattr(pattern.callback, "view_class", None), pattern.name) for pattern in urlpatterns)
    return {view: name for view, name in found if view and name}


def _page_name(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.url_name or "").removesuffix("_twin") if match else ""


def _move(request: HttpRequest, address: str, params: Any) -> None:
    """Let a request be one for another address."""
    request.path = request.path_info = address
    request.GET = params
    request.META["QUERY_STRING"] = params.urlencode()


def _labelled(response: HttpResponseBase, links: str, wanted: str) -> HttpResponseBase:
    patch_vary_headers(response, ["Accept"])
    if isinstance(response, HttpResponseRedirect) and wanted != HTML:
        joint = "&" if "?" in response.url else "?"
        response["Location"] = f"{response.url}{joint}format={wanted}"
    elif response.status_code == 200:
        response["Link"] = ", ".join(filter(None, (response.get("Link"), links)))
    return response
