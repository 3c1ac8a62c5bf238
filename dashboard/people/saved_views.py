"""Saved views: a listing of this site with its filters, under a name."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote, urlsplit

from django.db import IntegrityError, transaction
from django.urls import Resolver404, resolve

from dashboard.models import SavedView
from dashboard.models.people import ADDRESS_LENGTH, NAME_LENGTH
from dashboard.people.tokens import TooMany
from results.errors import NotFound

LISTINGS: Final = frozenset(
    {
        "home", "trees", "tree", "tree_without_branch", "builds", "tests", "grid", "compare", "devices",
        "device", "labs", "lab", "issues", "regressions", "measurements", "flaky", "search", "submissions",
        "rejections", "series", "revision", "revision_without_branch", "products", "product", "suites",
        "suite",
    }
)  # fmt: skip
"""Names of the addresses whose pages are listings, or hold one."""
MOST: Final = 200


class BadView(ValueError):
    """A view that cannot be kept so; the message says why."""


def own_address(address: str) -> str:
    """Return the path and query of a listing of this site. Raises BadView for anything else."""
    if len(address) > ADDRESS_LENGTH:
        raise BadView("The address is too long.")
    try:
        parts = urlsplit(address)
        is_path = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
        name = resolve(unquote(parts.path)).url_name if is_path and address.isprintable() else None
    except (ValueError, Resolver404):
        name = None
    if name not in LISTINGS:
        raise BadView("Only listings of this site can be kept.")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def save_view(user: int, name: str, address: str) -> SavedView:
    """Keep a view; one of the same name moves to the new address. Raises BadView, TooMany."""
    name, address = _name(name), own_address(address)
    view = SavedView.objects.filter(user_id=user, name=name).first()
    if view is None and SavedView.objects.filter(user_id=user).count() >= MOST:
        raise TooMany(f"You keep {MOST} views already; delete some first.")
    return SavedView.objects.update_or_create(user_id=user, name=name, defaults={"address": address})[0]


def view_of(user: int, number: int) -> SavedView:
    """Return a view of a user. Raises NotFound for those of others and for none."""
    view = SavedView.objects.filter(pk=number, user_id=user).first()
    if view is None:
        raise NotFound(f"saved view {number} of yours")
    return view


def rename_view(user: int, number: int, name: str) -> None:
    """Call a view something else. Raises NotFound, and BadView when another one has the name."""
    try:
        with transaction.atomic():
            if not SavedView.objects.filter(pk=number, user_id=user).update(name=_name(name)):
                raise NotFound(f"saved view {number} of yours")
    except IntegrityError:
        raise BadView("Another view of yours has this name.") from None


def delete_view(user: int, number: int) -> None:
    """Forget a view. Raises NotFound."""
    if not SavedView.objects.filter(pk=number, user_id=user).delete()[0]:
        raise NotFound(f"saved view {number} of yours")


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise BadView(f"A name has 1 to {NAME_LENGTH} characters.")
    return name
