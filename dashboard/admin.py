"""What operators look up about people: subscriptions that were stopped, and tokens to revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from dashboard.models import AccessToken, Subscription

# The classes are generic to the type checker alone.
if TYPE_CHECKING:
    TokenAdmin = admin.ModelAdmin[AccessToken]
    SubscriptionsAdmin = admin.ModelAdmin[Subscription]
else:
    TokenAdmin = SubscriptionsAdmin = admin.ModelAdmin

STOPPED = "Stopped by whoever runs this site."


@admin.register(AccessToken)
class AccessTokenAdmin(TokenAdmin):
    """Tokens of people; their secrets nobody can see."""

    list_display = ("name", "user", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    readonly_fields = ("user", "name", "scopes", "created_at", "last_used_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Tokens are made by whom they belong to."""
        return False

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, chosen: QuerySet[AccessToken]) -> None:
        """Make the chosen tokens useless from now on."""
        chosen.filter(revoked_at=None).update(revoked_at=timezone.now())


@admin.register(Subscription)
class SubscriptionAdmin(SubscriptionsAdmin):
    """Subscriptions, without what signs their messages."""

    list_display = ("name", "user", "listing", "way", "failures", "stopped_at", "stopped_why")
    list_select_related = ("user",)
    list_filter = ("way", "listing")
    search_fields = ("name", "user__username", "url")
    exclude = ("secret",)
    readonly_fields = ("user", "name", "listing", "query", "way", "hour", "url", "after_change", "failures")
    actions = ("stop",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Subscriptions are made by whom they belong to."""
        return False

    @admin.action(description="Stop")
    def stop(self, request: HttpRequest, chosen: QuerySet[Subscription]) -> None:
        """Tell nothing any more, until their owners resume them."""
        chosen.filter(stopped_at=None).update(stopped_at=timezone.now(), stopped_why=STOPPED)
