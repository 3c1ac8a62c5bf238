"""What operators edit in the browser: tokens of those who send results, and suites of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from ingest.intake.tokens import digest_of, forget_tokens, new_secret
from ingest.models import SuiteRule, Token

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Token]
    SuiteRuleBase = admin.ModelAdmin[SuiteRule]
else:
    Base = SuiteRuleBase = admin.ModelAdmin  # takes no parameter at run time


@admin.register(SuiteRule)
class SuiteRuleAdmin(SuiteRuleBase):
    """Which suite the results of a KernelCI job belong to, from the next round of reading on."""

    list_display = ("job", "suite")
    list_editable = ("suite",)
    search_fields = ("job", "suite")


@admin.register(Token)
class TokenAdmin(Base):
    """Makes a token's secret, shows it once, and revokes."""

    list_display = ("name", "origin_names", "state", "created_at", "last_used_at")
    search_fields = ("name",)
    readonly_fields = ("created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    @admin.display(description="origins")
    def origin_names(self, token: Token) -> str:
        """Return the origins as text."""
        return ", ".join(token.origins)

    @admin.display(description="state")
    def state(self, token: Token) -> str:
        """Return whether the token opens anything."""
        return token.problem(timezone.now()) or "valid"

    @admin.action(description="Revoke the selected tokens")
    def revoke(self, request: HttpRequest, tokens: QuerySet[Token]) -> None:
        """Make tokens useless from now on."""
        forget_tokens()
        count = tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, f"{count} revoked")

    def save_model(self, request: HttpRequest, obj: Token, form: ModelForm[Token], change: bool) -> None:
        """Store a token; a new one gets its secret here."""
        if not change:
            secret = new_secret()
            obj.digest = digest_of(secret)
            self.message_user(request, f"The secret, shown only this once: {secret}", messages.WARNING)
        super().save_model(request, obj, form, change)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what a new token begins with."""
        return {"scopes": "submit", **super().get_changeform_initial_data(request)}
