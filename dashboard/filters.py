"""From the query string to a selection: what each page understands, checked in one place.

A page says which dimensions, orders and parameters of its own it has; anything else in the query
string is a mistake that is told, with what would have been understood.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from results.models import Test
from results.selection import DIMENSIONS, Selection, Term
from results.status import Status

LONGEST: Final = 1024
"""Characters of a value: twice the longest name that is stored."""

_RELATIVE_DAY: Final = re.compile(r"([1-9][0-9]{0,3})d", re.ASCII)
_COMMIT: Final = re.compile(r"[0-9a-f]{1,40}", re.ASCII)
_STATUS_NAMES: Final = tuple(status.label for status in Status)
_KINDS: Final = ("boot", "test")


class BadQuery(ValueError):
    """A query string that the page does not understand; ``known``: what it would have.

    ``parameters`` are the culprits.
    """

    def __init__(self, reason: str, known: tuple[str, ...] = (), parameters: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.known = known
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class Query:
    """What a query string asks for. ``sort`` is "" for the default order.

    ``extra`` holds the page's own parameters, those that were given.
    """

    selection: Selection
    sort: str
    after: str | None
    extra: Mapping[str, str]


class _TermsField(forms.Field):
    """All values of one dimension, as terms."""

    widget = forms.MultipleHiddenInput

    def __init__(self, dimension: str, **kwargs: Any) -> None:
        kwargs.pop("label", None)
        super().__init__(**kwargs)
        self.dimension = dimension

    def to_python(self, value: Sequence[str] | None) -> tuple[Term, ...]:
        """Return the terms; ValidationError when one of them makes no sense here."""
        texts = [text for text in value or () if text]
        read = _READERS.get(self.dimension, Term.parse)
        return tuple(read(_storable(text)) for text in texts)


class _WordField(forms.CharField):
    """One plain value, of some or of any."""

    def __init__(self, words: Collection[str] | None = None, **kwargs: Any) -> None:
        kwargs.pop("label", None)
        super().__init__(max_length=LONGEST, strip=False, **kwargs)
        self.words = words

    def validate(self, value: str) -> None:
        """Accept nothing, or a word."""
        super().validate(value)
        if value and self.words is not None and value not in self.words:
            raise ValidationError(f"is one of: {', '.join(self.words)}")


class _TermsFilter(django_filters.Filter):  # type: ignore[misc]
    field_class = _TermsField


class _WordFilter(django_filters.Filter):  # type: ignore[misc]
    field_class = _WordField


class ListingFilters(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of one listing. It selects no rows itself: read functions do, from ``query``."""

    own: frozenset[str] = frozenset()

    def query(self) -> Query:
        """Return what was asked for; BadQuery when it makes no sense."""
        known = tuple(self.base_filters)
        if unknown := sorted(set(self.data) - set(known)):
            raise BadQuery(f"There is no parameter {', '.join(unknown)} here.", known, tuple(unknown))
        if not self.form.is_valid():
            name, errors = next(iter(self.form.errors.items()))
            raise BadQuery(f"{name} {errors[0]}", known, (name,))
        values = self.form.cleaned_data
        return Query(
            selection=Selection.of(
                {name: values[name] for name in DIMENSIONS if name in values and name not in self.own}
            ),
            sort=values.get("sort", ""),
            after=values["after"] or None,
            extra={name: values[name] for name in self.own if values[name]},
        )


def read_query(
    data: QueryDict,
    *,
    dimensions: Iterable[str] = (),
    sorts: Iterable[str] = (),
    extra: Mapping[str, Collection[str] | None] | None = None,
) -> Query:
    """Return what a query string asks of a page; BadQuery when the page does not understand it.

    ``dimensions`` and ``sorts`` (each also with "-" before it) are those of the listing. ``extra``
    are the page's own parameters with the words that they may be (None: any).
    """
    own = tuple((name, None if words is None else tuple(words)) for name, words in (extra or {}).items())
    filters = listing_filters(tuple(dimensions), tuple(sorts), own)
    return filters(data, queryset=Test.objects.none()).query()


@lru_cache(maxsize=64)
def listing_filters(
    dimensions: tuple[str, ...], sorts: tuple[str, ...], own: tuple[tuple[str, tuple[str, ...] | None], ...]
) -> type[ListingFilters]:
    """Return the FilterSet of a listing; see ``read_query``."""
    filters: dict[str, Any] = {name: _TermsFilter(dimension=name) for name in dimensions}
    if sorts:
        filters["sort"] = _WordFilter(words=(*sorts, *(f"-{name}" for name in sorts)))
    filters["after"] = _WordFilter()
    filters |= {name: _WordFilter(words=words) for name, words in own}
    return type("Filters", (ListingFilters,), {**filters, "own": frozenset(name for name, _ in own)})


def _storable(text: str) -> str:
    if len(text) > LONGEST:
        raise ValidationError(f"has a value of more than {LONGEST} characters")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValidationError("has a character that no text can have")
    return text


def _exact(text: str) -> Term:
    term = Term.parse(text)
    if term.prefix:
        raise ValidationError("cannot be looked up by its beginning")
    return term


def _object(text: str) -> Term:
    term = _exact(text)
    if term.value is None:
        raise ValidationError("cannot be none")
    return term


def _status(text: str) -> Term:
    term = Term.parse(text)
    name = Status.NONE.label if term.value is None else term.value.lower()
    if not any(known.startswith(name) if term.prefix else known == name for known in _STATUS_NAMES):
        raise ValidationError(f"is one of: {', '.join(_STATUS_NAMES)}")
    return Term(None if name == Status.NONE.label else name, term.negated, term.prefix)


def _kind(text: str) -> Term:
    term = _exact(text)
    if term.value not in _KINDS:
        raise ValidationError(f"is one of: {', '.join(_KINDS)}")
    return term


def _day(text: str) -> Term:
    """Read a day (UTC), also as how many days ago: 7d."""
    if relative := _RELATIVE_DAY.fullmatch(text):
        today = datetime.now(UTC).date()
        return Term((today - timedelta(days=int(relative[1]))).isoformat())
    try:
        return Term(date.fromisoformat(text).isoformat())
    except ValueError as error:
        raise ValidationError("is a day (2026-11-24), or days ago (7d)") from error


def _commit(text: str) -> Term:
    """Read a commit hash; a short one is the beginning of one, as in git."""
    term = Term.parse(text)
    if term.value is not None and not _COMMIT.fullmatch(term.value):
        raise ValidationError("is a commit hash, or the beginning of one")
    return Term(term.value, term.negated, prefix=term.value is not None and len(term.value) < 40)


def _text(text: str) -> Term:
    """Read a piece of text; nothing in it has a special meaning."""
    term = Term.parse(text)
    return Term(text) if term.negated or term.prefix or term.value is None else term


_READERS: Final = {
    "status": _status,
    "kind": _kind,
    "since": _day,
    "until": _day,
    "commit": _commit,
    "build": _object,
    "issue": _exact,
    "q": _text,
}
"""How the values of a dimension are read that is not simply a name."""
