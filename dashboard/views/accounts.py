"""Signing in and out, for those who triage. Accounts are made in /admin/."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView

from dashboard.shell import Frame

sign_in = LoginView.as_view(
    template_name="accounts/login.html",
    extra_context={
        "page": Frame(
            title="Sign in",
            heading="Sign in",
            verdict="Reading needs no account; deciding about events does.",
        )
    },
)
sign_out = LogoutView.as_view()
