"""What a reader follows: rows of a table for somebody who is signed in, a cookie for anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from dashboard.models import Follow
from dashboard.paths import device_path, lab_path, suite_path, tree_path, with_query
from dashboard.people.tokens import TooMany
from results.queries.records import TreeRef

COOKIE: Final = "follows"
COOKIE_SECONDS: Final = 400 * 24 * 3600
COOKIE_BYTES: Final = 3000
"""Browsers keep 4096, the name included."""
MOST: Final = 500
LONGEST: Final = 1100


@dataclass(frozen=True, slots=True, order=True)
class Followed:
    """Something that a reader follows; trees are called ``name/branch``."""

    kind: str
    name: str

    @property
    def url(self) -> str:
        """The page of it; of a test, the listing of its runs."""
        match self.kind:
            case Follow.Kind.TREE:
                name, _, branch = self.name.partition("/")
                return tree_path(TreeRef(name, branch, ""))
            case Follow.Kind.DEVICE:
                return device_path(self.name)
            case Follow.Kind.LAB:
                return lab_path(self.name)
            case Follow.Kind.SUITE:
                return suite_path(self.name)
        return with_query("/tests", [("path", self.name)])


def is_known_user(request: HttpRequest) -> bool:
    """Return whether the reader is signed in; asks nobody when there is no session."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


def followed(request: HttpRequest) -> frozenset[Followed]:
    """Return what the reader of a page follows; asked once per request."""
    found: frozenset[Followed] | None = getattr(request, "_followed", None)
    if found is None:
        if is_known_user(request):
            rows = Follow.objects.filter(user=request.user.pk).values_list("kind", "name")
            found = frozenset(Followed(kind, name) for kind, name in rows)
        else:
            found = _of_cookie(request)
        request._followed = found  # type: ignore[attr-defined]
    return found


def followed_trees(request: HttpRequest) -> frozenset[str]:
    """Return the names of the trees that the reader follows."""
    return frozenset(one.name for one in followed(request) if one.kind == Follow.Kind.TREE)


def change_follow(request: HttpRequest, response: HttpResponse, one: Followed, *, wanted: bool) -> None:
    """Follow something, or no longer. Raises TooMany."""
    before = followed(request)
    after = before | {one} if wanted else before - {one}
    if is_known_user(request):
        assert request.user.pk is not None
        follow_as(request.user.pk, one, wanted=wanted)
        return
    value = urlencode([(kept.kind, kept.name) for kept in sorted(after)])
    if len(value) > COOKIE_BYTES:
        raise TooMany("A cookie holds no more; sign in to follow more.")
    response.set_cookie(
        COOKIE, value, COOKIE_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
    )


def follow_as(user: int, one: Followed, *, wanted: bool) -> None:
    """Follow something as a user, or no longer. Raises TooMany."""
    row: dict[str, Any] = {"user_id": user, "kind": one.kind, "name": one.name}
    if not wanted:
        Follow.objects.filter(**row).delete()
    elif Follow.objects.filter(user_id=user).count() >= MOST:
        raise TooMany(f"You follow {MOST} things already; drop some first.")
    else:
        Follow.objects.get_or_create(**row)


def adopt_cookie(request: HttpRequest, user: int) -> None:
    """Give somebody who has just made an account what their browser follows already."""
    rows = [Follow(user_id=user, kind=one.kind, name=one.name) for one in _of_cookie(request)]
    Follow.objects.bulk_create(rows, ignore_conflicts=True)


def _of_cookie(request: HttpRequest) -> frozenset[Followed]:
    try:
        pairs = parse_qsl(request.COOKIES.get(COOKIE, ""), max_num_fields=MOST)
    except ValueError:
        return frozenset()
    return frozenset(Followed(kind, name) for kind, name in pairs if is_followable(kind, name))


def is_followable(kind: str, name: str) -> bool:
    """Return whether something of this kind may have this name."""
    return kind in Follow.Kind.values and 0 < len(name) <= LONGEST and name.isprintable()
