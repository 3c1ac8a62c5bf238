"""Products: what a vendor ships on, as saved sets of trees, devices and tests with gates."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from results.models.dimensions import NAME_LENGTH

SLUG_LENGTH = 64

PERSON: dict[str, Any] = {
    "to": settings.AUTH_USER_MODEL,
    "null": True,
    "on_delete": models.SET_NULL,
    "related_name": "+",
    "db_index": False,
}


class Product(models.Model):
    """A product under its short name, which is its address.

    ``text`` is the definition as it was written (see ``results.products.definition``); ``name`` and
    ``about`` are read from it. ``owner`` is NULL when nobody but staff may change it. One that was
    deleted keeps its row and its history: its address stays taken.
    """

    id = models.AutoField(primary_key=True)
    slug = models.SlugField(max_length=SLUG_LENGTH, unique=True)
    name = models.CharField(max_length=NAME_LENGTH)
    about = models.TextField(default="", db_default="", blank=True)
    text = models.TextField()
    owner = models.ForeignKey(blank=True, **PERSON)
    created = models.DateTimeField(db_default=Now())
    changed = models.DateTimeField(db_default=Now())
    deleted = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "results_product"
        indexes = [
            models.Index("name", "id", condition=models.Q(deleted__isnull=True), name="product_listing")
        ]

    def __str__(self) -> str:
        return self.name


class ProductChange(models.Model):
    """A definition that a product had from then on, and who gave it that; rows are never changed.

    ``text`` is "" of a deletion. ``who`` is NULL for a command, or an account that is gone.
    """

    class What(models.IntegerChoices):
        CREATED = 1, "created"
        CHANGED = 2, "changed"
        DELETED = 3, "deleted"
        RESTORED = 4, "restored"

    id = models.AutoField(primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="changes", db_index=False)
    what = models.SmallIntegerField(choices=What)
    text = models.TextField(default="", db_default="")
    why = models.CharField(max_length=NAME_LENGTH, default="", db_default="")
    who = models.ForeignKey(**PERSON)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "results_productchange"
        indexes = [models.Index("product", models.F("id").desc(), name="productchange_newest")]
