"""What operators edit, and look up, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import Model
from django.forms import CharField, ModelForm, Textarea
from django.http import HttpRequest

from results.models import Lab, NameAlias, Origin, Platform, Product, Rejection, Submission, TreeAlias
from results.models.dimensions import NAME_LENGTH

if TYPE_CHECKING:
    TreeAliasBase = admin.ModelAdmin[TreeAlias]
    NamedBase = admin.ModelAdmin[Model]
    PlatformFormBase = ModelForm[Model]
else:  # they take no parameter at run time
    TreeAliasBase = NamedBase = admin.ModelAdmin
    PlatformFormBase = ModelForm


@admin.register(TreeAlias)
class TreeAliasAdmin(TreeAliasBase):
    """Files repositories under trees; their checkouts move within seconds."""

    list_display = ("url", "name", "canonical_url")
    list_editable = ("name",)
    search_fields = ("url", "name", "canonical_url")
    ordering = ("name", "url")


@admin.register(NameAlias)
class NameAliasAdmin(NamedBase):
    """Other names of labs, platforms and origins; what was submitted under them moves within minutes."""

    list_display = ("alias", "kind", "name")
    list_editable = ("name",)
    list_filter = ("kind",)
    search_fields = ("alias", "name")


class NamedAdmin(NamedBase):
    """Things that results name: they may be described, and renamed by an alias, but never removed."""

    search_fields = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Return the name: results bring it along, and would bring it again."""
        return () if obj is None else ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False."""
        return False


class PlatformForm(PlatformFormBase):
    """A platform with one compatible on a line: they hold commas."""

    compatibles = SimpleArrayField(
        CharField(max_length=NAME_LENGTH, required=False),
        delimiter="\n",
        required=False,
        widget=Textarea,
        help_text="One on a line, most specific first.",
    )

    def clean_compatibles(self) -> list[str]:
        """Return the compatibles without blank lines."""
        return [line for line in self.cleaned_data["compatibles"] if line]


@admin.register(Platform)
class PlatformAdmin(NamedAdmin):
    """Compatibles and vendors."""

    form = PlatformForm
    list_display = ("name", "vendor", "compatibles", "is_fixed")
    list_filter = ("is_fixed",)


@admin.register(Lab)
class LabAdmin(NamedAdmin):
    """LAVA servers, and which labs hold hardware."""

    list_display = ("name", "url", "is_physical")
    list_filter = ("is_physical",)


@admin.register(Origin)
class OriginAdmin(NamedAdmin):
    """Origins, which can be made known before they send anything."""


class ReadOnlyAdmin(NamedBase):
    """What happened: to be looked up, not to be changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return False."""
        return False


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Documents as they arrived."""

    list_display = ("id", "name", "source", "state", "received_at", "tests", "rejections")
    list_filter = ("state", "source")
    search_fields = ("=name",)
    ordering = ("-received_at",)
    show_full_result_count = False


@admin.register(Rejection)
class RejectionAdmin(ReadOnlyAdmin):
    """What was refused, and why; the bytes are not shown."""

    list_display = ("id", "submission", "kind", "object_id", "reason", "rejected_at", "replayed_at")
    list_filter = ("kind",)
    list_select_related = ("submission",)
    exclude = ("raw",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    """Whose products are; definitions are changed at their own pages, which keep the old ones."""

    list_display = ("slug", "name", "owner", "changed", "deleted")
    list_select_related = ("owner",)
    search_fields = ("slug", "name")
    fields = ("slug", "name", "owner", "text", "created", "changed", "deleted")
    readonly_fields = tuple(name for name in fields if name != "owner")
    ordering = ("name",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Return True to those who may change products: the owner can be another one."""
        return request.user.has_perm("results.change_product")
