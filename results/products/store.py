"""Keeping products: who may change them, and the history of what they were."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from results.errors import NotFound, TooMany
from results.models import Product, ProductChange
from results.models.dimensions import NAME_LENGTH
from results.models.products import SLUG_LENGTH
from results.products.definition import parse

SLUG: Final = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{SLUG_LENGTH - 2}}}[a-z0-9])?", re.ASCII)
RESERVED: Final = frozenset({"new"})
MOST: Final = 200
"""Products of one person, deleted ones included; staff may have more."""

What = ProductChange.What


class NotAllowed(Exception):
    """Somebody may not change a product, which belongs to somebody else."""


class BadSlug(ValueError):
    """A short name that no product can have, or that another one has."""


def slug_of(name: str) -> str:
    """Return a short name made of a name; "" when nothing in it can be part of one."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:SLUG_LENGTH].strip("-")


def may_change(product: Product, who: User | None) -> bool:
    """Return whether somebody may change or delete a product: its owner, and staff."""
    return who is not None and who.is_active and (who.is_staff or product.owner_id == who.pk)


def create_product(slug: str, text: str, *, who: User | None, why: str = "") -> Product:
    """Make a product; ``who`` will own it (None: a command makes it, and staff changes it).

    A deleted one of that short name comes back if it was theirs. Raises BadDefinition, BadSlug,
    TooMany.
    """
    definition = parse(text)
    if not SLUG.fullmatch(slug) or slug in RESERVED:
        raise BadSlug(f"a short name has up to {SLUG_LENGTH} of a-z, 0-9 and - between them, and is not new")
    if who and not who.is_staff and Product.objects.filter(owner=who).exclude(slug=slug).count() >= MOST:
        raise TooMany(f"You have made {MOST} products already.")
    with transaction.atomic():
        product, is_new = Product.objects.get_or_create(
            slug=slug,
            defaults={"name": definition.name, "about": definition.about, "text": text, "owner": who},
        )
        if is_new:
            _note(product, What.CREATED, text, who, why)
            return product
        product = Product.objects.select_for_update().get(pk=product.pk)
        if product.deleted is None or not (who is None or may_change(product, who)):
            raise BadSlug(f"there is a product {slug} already")
        return _write(product, text, What.RESTORED, who, why)


def change_product(slug: str, text: str, *, who: User | None, why: str = "") -> Product:
    """Give a product another definition; nothing happens when it has this one.

    Raises BadDefinition, NotAllowed and NotFound.
    """
    parse(text)
    with transaction.atomic():
        product = _locked(slug, who)
        return product if product.text == text else _write(product, text, What.CHANGED, who, why)


def delete_product(slug: str, *, who: User | None, why: str = "") -> None:
    """Delete a product. Its history stays, and its address taken. Raises NotAllowed and NotFound."""
    with transaction.atomic():
        product = _locked(slug, who)
        product.deleted = product.changed = timezone.now()
        product.save(update_fields=["deleted", "changed"])
        _note(product, What.DELETED, "", who, why, product.changed)


def _locked(slug: str, who: User | None) -> Product:
    product = Product.objects.select_for_update().filter(slug=slug, deleted=None).first()
    if product is None:
        raise NotFound(f"product {slug}")
    if who is not None and not may_change(product, who):
        raise NotAllowed(slug)
    return product


def _write(product: Product, text: str, what: What, who: User | None, why: str) -> Product:
    definition = parse(text)
    product.name, product.about, product.text = definition.name, definition.about, text
    product.changed, product.deleted = timezone.now(), None
    product.save(update_fields=["name", "about", "text", "changed", "deleted"])
    _note(product, what, text, who, why, product.changed)
    return product


def _note(
    product: Product, what: What, text: str, who: User | None, why: str, at: datetime | None = None
) -> None:
    ProductChange.objects.create(
        product=product,
        what=what,
        text=text,
        who=who,
        why=" ".join(why.split())[:NAME_LENGTH],
        at=at or timezone.now(),
    )
